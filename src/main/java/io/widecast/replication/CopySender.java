package io.widecast.replication;

import io.vertx.core.Vertx;
import io.widecast.model.Bytes;
import io.widecast.model.Filter;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.net.FrameSocket;
import io.widecast.store.View;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Sends the map of one view on a connection, in pieces, as fast as the connection takes them. The
 * view does not change meanwhile, so the copy is of one position. Used on one context.
 */
final class CopySender {

  private static final int ROWS_A_TURN = 4_096; // looked at before the event loop gets its turn

  private final Vertx vertx;
  private final FrameSocket socket;
  private final Filter filter;
  private final Token at;
  private final Iterator<KeyVersion> rows;
  private final IntConsumer sent;
  private final Consumer<Token> done;
  private long count;

  /**
   * @param sent told the bytes of each frame
   * @param done told the copy's position when all is sent; never called when the connection ends
   */
  CopySender(
      Vertx vertx,
      FrameSocket socket,
      View view,
      Filter filter,
      IntConsumer sent,
      Consumer<Token> done) {
    this.vertx = vertx;
    this.socket = socket;
    this.filter = filter;
    this.at = view.token();
    this.rows = view.from(Bytes.EMPTY);
    this.sent = sent;
    this.done = done;
  }

  void start() {
    sent.accept(socket.send(new StreamFrame.CopyBegin(at)));
    send();
  }

  private void send() {
    if (socket.isClosed()) {
      return;
    }
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
    } else if (socket.isFull()) {
      socket.onDrained(this::send);
    } else {
      vertx.getOrCreateContext().runOnContext(nothing -> send());
    }
  }
}
