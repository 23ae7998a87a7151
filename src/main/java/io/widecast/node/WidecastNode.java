package io.widecast.node;

import io.vertx.core.Future;
import io.widecast.config.NodeConfig;

/** Placeholder for the node that is built elsewhere; not for merging. */
public final class WidecastNode {

  private WidecastNode() {}

  public static Future<WidecastNode> start(NodeConfig config) {
    return Future.failedFuture("no node in this build: " + config.node().id());
  }

  public int httpPort() {
    return 0;
  }

  public Future<Void> drainAndClose() {
    return Future.succeededFuture();
  }
}
