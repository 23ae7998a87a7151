package io.widecast.api;

import io.vertx.core.Vertx;
import io.widecast.metrics.Metrics;
import io.widecast.model.NodeId;

/** A node whose replication is a fake, for trying the API by hand: {@code FakeNode PORT}. */
final class FakeNode {

  private FakeNode() {}

  public static void main(String[] args) throws Exception {
    Vertx vertx = Vertx.vertx();
    FakeReplication.registerCodecs(vertx);
    var replication = new FakeReplication(true);
    var options =
        new ApiOptions(
            "127.0.0.1", Integer.parseInt(args[0]), new NodeId("paris-1"), new NodeId("paris"));
    var api = new ApiVerticle(options, new Metrics());
    vertx.deployVerticle(replication).compose(id -> vertx.deployVerticle(api)).await();
    vertx.setPeriodic(100, id -> replication.change(() -> {}));
    System.out.println("http://127.0.0.1:" + api.port());
  }
}
