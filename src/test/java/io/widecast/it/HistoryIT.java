package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Earlier states of a node, over restarts and compactions; snapshots by the clock, and restored.
 */
class HistoryIT {

  private static final long SEED = Long.getLong("widecast.seed", 20_260_702);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private Processes processes;

  @AfterEach
  void endNodes() {
    processes.close();
  }

  private Node one(String... settings) {
    processes = new Processes(HistoryIT.class);
    var all = new java.util.ArrayList<>(List.of("site.electorate=paris-1"));
    all.addAll(List.of(settings));
    Node node = processes.core("paris-1", all.toArray(String[]::new));
    processes.start();
    return node;
  }

  private static TreeMap<String, String> keys(int count) {
    var model = new TreeMap<String, String>();
    for (int i = 0; i < count; i++) {
      model.put("h/%04d".formatted(i), "first-" + i);
    }
    return model;
  }

  private static void load(Node node, TreeMap<String, String> model) {
    var lines = new StringBuilder();
    model.forEach(
        (key, value) ->
            lines
                .append(new JsonObject().put("key", key).put("value", value).encode())
                .append('\n'));
    Maps.publish(node, lines.toString());
  }

  private static HttpResponse<String> compact(Node node, long revision) {
    return Http.send(
        node,
        "POST",
        "/v1/compact",
        BodyPublishers.ofString("{\"revision\":" + revision + "}"),
        "Content-Type",
        "application/json");
  }

  /** The frames of a long-poll. */
  private static JsonArray poll(Node node, String since, String timeout) {
    return Http.getJson(
            node, "/v1/watch?match=**&format=longpoll&since=" + since + "&timeout=" + timeout)
        .getJsonArray("events");
  }

  @Test
  void earlierStatesAreReadUntilTheyAreCompacted() {
    Node node = one("store.checkpoint=1MiB");
    TreeMap<String, String> model = keys(500);
    load(node, model);
    var states = new TreeMap<Long, TreeMap<String, String>>();
    for (int i = 0; i < 30; i++) {
      states.put(Maps.change(node, model, 40, random, "c" + i), new TreeMap<>(model));
      if (i == 20) {
        node.kill();
        processes.start();
      }
    }
    var revisions = List.copyOf(states.keySet());
    readAll(node, states);
    long early = revisions.get(3);
    JsonArray fromBefore = poll(node, "1." + early, "5s");
    assertThat(first(fromBefore).getBoolean("reset", false)).as("before the restart").isFalse();
    assertThat(revision(first(fromBefore))).isEqualTo(early + 1);

    long floor = revisions.get(12);
    assertThat(compact(node, floor).statusCode()).isEqualTo(200);
    checkCompacted(node, states, floor);
    node.kill();
    processes.start();
    checkCompacted(node, states, floor);
    assertThat(compact(node, floor - 1).statusCode()).isEqualTo(410);
    assertThat(compact(node, 1L << 40).statusCode()).isEqualTo(400);

    var future = new Position(1L << 20, 0);
    assertThat(poll(node, future.toString(), "100ms")).as("in the future").isEmpty();
    assertThat(Http.put(node, "/v1/kv/h/again", "1").statusCode()).isEqualTo(201);
    long last = Http.position(Http.put(node, "/v1/kv/h/again", "2")).revision();
    CompletableFuture<JsonArray> waiting =
        CompletableFuture.supplyAsync(
            () -> poll(node, epoch(node) + "." + (last + 1), "20s")); // not there yet
    Http.put(node, "/v1/kv/h/again", "3");
    Http.put(node, "/v1/kv/h/again", "4");
    assertThat(revision(first(waiting.join()))).isEqualTo(last + 2);
    String history = Cli.succeed("kv", "history", "h/again", "--endpoint", node.http());
    assertThat(history.lines().skip(1)).as(history).hasSize(4);
  }

  private static long epoch(Node node) {
    return Http.getJson(node, "/v1/cluster").getLong("epoch");
  }

  private void readAll(Node node, TreeMap<Long, TreeMap<String, String>> states) {
    states.forEach(
        (revision, expected) -> {
          var actual = Maps.read(node, "revision=" + revision);
          Maps.assertSame("revision " + revision + " of seed " + SEED, actual, expected);
          String key = expected.firstKey();
          assertThat(Http.get(node, "/v1/kv/" + key + "?revision=" + revision).body())
              .isEqualTo(expected.get(key));
        });
  }

