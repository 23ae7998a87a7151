package io.widecast.net;

import io.vertx.core.Vertx;
import io.widecast.model.Filter;
import io.widecast.model.KeyVersion;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.RequestParts;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Sends a map as of one position on a connection, in pieces, as fast as the connection takes them.
 * Used on one context.
 */
public final class CopySender {

  private static final int ROWS_A_TURN = 4_096; // looked at before the event loop gets its turn

  private final Vertx vertx;
  private final FrameSocket socket;
  private final Filter filter;
  private final Token at;
  private final Iterator<KeyVersion> rows;
  private final Iterator<List<RecentRequest>> requests;
  private final IntConsumer sent;
  private final Consumer<Token> done;
  private long count;

  /**
   * @param at position of the map
   * @param rows all of it, by rising keys; must not change meanwhile
   * @param requests the named requests that it holds the work of, by rising revision; none for an
   *     edge node
   * @param filter what goes over the connection of them
   * @param sent told the bytes of each frame
   * @param done told the copy's position when all is sent; never called when the connection ends
   */
  public CopySender(
      Vertx vertx,
      FrameSocket socket,
      Token at,
      Iterator<KeyVersion> rows,
      List<RecentRequest> requests,
      Filter filter,
      IntConsumer sent,
      Consumer<Token> done) {
    this.vertx = vertx;
    this.socket = socket;
    this.filter = filter;
    this.at = at;
    this.rows = rows;
    this.requests = RequestParts.split(requests).iterator();
    this.sent = sent;
    this.done = done;
  }

  /** Begins; call once. */
  public void start() {
    sent.accept(socket.send(new StreamFrame.CopyBegin(at)));
    send();
  }

  private void send() {
    if (socket.isClosed()) {
      return;
    }
    if (requests.hasNext()) {
      sent.accept(socket.send(new StreamFrame.CopyRequests(requests.next())));
      sendMoreSoon();
    } else {
      sendRows();
    }
  }

  private void sendRows() {
    var batch = new ArrayList<KeyVersion>();
    int batchBytes = 0;
    for (int looked = 0; rows.hasNext() && looked < ROWS_A_TURN; looked++) {
      KeyVersion row = rows.next();
      if (filter.accepts(row.key())) {
        batch.add(row);
        batchBytes += row.key().sizeBytes() + row.versioned().value().bytes().length() + 32;
        if (batchBytes >= StreamFrame.BATCH_BYTES) {
          break;
        }
      }
    }
    if (!batch.isEmpty()) {
      count += batch.size();
      sent.accept(socket.send(new StreamFrame.CopyRows(batch)));
    }
    if (!rows.hasNext()) {
      sent.accept(socket.send(new StreamFrame.CopyEnd(at, count)));
      done.accept(at);
    } else {
      sendMoreSoon();
    }
  }

  private void sendMoreSoon() {
    if (socket.isFull()) {
      socket.onDrained(this::send);
    } else {
      vertx.getOrCreateContext().runOnContext(nothing -> send());
    }
  }
}
