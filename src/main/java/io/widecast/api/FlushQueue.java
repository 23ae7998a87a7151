package io.widecast.api;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Sockets that were written to in this turn of the event loop: each is flushed once, at its end.
 */
final class FlushQueue {

  private final Context context;
  private final Set<SocketOut> sockets = new LinkedHashSet<>();

  FlushQueue(Context context) {
    this.context = context;
  }

  void add(SocketOut socket) {
    if (sockets.isEmpty()) {
      context.runOnContext(v -> flush());
    }
    sockets.add(socket);
  }

  private void flush() {
    var now = new ArrayList<>(sockets);
    sockets.clear();
    now.forEach(SocketOut::flush);
  }
}
