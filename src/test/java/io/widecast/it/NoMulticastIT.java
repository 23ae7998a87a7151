package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import org.junit.jupiter.api.Test;

/**
 * Core nodes that do not hear each other's multicast: each listens on a group port of its own and
 * knows the others' unicast ports only. They fall back, say so, and replicate.
 */
class NoMulticastIT {

  private static final String ELECTORATE = "site.electorate=paris-1,paris-2";

  @Test
  void unicastStandsInVisibly() {
    try (var processes = new Processes(NoMulticastIT.class)) {
      int first = Processes.freeUdpPort();
      int second = Processes.freeUdpPort();
      Node one = core(processes, "paris-1", first, second);
      Node two = core(processes, "paris-2", second, first);
      processes.start();

      assertThat(Http.put(one, "/v1/kv/a", "1").statusCode()).isEqualTo(201);
      assertThat(Http.put(two, "/v1/kv/b", "2").statusCode()).isEqualTo(201);
      var body = new StringBuilder();
      for (int i = 0; i < 2000; i++) {
        body.append(new JsonObject().put("key", "bulk/" + i).put("value", i).encode()).append('\n');
      }
      var bulk =
          Http.send(
              two,
              "POST",
              "/v1/publish",
              java.net.http.HttpRequest.BodyPublishers.ofString(body.toString()),
              "Content-Type",
              "application/x-ndjson");
      assertThat(bulk.statusCode()).as(bulk.body()).isEqualTo(200);

      Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
      assertThat(copy.rows()).hasSize(2002);
      await("both say that the other is served by unicast")
          .atMost(Processes.PATIENCE)
          .untilAsserted(
              () -> {
                assertShown(one, "paris-2");
                assertShown(two, "paris-1");
              });
      assertThat(Http.metrics(processes.master()).get("widecast_unicast_bytes_sent_total"))
          .isGreaterThan(2000);
    }
  }

  private static Node core(Processes processes, String id, int own, int other) {
    return processes.core(
        id,
        ELECTORATE,
        "multicast.port=" + Processes.freeUdpPort(),
        "multicast.unicastPort=" + own,
        "multicast.peers=" + Processes.HOST + ":" + other);
  }

  private static void assertShown(Node at, String other) {
    assertThat(Http.metrics(at).get("widecast_unicast_members")).isEqualTo(1);
    JsonObject site = Http.getJson(at, "/v1/cluster").getJsonArray("sites").getJsonObject(0);
    assertThat(site.getJsonArray("nodes").stream().map(JsonObject.class::cast))
        .filteredOn(node -> node.getString("id").equals(other))
        .singleElement()
        .satisfies(node -> assertThat(node.getBoolean("unicast")).isTrue());
  }
}
