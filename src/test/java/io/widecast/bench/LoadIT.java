package io.widecast.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.widecast.client.ScriptedNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The load generators against a node that orders and shows what it is sent. */
class LoadIT {

  private final Vertx vertx = Vertx.vertx();
  private final List<ServerWebSocket> watchers = new ArrayList<>();
  private final ScriptedNode node =
      new ScriptedNode(vertx, request -> request.response().setStatusCode(404).end());
  private int revision;

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void countsWhatEveryWatcherHasSeen() {
    node.then(this::serve).then(this::serve).then(this::serve);
    try (var nodes = new Nodes(List.of(node.url(), node.url()));
        Load load = connect(nodes)) {
      Load.Result rated = load.atRate(1_000, 0.2);
      Load.Result flat = load.inFlight(16, 0.2, 5_000);

      assertThat(rated.publishes()).isEqualTo(200);
      assertThat(rated.visibleNanos().getTotalCount()).isEqualTo(200);
      assertThat(rated.ackNanos().getTotalCount()).isEqualTo(200);
      assertThat(flat.publishes()).isBetween(16, 5_000);
      assertThat(flat.visibleNanos().getTotalCount()).isEqualTo(flat.publishes());
    }
  }

  @Test
  void aRefusedPublishFailsTheMeasurement() {
    node.then(this::serve)
        .then(this::serve)
        .then((socket, request) -> socket.writeTextMessage("{\"id\":1,\"error\":{}}"));
    try (var nodes = new Nodes(List.of(node.url(), node.url()));
        Load load = connect(nodes)) {
      assertThatThrownBy(() -> load.atRate(100, 0.1))
          .isInstanceOf(BenchException.class)
          .hasMessageContaining("a publish was refused");
    }
  }

  @Test
  void watchersNoticeAMapThatDiffers() {
    for (int i = 0; i < 4; i++) {
      node.then(this::serve);
    }
    try (var nodes = new Nodes(List.of(node.url()));
        Watchers all =
            Watchers.connect(nodes.vertx(), nodes.sockets(), node.url(), node.url(), 3, 9)) {
      Watchers.Result result = all.run(1_000, 0.1);
      int[] truth = new int[Watchers.KEYS];
      Arrays.setAll(truth, key -> key);

      assertThat(result.events()).isEqualTo(300);
      assertThat(all.wrong(truth)).isZero();
      truth[7]++;
      assertThat(all.wrong(truth)).isEqualTo(3);
      assertThat(all.skipped()).isZero();
    }
  }

  private Load connect(Nodes nodes) {
    return Load.connect(
        nodes.vertx(), nodes.sockets(), node.url(), nodes.endpoints(), 100, "durable");
  }

  private synchronized void serve(ServerWebSocket socket, JsonObject request) {
    if (request.getString("op").equals("watch")) {
      watchers.add(socket);
      socket.writeTextMessage("{\"id\":1,\"ok\":true}");
      return;
    }
    revision++;
    JsonObject pair = request.getJsonArray("pairs").getJsonObject(0);
    String frame =
        "{\"watch\":1,\"token\":\"1."
            + revision
            + "\",\"events\":[{\"type\":\"put\",\"key\":\""
            + pair.getString("key")
            + "\",\"value\":\""
            + pair.getString("value")
            + "\",\"revision\":"
            + revision
            + "}]}";
    watchers.forEach(watcher -> watcher.writeTextMessage(frame));
    socket.writeTextMessage(
        "{\"id\":" + request.getLong("id") + ",\"ok\":true,\"token\":\"1." + revision + "\"}");
  }
}
