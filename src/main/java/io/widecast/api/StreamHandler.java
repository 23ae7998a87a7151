package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpVersion;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code GET /v1/stream}: turns a request into a {@link StreamSocket}. */
final class StreamHandler {

  static final String SUB_PROTOCOL = "widecast.v1.json";
  static final long PING_MILLIS = 30_000;

  private final StreamSocket.Shared shared;
  private final Connections connections;
  private final Set<StreamSocket> sockets = new LinkedHashSet<>();

  StreamHandler(StreamSocket.Shared shared, Connections connections) {
    this.shared = shared;
    this.connections = connections;
  }

  void get(Exchange exchange) {
    exchange.query().only();
    checkHandshake(exchange);
    if (shared.node().draining()) {
      throw new WidecastException(
          ErrorCode.NOT_READY, "this node is shutting down: connect to another");
    }
    exchange.begin(101);
    exchange
        .request()
        .toWebSocket()
        .onSuccess(socket -> sockets.add(new StreamSocket(shared, socket, this::onClosed)))
        .onFailure(exchange::fail);
  }

  private void onClosed(StreamSocket socket) {
    sockets.remove(socket);
    connections.onClosed(socket.client());
  }

  private static void checkHandshake(Exchange exchange) {
    boolean asks =
        exchange.request().version() == HttpVersion.HTTP_1_1
            && lists(exchange, HttpHeaderNames.UPGRADE, "websocket")
            && lists(exchange, HttpHeaderNames.CONNECTION, "upgrade")
            && exchange.header(HttpHeaderNames.SEC_WEBSOCKET_KEY).isPresent()
            && exchange
                .header(HttpHeaderNames.SEC_WEBSOCKET_VERSION)
                .filter("13"::equals)
                .isPresent();
    if (!asks) {
      throw new WidecastException(
          ErrorCode.UPGRADE_REQUIRED,
          "connect here with a WebSocket (RFC 6455, version 13) over HTTP/1.1");
    }
  }

  private static boolean lists(Exchange exchange, CharSequence name, String token) {
    return exchange
        .header(name)
        .map(text -> List.of(text.toLowerCase(Locale.ROOT).split("\\s*,\\s*")).contains(token))
        .orElse(false);
  }

  void ping() {
    sockets.forEach(StreamSocket::ping);
  }

  void drain() {
    List.copyOf(sockets).forEach(StreamSocket::drain);
  }
}