  private void checkCompacted(
      Node node, TreeMap<Long, TreeMap<String, String>> states, long floor) {
    readAll(node, new TreeMap<>(states.tailMap(floor, true)));
    for (long below : List.of(states.firstKey(), floor - 1)) {
      HttpResponse<String> gone = Http.get(node, "/v1/kv/h/0001?revision=" + below);
      assertThat(gone.statusCode()).as(gone.body()).isEqualTo(410);
      assertThat(new JsonObject(gone.body()).getLong("compactRevision")).isEqualTo(floor);
    }
    assertThat(revision(first(poll(node, "1." + floor, "5s"))))
        .as("since exactly the compacted revision")
        .isEqualTo(floor + 1);
    JsonArray below = poll(node, "1." + (floor - 1), "5s");
    assertThat(first(below).getBoolean("reset", false)).as("since below: " + below).isTrue();
  }

  private static JsonObject first(JsonArray frames) {
    return frames.getJsonObject(0);
  }

  private static long revision(JsonObject frame) {
    return frame.getJsonArray("events").getJsonObject(0).getLong("revision");
  }

  private static TreeSet<String> snapshots(Node node) {
    var names = new TreeSet<String>();
    for (Object snapshot : Http.getJson(node, "/v1/snapshots").getJsonArray("snapshots")) {
      var json = (JsonObject) snapshot;
      if (json.getString("state").equals("live")) {
        names.add(json.getString("name"));
      }
    }
    return names;
  }

  @Test
  void snapshotsAreTakenByTheClockAndTheOldestGo() {
    Node node = one("store.snapshotEvery=1s", "store.snapshotsKept=3");
    load(node, keys(10));
    await("three of them").atMost(Processes.PATIENCE).until(() -> snapshots(node).size() == 3);
    TreeSet<String> then = snapshots(node);
    assertThat(then).allMatch(name -> name.startsWith("auto-"));

    node.kill();
    processes.start();
    await("the oldest go")
        .atMost(Processes.PATIENCE)
        .until(() -> snapshots(node).size() == 3 && !snapshots(node).contains(then.last()));
    assertThat(Maps.read(node, "snapshot=" + snapshots(node).first())).isEqualTo(keys(10));
  }

  @Test
  void aNewClusterBeginsWithASnapshot() {
    processes = new Processes(HistoryIT.class);
    List<String> ids = List.of("paris-1", "paris-2", "paris-3");
    ids.forEach(id -> processes.core(id));
    processes.start();
    Node old = processes.get("paris-1");
    TreeMap<String, String> model = keys(300);
    load(old, model);
    Maps.change(old, model, 100, random, "before");
    Path file = processes.temporary().resolve("backup.snap");
    Cli.succeed("snapshot", "create", "backup", "--endpoint", old.http());
    Cli.succeed("snapshot", "save", "backup", file.toString(), "--endpoint", old.http());
    try (Follower watcher = Follower.sse("**")) {
      watcher.follow(old);
      Position end = Http.position(Http.put(old, "/v1/kv/h/0000", "lost with the old cluster"));
      await("sees it").atMost(Processes.PATIENCE).until(() -> watcher.level(end));
      processes.cores().forEach(Node::kill);

      try (var fresh = new Processes(HistoryIT.class)) {
        for (String id : ids) {
          Node node = fresh.core(id);
          Cli.succeed(
              "snapshot",
              "restore",
              file.toString(),
              "--data",
              fresh.data(id).toString(),
              "--node",
              node.id());
        }
        fresh.start();
        Copies.awaitEqual(fresh.cores(), List.of());
        for (Node node : fresh.cores()) {
          Maps.assertSame(node.id(), Maps.read(node, ""), model);
        }
        Node restored = fresh.get("paris-2");
        Position next = Http.position(Http.put(restored, "/v1/kv/h/new", "1"));
        assertThat(next).isGreaterThan(end);
        assertThat(next.epoch()).isGreaterThan(1_000);

        watcher.follow(restored); // whose positions must not go back, as it checks itself
        await("begins anew").atMost(Processes.PATIENCE).until(() -> watcher.level(next));
        assertThat(watcher.resets()).isEqualTo(1);
      }
    }
  }
}
