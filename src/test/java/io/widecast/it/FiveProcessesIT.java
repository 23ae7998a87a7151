package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The five processes of {@code config/} while each loses 5 % of its datagrams, sees 2 % twice and 5
 * % late, and WAN streams are cut now and then. With the 5,000 cities that the jar brings, or those
 * of {@code -Dwidecast.cities=FILE}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FiveProcessesIT {

  private static Processes processes;

  @BeforeAll
  static void start() {
    processes =
        Processes.five(
            FiveProcessesIT.class,
            "faults.loss=5%",
            "faults.duplicate=2%",
            "faults.reorder=5%",
            "faults.cut=0.5%");
    processes.start();
  }

  @AfterAll
  static void end() {
    processes.close();
  }

  @Test
  @Order(1)
  void everyCopyHoldsTheCitiesThatItsFilterSelects() {
    Cities cities = Cities.read();

    // Through a node that is not the master, in one request.
    Node master = processes.master();
    Node other = processes.cores().stream().filter(node -> node != master).findFirst().get();
    HttpResponse<String> answer =
        Http.send(
            other,
            "POST",
            "/v1/publish",
            BodyPublishers.ofString(cities.lines()),
            "Content-Type",
            "application/x-ndjson");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var summary = new JsonObject(answer.body());
    assertThat(summary.getInteger("published")).isEqualTo(cities.values().size());
    assertThat(summary.getLong("lastRevision") - summary.getLong("firstRevision") + 1)
        .isEqualTo(cities.values().size());
    Copies.awaitLevel(processes.all(), Http.position(answer));
    for (Node node : processes.all()) {
      Predicate<String> holds = node.isEdge() ? Copies.filter(node) : key -> true;
      var expected = new TreeMap<>(cities.values());
      expected.keySet().removeIf(holds.negate());
      assertSame(node, Copies.of(node), expected);
    }
    Copies.awaitEqual(processes.cores(), processes.edges());
    assertThat(processes.cores()).allSatisfy(FiveProcessesIT::sufferedAndRepaired);
  }

  private static void assertSame(Node node, Copies.Copy copy, TreeMap<String, String> expected) {
    var missing = new TreeSet<>(expected.keySet());
    missing.removeAll(copy.rows().keySet());
    assertThat(missing).as("missing at %s", node).isEmpty();
    var tooMany = new TreeSet<>(copy.rows().keySet());
    tooMany.removeAll(expected.keySet());
    assertThat(tooMany).as("too many at %s", node).isEmpty();
    for (Map.Entry<String, String> city : expected.entrySet()) {
      assertThat(copy.value(city.getKey())).as(city.getKey()).isEqualTo(city.getValue());
    }
  }

  private static void sufferedAndRepaired(Node core) {
    assertThat(Http.metrics(core).get("widecast_faults_injected_total")).isPositive();
  }

  @Test
  @Order(2)
  void watchersOnAllNodesSeeEveryPublishWholeOnceAndInOrder() {
    Node p1 = processes.get("paris-1");
    Node p2 = processes.get("paris-2");
    Node p3 = processes.get("paris-3");
    Node tokyo = processes.get("tokyo-1");
    Node lima = processes.get("lima-1");
    // Each goes through these nodes in turn; an edge node only serves what it holds.
    Map<Follower, List<Node>> ways =
        Map.of(
            Follower.sse("**"), List.of(p1, p2, p3, p1),
            Follower.webSocket("**"), List.of(p3, p1, p2, p3),
            Follower.sse("city/JP/**"), List.of(tokyo, p1, tokyo, p2),
            Follower.webSocket("city/JP/**", "city/IN/random-1/*"), List.of(p2, tokyo, p3, tokyo),
            Follower.webSocket("city/PE/**", "city/BR/*/7"), List.of(lima, p3, lima, lima),
            Follower.sse("city/*/random-0/*"), List.of(p2, p3, p1, p2));

    try (var load = new Load(processes.all(), "random", 4, 5, 42)) {
      for (int leg = 0; leg < 4; leg++) {
        int at = leg;
        ways.forEach((follower, way) -> follower.follow(way.get(at)));
        load.awaitMore(250);
      }
      load.finish();

      TreeMap<Position, List<Load.Change>> truth = load.acknowledged();
      Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
      load.verify(copy, key -> true);
      for (Follower follower : ways.keySet()) {
        await(follower + " reaches " + copy.position())
            .atMost(Processes.PATIENCE)
            .until(() -> follower.level(copy.position()));
        follower.verify(truth, copy);
      }
    } finally {
      ways.keySet().forEach(Follower::close);
    }
  }

  @Test
  @Order(3)
  void everyNodeEndsWithCodeZeroWhenAskedTo() {
    for (Node node : List.copyOf(processes.all())) {
      assertThat(node.terminate()).as(node.id()).isZero();
    }
  }
}
