package io.widecast.api;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one instance, by the client's address, since one that is upgraded is handed
 * over twice. Bounds how many there are, and closes those that say nothing sensible for too long.
 * On the instance's event loop.
 */
final class Connections {

  /** Below the limit of open files that servers commonly have. */
  static final int MAX = 16_384;

  static final long SWEEP_MILLIS = 5_000;
  private static final long SILENT_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  private record Silent(HttpConnection connection, long sinceNanos) {}

  private final Set<SocketAddress> open = new HashSet<>();
  private final Map<SocketAddress, Silent> silent = new HashMap<>(); // no request came yet

  void onConnection(HttpConnection connection) {
    SocketAddress client = connection.remoteAddress();
    if (open.size() >= MAX && !open.contains(client)) {
      connection.close();
      return;
    }
    open.add(client);
    silent.put(client, new Silent(connection, System.nanoTime()));
    connection.closeHandler(
        v -> {
          open.remove(client);
          silent.remove(client);
        });
  }

  void onRequest(HttpServerRequest request) {
    silent.remove(request.remoteAddress());
  }

  void sweep() {
    long now = System.nanoTime();
    for (Silent waiting : List.copyOf(silent.values())) {
      if (now - waiting.sinceNanos() > SILENT_NANOS_MAX) {
        waiting.connection().close();
      }
    }
  }
}
