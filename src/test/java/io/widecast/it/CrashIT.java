package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Processes are killed, stopped and started again under a steady load of durable publishes. After
 * each test all nodes run, all copies are equal, hold exactly what was acknowledged, each write
 * done once, and no node's position has ever gone back. The tests share one cluster, in any order.
 */
class CrashIT {

  private static final long FROZEN_SECONDS = 15;

  private static Processes processes;
  private static Positions positions;
  private static int tests;
  private final List<Follower> watchers = new ArrayList<>();
  private Load load;

  @BeforeAll
  static void startNodes() {
    processes = Processes.five(CrashIT.class).start();
    positions = new Positions(processes.all());
  }

  @AfterAll
  static void endNodes() {
    positions.close();
    processes.close();
  }

  @BeforeEach
  void startLoad() {
    tests++;
    load = new Load(processes.all(), "test" + tests, 3, 5, tests);
    load.awaitMore(100);
  }

  @AfterEach
  void endLoad() {
    watchers.forEach(Follower::close);
    load.close();
  }

  /** Everything is up again: nothing acknowledged is missing or doubled, anywhere. */
  private void settle() {
    load.awaitMore(100);
    load.finish();
    Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
    load.verify(copy, key -> true);
    for (Node edge : processes.edges()) {
      load.verify(Copies.of(edge), Copies.filter(edge));
    }
    for (Follower watcher : watchers) {
      await(watcher + " reaches " + copy.position())
          .atMost(Processes.PATIENCE)
          .until(() -> watcher.level(copy.position()));
      watcher.verify(load.acknowledged(), copy);
    }
    positions.verify();
  }

  /** Watchers at every node: of everything there is, over server-sent events and a WebSocket. */
  private void watchEverywhere() {
    for (Node node : processes.all()) {
      String match =
          node.isEdge() ? node.id().equals("tokyo-1") ? "city/JP/**" : "city/PE/**" : "**";
      for (Follower watcher : List.of(Follower.sse(match), Follower.webSocket(match))) {
        watcher.follow(node);
        watchers.add(watcher);
      }
    }
    load.awaitMore(50);
  }

  /** Those who watched there go on at {@code other}, from their tokens. */
  private void moveWatchers(Node from, Node other) {
    watchers.stream().filter(watcher -> watcher.at(from)).forEach(watcher -> watcher.follow(other));
  }

  @Test
  void aCoreNodeThatIsNotTheMasterIsKilled() {
    Node master = processes.master();
    Node killed = processes.cores().stream().filter(node -> node != master).findFirst().get();

    killed.kill();
    load.awaitMore(200);
    processes.start();

    settle();
  }

  @Test
  void theMasterIsKilled() {
    Node killed = processes.master();
    Node other = processes.cores().stream().filter(node -> node != killed).findFirst().get();
    watchEverywhere();

    killed.kill();
    moveWatchers(killed, other);
    load.awaitMore(200);
    assertThat(processes.master()).isNotEqualTo(killed);
    processes.start();
    moveWatchers(other, killed); // which was not there for a while
    load.awaitMore(50);

    settle();
  }

  @Test
  void theMasterIsAskedToEnd() {
    Node ended = processes.master();
    Node other = processes.cores().stream().filter(node -> node != ended).findFirst().get();
    watchEverywhere();

    endsQuietly(ended);
    moveWatchers(ended, other);
    load.awaitMore(200);
    assertThat(processes.master()).isNotEqualTo(ended);
    processes.start();

    settle();
  }

  @Test
  void anAgentAndAnEdgeNodeAreAskedToEnd() {
    Node master = processes.master();
    Node agent = processes.cores().stream().filter(node -> node != master).findFirst().get();

    endsQuietly(processes.get("tokyo-1"));
    endsQuietly(agent);
    load.awaitMore(100);
    processes.start();

    settle();
  }

  /** In the middle of it all: nothing is worth a warning, and the exit code is 0. */
  private static void endsQuietly(Node node) {
    int before = node.log().length();
    assertThat(node.terminate()).as("exit code of " + node).isZero();
    assertThat(node.log().substring(before))
        .as("what %s logged at its end", node)
        .doesNotContain(" WARN ", " ERROR ", "Exception");
  }

  /** Its data directory is gone, as after a mount that was lost, and is found again later. */
  @Test
  void aNodeWhoseStoreFailsEndsWithAnErrorAndRecovers() throws IOException {
    Node master = processes.master();
    Node failing = processes.cores().stream().filter(node -> node != master).findFirst().get();
    Path data = processes.data(failing.id());
    Path elsewhere = data.resolveSibling(data.getFileName() + ".gone");
    load.avoid(failing);

    Files.move(data, elsewhere);
    String value = "x".repeat(1 << 20);
    for (int i = 0; i < 40 && failing.isAlive(); i++) { // until it looks for more room
      Http.put(master, "/v1/kv/city/XX/large/" + i % 4, value);
    }
    assertThat(failing.awaitEnd()).as("exit code").isEqualTo(1);
    assertThat(failing.log())
        .contains("ERROR", failing.id() + " ends: its store cannot go on", "then start it again");
    load.awaitMore(100);

    Files.move(elsewhere, data);
    processes.start();
    load.allow(failing);
    settle();
  }

  @Test
  void nodesLeaveNothingInTheTemporaryDirectory() throws IOException {
    assertThat(processes.all()).allMatch(Node::isAlive);
    try (Stream<Path> files = Files.list(processes.temporary())) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void anEdgeNodeIsKilled() {
    Node killed = processes.get("tokyo-1");

    killed.kill();
    load.awaitMore(200);
    processes.start();

    settle();
  }

  @Test
  void anEdgeNodeThatIsStoppedStallsNobodyAndCatchesUp() {
    Node frozen = processes.get("lima-1");
    String early = "/v1/kv/city/PE/early/1";
    String late = "/v1/kv/city/BR/late/1";
    Node core = processes.get("paris-2");
    assertThat(Http.put(core, early + "?wait=visible:all", "1").statusCode()).isEqualTo(201);
    assertThat(Http.get(frozen, early).statusCode()).isEqualTo(200);

    load.avoid(frozen);
    frozen.freeze();
    try {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(FROZEN_SECONDS);
      assertThat(Http.delete(core, early).statusCode()).isEqualTo(204);
      assertThat(Http.put(core, late, "2").statusCode()).isEqualTo(201);
      int before = load.count();
      while (System.nanoTime() < until) {
        load.awaitMore(20);
      }
      assertThat(load.count() - before).as("acknowledged meanwhile").isGreaterThan(200);
    } finally {
      frozen.thaw();
    }

    load.allow(frozen);
    settle();
    assertThat(Http.get(frozen, early).statusCode()).isEqualTo(404);
    assertThat(Http.get(frozen, late).body()).isEqualTo("2");
  }

  @Test
  void allNodesAreKilledAtOnce() {
    new ArrayList<>(processes.all()).forEach(Node::kill);
    processes.start();

    settle();
  }
}
