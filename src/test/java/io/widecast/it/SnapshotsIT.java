package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots of one node, through crashes, against models of them; and what a damaged disk does. */
class SnapshotsIT {

  private static final long SEED = Long.getLong("widecast.seed", 20_260_701);
  private static final int SNAPSHOTS = 10;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final TreeMap<String, String> model = new TreeMap<>(); // without the load's keys
  private final TreeMap<String, TreeMap<String, String>> snapshots = new TreeMap<>(); // live ones
  private Processes processes;
  private Node node;
  private int kills;

  @BeforeEach
  void startNode() {
    processes = new Processes(SnapshotsIT.class);
    node = processes.core("paris-1", "site.electorate=paris-1", "store.checkpoint=1MiB");
    processes.start();
    Cities cities = Cities.read();
    Maps.publish(node, cities.lines());
    model.putAll(cities.values());
  }

  @AfterEach
  void endNode() {
    processes.close();
  }

  private JsonObject take(String name) {
    HttpResponse<String> answer =
        Http.send(
            node,
            "POST",
            "/v1/snapshots",
            BodyPublishers.ofString(new JsonObject().put("name", name).encode()),
            "Content-Type",
            "application/json");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return new JsonObject(answer.body());
  }

  private void delete(String name) {
    HttpResponse<String> answer = Http.delete(node, "/v1/snapshots/" + name);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    snapshots.remove(name);
  }

  private TreeSet<String> listed(boolean live) {
    var names = new TreeSet<String>();
    for (Object snapshot : Http.getJson(node, "/v1/snapshots").getJsonArray("snapshots")) {
      var json = (JsonObject) snapshot;
      if (json.getString("state").equals("live") == live) {
        names.add(json.getString("name"));
      }
    }
    return names;
  }

  private JsonObject verify() {
    HttpResponse<String> answer =
        Http.send(node, "POST", "/v1/verify", BodyPublishers.ofString("{}"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }

  private void checkAll(String when) {
    assertThat(listed(true)).as(when).isEqualTo(new TreeSet<>(snapshots.keySet()));
    snapshots.forEach(
        (name, expected) ->
            Maps.assertSame(
                "snapshot " + name + " " + when, Maps.read(node, "snapshot=" + name), expected));
    TreeMap<String, String> now = Maps.read(node, "");
    now.keySet().removeIf(key -> key.contains("/load-"));
    Maps.assertSame("the map " + when, now, model);
    JsonObject report = verify();
    assertThat(report.getBoolean("sound")).as(when + ": " + report.encode()).isTrue();
  }

  private void killAndRestart() {
    node.kill();
    processes.start();
    kills++;
    checkAll("after kill " + kills + " of seed " + SEED);
  }

  @Test
  void snapshotsStayWhatTheyWereAndGoWhole() {
    for (int i = 0; i < SNAPSHOTS; i++) {
      Maps.change(node, model, 400, random, "s" + i);
      take("s" + i);
      snapshots.put("s" + i, new TreeMap<>(model));
    }
    checkAll("when all are taken");
    long bytesThen = Http.getJson(node, "/v1/store").getLong("segmentBytes");

    try (var load = new Load(List.of(node), "load", 2, 5, SEED)) {
      var names = new ArrayList<>(snapshots.keySet());
      while (!names.isEmpty()) {
        Maps.change(node, model, 20, random, "d" + names.size());
        delete(names.remove(random.nextInt(names.size())));
        int then = random.nextInt(6);
        if (then < 2) {
          killAndRestart(); // right after the answer
        } else if (then == 2) {
          load.awaitMore(1 + random.nextInt(60));
          killAndRestart();
        } else if (then == 3) {
          takeUnderLoad("late" + names.size());
        }
      }
      killAndRestart();
      load.finish();
      load.verify(Copies.of(node), key -> true);
    }
    assertThat(kills).isGreaterThan(2);
    List.copyOf(snapshots.keySet()).forEach(this::delete);
    givesBackItsSpace(bytesThen);

    assertThat(node.terminate()).isZero();
    String report = Cli.succeed("verify", processes.data("paris-1").toString());
    assertThat(report).startsWith("sound at revision ");
  }

  /** Nobody knows what exactly is in it, but it is a map of the history, and stays. */
  private void takeUnderLoad(String name) {
    long revision = take(name).getLong("revision");
    TreeMap<String, String> content = Maps.read(node, "snapshot=" + name);
    Maps.assertSame(name, content, Maps.read(node, "revision=" + revision));
    snapshots.put(name, content);
  }

  private void givesBackItsSpace(long bytesBefore) {
    await("all snapshots are gone")
        .atMost(Processes.PATIENCE)
        .until(() -> listed(true).isEmpty() && listed(false).isEmpty());
    long revision = Http.getJson(node, "/v1/cluster").getLong("revision");
    Cli.succeed("kv", "compact", Long.toString(revision), "--endpoint", node.http());
    await("space is given back: " + Http.getJson(node, "/v1/store").encode())
        .atMost(Processes.PATIENCE)
        .until(
            () -> {
              JsonObject store = Http.getJson(node, "/v1/store");
              long bytes = store.getLong("segmentBytes");
              return bytes < bytesBefore && store.getLong("liveBytes") > 0.6 * bytes;
            });
  }

  @Test
  void whatIsDamagedIsNamedAndNeverServed() throws IOException {
    for (int i = 0; i < 3; i++) {
      Maps.publish(node, "{\"key\":\"fault/x/" + i + "\",\"value\":\"needle-" + i + "-end\"}\n");
    }
    take("kept");
    assertThat(node.terminate()).isZero();
    Path data = processes.data("paris-1");
    for (int i = 0; i < 3; i++) {
      assertThat(flip(data, "needle-" + i + "-end")).as("copies of value " + i).isPositive();
    }

    Cli offline = Cli.run("verify", data.toString());
    assertThat(offline.exitCode()).as(offline.output()).isEqualTo(1);
    assertThat(offline.output())
        .contains("NOT SOUND", "damaged-value", "'fault/x/0'", "'fault/x/1'", "'fault/x/2'");

    processes.start();
    for (String where : List.of("", "?snapshot=kept")) {
      HttpResponse<String> refused = Http.get(node, "/v1/kv/fault/x/0" + where);
      assertThat(refused.statusCode()).isEqualTo(500);
      assertThat(refused.body()).contains("damaged", "ask another node").doesNotContain("needle");
    }
    String other = model.firstKey();
    assertThat(Http.get(node, "/v1/kv/" + other).statusCode()).isEqualTo(200);
    assertThat(Http.put(node, "/v1/kv/fault/x/0", "healed").statusCode()).isEqualTo(200);
    assertThat(Http.get(node, "/v1/kv/fault/x/0").body()).isEqualTo("healed");

    JsonObject report = verify();
    assertThat(report.getBoolean("sound")).isFalse();
    assertThat(report.encode()).contains("fault/x/1");
    HttpResponse<String> ready = Http.get(node, "/readyz?verbose");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).contains("3 alarms");
    assertThat(Http.getJson(node, "/v1/store").getString("alarm")).contains("fault/x/0");
    assertThat(node.terminate()).isZero();
  }

  /** Changes a bit of {@code text} wherever it stands in a segment; how often that is. */
  private static int flip(Path data, String text) throws IOException {
    int found = 0;
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("seg-")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        String content = new String(bytes, StandardCharsets.ISO_8859_1);
        for (int at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
          bytes[at + 3] ^= 0x10;
          found++;
        }
        Files.write(file, bytes);
      }
    }
    return found;
  }
}
