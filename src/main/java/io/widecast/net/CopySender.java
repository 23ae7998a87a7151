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
 * Used on one context; the map, which may be on disk, is read on workers.
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
  private final Runnable over;
  private long count;

  /** What one look at the map brought. */
  private record Batch(List<KeyVersion> rows, boolean last) {}

  /**
   * @param at position of the map
   * @param rows all of it, by rising keys; must not change meanwhile
   * @param requests the named requests that it holds the work of, by rising revision; none for an
   *     edge node
   * @param filter what goes over the connection of them
   * @param sent told the bytes of each frame
   * @param done told the copy's position when all is sent; never called when the connection ends
   * @param over called once when the map is no longer read, whether all was sent or not
   */
  public CopySender(
      Vertx vertx,
      FrameSocket socket,
      Token at,
      Iterator<KeyVersion> rows,
      List<RecentRequest> requests,
      Filter filter,
      IntConsumer sent,
      Consumer<Token> done,
      Runnable over) {
    this.vertx = vertx;
    this.socket = socket;
    this.filter = filter;
    this.at = at;
    this.rows = rows;
    this.requests = RequestParts.split(requests).iterator();
    this.sent = sent;
    this.done = done;
    this.over = over;
  }

  /** Begins; call once. */
  public void start() {
    sent.accept(socket.send(new StreamFrame.CopyBegin(at)));
    send();
  }

  private void send() {
    if (socket.isClosed()) {
      over.run();
    } else if (requests.hasNext()) {
      sent.accept(socket.send(new StreamFrame.CopyRequests(requests.next())));
      sendMoreSoon();
    } else {
      vertx
          .executeBlocking(this::read, false)
          .onSuccess(this::sendRows)
          .onFailure(
              failure -> {
                over.run();
                socket.close(); // whoever wanted the copy asks again
              });
    }
  }

  private Batch read() {
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
    return new Batch(batch, !rows.hasNext());
  }

  private void sendRows(Batch batch) {
    if (socket.isClosed()) {
      over.run();
      return;
    }
    if (!batch.rows.isEmpty()) {
      count += batch.rows.size();
      sent.accept(socket.send(new StreamFrame.CopyRows(batch.rows)));
    }
    if (batch.last) {
      over.run();
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
