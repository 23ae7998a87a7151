package io.widecast.client;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node that does as it is told: answers requests by a handler, and plays one script for each
 * WebSocket in turn. What clients asked is recorded.
 */
public final class ScriptedNode implements AutoCloseable {

  /** What one connection does with the watch it is asked for. */
  public interface Script {
    void play(ServerWebSocket socket, JsonObject request);
  }

  private final HttpServer server;
  private final String url;
  private final Queue<Script> scripts = new ArrayDeque<>();

  /** Requests in text frames, in the order in which they came. */
  public final List<JsonObject> asked = new CopyOnWriteArrayList<>();

  public ScriptedNode(Vertx vertx, Handler<HttpServerRequest> requests) {
    server =
        vertx
            .createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("widecast.v1.json"))
            .requestHandler(requests)
            .webSocketHandler(this::accept);
    try {
      server.listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
    url = "http://127.0.0.1:" + server.actualPort();
  }

  /** The next connection's script; connections without one are left waiting. */
  public ScriptedNode then(Script script) {
    synchronized (scripts) {
      scripts.add(script);
    }
    return this;
  }

  private void accept(ServerWebSocket socket) {
    Script script;
    synchronized (scripts) {
      script = scripts.isEmpty() ? (s, r) -> {} : scripts.remove();
    }
    socket.textMessageHandler(
        text -> {
          var request = new JsonObject(text);
          asked.add(request);
          script.play(socket, request);
        });
  }

  public String url() {
    return url;
  }

  @Override
  public void close() {
    server.close().await();
  }
}
