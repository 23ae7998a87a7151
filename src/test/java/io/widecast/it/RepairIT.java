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
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A node whose disk no longer holds what was written: it never shows that, takes a copy of another
 * node's map by itself, and is sound afterwards.
 */
class RepairIT {

  private static final long SEED = Long.getLong("widecast.seed", 20_261_126);
  private static final String NEEDLE = "needle-%d-end";
  private static final int NEEDLES = 3;

  private Processes processes;

  @BeforeEach
  void startNodes() {
    processes = new Processes(RepairIT.class);
    for (String id : List.of("paris-1", "paris-2", "paris-3")) {
      processes.core(id, "store.checkpoint=1MiB");
    }
    processes.edge("tokyo-1", "store.checkpoint=1MiB", "wan.filter=**");
    processes.start();
    Maps.publish(processes.master(), Cities.read().lines());
    for (int i = 0; i < NEEDLES; i++) {
      String value = NEEDLE.formatted(i);
      Maps.publish(
          processes.master(), "{\"key\":\"fault/x/" + i + "\",\"value\":\"" + value + "\"}\n");
    }
    Copies.awaitEqual(processes.cores(), processes.edges());
  }

  @AfterEach
  void endNodes() {
    processes.close();
  }

  private Node follower() {
    Node master = processes.master();
    return processes.cores().stream().filter(node -> node != master).findFirst().orElseThrow();
  }

  /** Turns a bit in every needle that the node has on disk, while it is stopped. */
  private void damageStopped(Node node) throws IOException {
    assertThat(node.terminate()).isZero();
    assertThat(flip(processes.data(node.id()))).as("needles of " + node).isPositive();
    processes.start();
  }

  private static int flip(Path data) throws IOException {
    int found = 0;
    Pattern needle = Pattern.compile("needle-\\d-end");
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(f -> f.getFileName().toString().contains("seg-")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        Matcher matcher = needle.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        int before = found;
        while (matcher.find()) {
          bytes[matcher.start() + 3] ^= 0x10;
          found++;
        }
        if (found > before) {
          Files.write(file, bytes);
        }
      }
    }
    return found;
  }

  private static HttpResponse<String> read(Node node, int needle) {
    return Http.get(node, "/v1/kv/fault/x/" + needle);
  }

  private static boolean holds(Node node, int needle) {
    HttpResponse<String> answer = read(node, needle);
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 500, 503);
    assertThat(answer.body().contains("needle"))
        .as("only the whole value is shown: " + answer.body())
        .isEqualTo(answer.statusCode() == 200);
    return answer.statusCode() == 200 && answer.body().equals(NEEDLE.formatted(needle));
  }

  private static JsonObject verify(Node node) {
    HttpResponse<String> answer =
        Http.send(node, "POST", "/v1/verify", BodyPublishers.ofString("{}"));
    return new JsonObject(answer.body());
  }

  private static boolean isMended(Node node) {
    return Http.getJson(node, "/v1/store").getString("alarm") == null;
  }

  private void awaitMendedAndLevel(Node node) {
    awaitMended(node);
    Copies.awaitEqual(processes.cores(), processes.edges());
  }

  private void awaitMended(Node node) {
    await(node + " has mended itself")
        .atMost(Processes.PATIENCE)
        .ignoreExceptions()
        .until(() -> isMended(node));
    for (int i = 0; i < NEEDLES; i++) {
      assertThat(holds(node, i)).as("needle " + i + " at " + node).isTrue();
    }
    JsonObject report = verify(node);
    assertThat(report.getBoolean("sound")).as(report.encode()).isTrue();
  }

  private void checkOffline(Node node) {
    assertThat(node.terminate()).isZero();
    assertThat(Cli.succeed("verify", processes.data(node.id()).toString()))
        .startsWith("sound at revision ");
    processes.start();
  }

  @Test
  void aFollowerMendsItselfUnderLoad() throws IOException {
    Node node = follower();
    damageStopped(node);

    try (var load = new Load(processes.cores(), "load", 3, 5, SEED)) {
      load.awaitMore(100);
      assertThat(read(node, 0).statusCode()).isEqualTo(500);
      awaitMended(node);
      load.awaitMore(100);
      load.finish();
      load.verify(Copies.awaitEqual(processes.cores(), processes.edges()), key -> true);
    }
    checkOffline(node);
  }

  @Test
  void anEdgeMendsItself() throws IOException {
    Node node = processes.get("tokyo-1");
    damageStopped(node);
    assertThat(read(node, 0).statusCode()).isEqualTo(500);
    awaitMendedAndLevel(node);
    checkOffline(node);
  }

  @Test
  void nodesThatCannotReadTheirMapStartAndTakeACopy() throws IOException {
    List<Node> nodes = List.of(follower(), processes.get("tokyo-1"));
    for (Node node : nodes) {
      assertThat(node.terminate()).isZero();
      Path file = processes.data(node.id()).resolve("CHECKPOINT");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }

    processes.start(); // until all are ready

    for (Node node : nodes) {
      awaitMendedAndLevel(node);
      checkOffline(node);
    }
  }

  @Test
  void aMasterLetsAnotherNodeOrderAndMendsItself() throws IOException {
    Node node = processes.master();
    Http.put(node, "/v1/kv/some/key", "to have something to write");
    await("what it holds is on its disk").until(() -> flip(processes.data(node.id())) > 0);

    assertThat(verify(node).getBoolean("sound")).isFalse();

    awaitMendedAndLevel(node);
    assertThat(processes.master()).isNotSameAs(node);
    checkOffline(node);
  }

  @Test
  void snapshotsStayUntilTheyAreGivenUp() throws IOException {
    Node node = follower();
    HttpResponse<String> taken =
        Http.send(
            node,
            "POST",
            "/v1/snapshots",
            BodyPublishers.ofString("{\"name\":\"kept\"}"),
            "Content-Type",
            "application/json");
    assertThat(taken.statusCode()).isEqualTo(201);
    damageStopped(node);
    assertThat(read(node, 0).statusCode()).isEqualTo(500);

    await("the map is mended").atMost(Processes.PATIENCE).until(() -> holds(node, 0));
    assertThat(isMended(node)).isFalse();
    assertThat(Http.get(node, "/v1/kv/fault/x/0?snapshot=kept").statusCode()).isEqualTo(500);
    assertThat(Maps.read(node, "snapshot=kept&prefix=city/").size()).isGreaterThan(1000);

    assertThat(Http.delete(node, "/v1/snapshots/kept").statusCode()).isEqualTo(202);
    awaitMendedAndLevel(node);
    checkOffline(node);
  }
}
