package io.widecast.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.Callable;

/**
 * Writes an answer of any length chunk by chunk, only as fast as the client reads it. The chunks
 * are made on a worker, one after the other; everything else is on the response's event loop.
 * However it ends, {@code over} is called once, when no chunk is being made any more.
 */
final class ChunkStream {

  /** Least size of a chunk but the last, for whoever makes them. */
  static final int CHUNK_BYTES = 64 << 10;

  private final Exchange exchange;
  private final HttpServerResponse response;
  private final StoreAccess store;
  private final Callable<byte[]> chunks;
  private final Runnable over;
  private boolean making;
  private boolean gone; // the client
  private boolean ended;

  /**
   * @param chunks makes the next one; an empty one ends the answer
   * @param over lets go of what the chunks are made from
   */
  private ChunkStream(
      Exchange exchange, StoreAccess store, Callable<byte[]> chunks, Runnable over) {
    this.exchange = exchange;
    this.response = exchange.response();
    this.store = store;
    this.chunks = chunks;
    this.over = over;
  }

  /**
   * Answers with {@code chunks}, or to HEAD without them.
   *
   * @param hold what of the store they are made from, given back whatever happens
   */
  static void answer(
      Exchange exchange,
      StoreAccess store,
      long hold,
      String contentType,
      Callable<byte[]> chunks) {
    Runnable over = () -> store.release(hold);
    boolean begun = false;
    try {
      HttpServerResponse response = exchange.beginStream(contentType);
      if (exchange.isHead()) {
        response.end();
      } else {
        new ChunkStream(exchange, store, chunks, over).run();
        begun = true;
      }
    } finally {
      if (!begun) {
        over.run();
      }
    }
  }

  private void run() {
    response.closeHandler(v -> clientGone());
    response.exceptionHandler(e -> clientGone());
    response.drainHandler(v -> next());
    if (response.closed()) {
      clientGone();
    } else {
      next();
    }
  }

  private void clientGone() {
    gone = true;
    if (!making) {
      end();
    } // else when the chunk is made
  }

  private void next() {
    if (making || ended || response.writeQueueFull()) {
      return;
    }
    making = true;
    store
        .read(chunks)
        .onComplete(
            made -> {
              making = false;
              if (gone || response.closed()) {
                end();
              } else if (made.failed()) {
                end();
                exchange.fail(made.cause()); // cuts it off: an end would look complete
              } else if (made.result().length == 0) {
                end();
                response.end();
              } else {
                response.write(Buffer.buffer(made.result()));
                next();
              }
            });
  }

  private void end() {
    if (!ended) {
      ended = true;
      over.run();
    }
  }
}
