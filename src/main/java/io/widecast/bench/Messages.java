package io.widecast.bench;

import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The WebSocket of a node, as whole messages of bytes: no string is made of what is only scanned.
 */
final class Messages {

  private Messages() {}

  /**
   * @param http base URL of the node
   */
  static Future<WebSocket> connect(WebSocketClient sockets, String http) {
    return sockets.connect(
        new WebSocketConnectOptions()
            .setAbsoluteURI(http.replaceFirst("^http", "ws") + "/v1/stream")
            .addSubProtocol("widecast.v1.json"));
  }

  /** Hands each message on, put together where it came in several frames. */
  static void handle(WebSocket socket, Consumer<byte[]> messages) {
    var parts = new ByteArrayOutputStream();
    socket.frameHandler(
        frame -> {
          if (frame.isText() && frame.isFinal()) {
            messages.accept(frame.binaryData().getBytes());
          } else if (frame.isText() || frame.isContinuation()) {
            parts.writeBytes(frame.binaryData().getBytes());
            if (frame.isFinal()) {
              messages.accept(parts.toByteArray());
              parts.reset();
            }
          }
        });
  }

  /** The beginning of a message, for an error. */
  static String text(byte[] message) {
    return new String(message, 0, Math.min(message.length, 400), StandardCharsets.UTF_8);
  }
}
