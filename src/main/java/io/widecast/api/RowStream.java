package io.widecast.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Supplier;

/**
 * Writes an answer of any length chunk by chunk, only as fast as the client reads it. On the
 * response's event loop.
 */
final class RowStream {

  static final int CHUNK_BYTES = 64 << 10;

  private final HttpServerResponse response;
  private final Supplier<byte[]> chunks;

  /**
   * @param chunks the next one; an empty one ends the answer
   */
  RowStream(HttpServerResponse response, Supplier<byte[]> chunks) {
    this.response = response;
    this.chunks = chunks;
  }

  void run() {
    response.drainHandler(v -> write());
    write();
  }

  private void write() {
    while (!response.closed() && !response.writeQueueFull()) {
      byte[] chunk = chunks.get();
      if (chunk.length == 0) {
        response.drainHandler(null);
        response.end();
        return;
      }
      response.write(Buffer.buffer(chunk));
    }
  }
}
