package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket client that keeps what it is sent until a test asks for it. */
final class TestStream {

  private final BlockingQueue<JsonObject> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocket socket;

  TestStream(ApiFixture node) {
    var client =
        node.vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setMaxFrameSize(32 << 20)
                .setMaxMessageSize(32 << 20)
                // Fixed: a kernel may let the buffer of a client that does not read grow to 32 MiB.
                .setReceiveBufferSize(256 << 10));
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(node.port())
            .setURI("/v1/stream")
            .addSubProtocol("widecast.v1.json");
    socket =
        client
            .connect(options)
            .map(
                opened -> {
                  opened.textMessageHandler(text -> messages.add(new JsonObject(text)));
                  opened.closeHandler(v -> closed.complete((int) opened.closeStatusCode()));
                  opened.exceptionHandler(e -> {});
                  return opened;
                })
            .await();
  }

  WebSocket socket() {
    return socket;
  }

  TestStream send(String text) {
    socket.writeTextMessage(text);
    return this;
  }

  TestStream sendBinary(Buffer bytes) {
    socket.writeBinaryMessage(bytes);
    return this;
  }

  JsonObject next() {
    try {
      JsonObject message = messages.poll(ApiFixture.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(message).as("a message").isNotNull();
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The next frame that is not a bookmark. */
  JsonObject nextFrame() {
    JsonObject frame = next();
    while (frame.containsKey("bookmark")) {
      frame = next();
    }
    return frame;
  }

  JsonObject ask(String request) {
    send(request);
    return next();
  }

  int closeCode() {
    return closed.orTimeout(ApiFixture.DEADLINE.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  String closeReason() {
    closeCode();
    return socket.closeReason();
  }
}
