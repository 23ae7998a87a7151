package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that come back with an empty disk: they do not vote as if they remembered. */
class DiskLossIT {

  private static final long SEED = Long.getLong("widecast.seed", 20_261_127);
  private static final Duration TAKE_OVER = Duration.ofSeconds(5); // several times what it takes

  private Processes processes;

  @BeforeEach
  void startNodes() {
    processes = new Processes(DiskLossIT.class);
    for (String id : List.of("paris-1", "paris-2", "paris-3")) {
      processes.core(id);
    }
    processes.start();
  }

  @AfterEach
  void endNodes() {
    processes.close();
  }

  private void loseDisk(Node node) {
    node.kill();
    try (Stream<Path> files = Files.walk(processes.data(node.id()))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isWritten(Node node) {
    HttpResponse<String> answer = Http.put(node, "/v1/kv/probe?timeout=500ms", "x");
    return answer.statusCode() < 300;
  }

  /** The one case that loses acknowledged writes in a cluster whose nodes vote all the same. */
  @Test
  void nobodyOrdersWithoutWhatOnlyTheAbsentHas() {
    Node first = processes.master();
    List<Node> others = processes.cores().stream().filter(node -> node != first).toList();
    Node lost = others.get(0);
    Node behind = others.get(1);
    behind.freeze();
    for (int i = 0; i < 50; i++) { // on the disks of the master and of the one that loses it
      assertThat(Http.put(first, "/v1/kv/kept/" + i, "v" + i).statusCode()).isEqualTo(201);
    }
    first.kill();
    loseDisk(lost);
    lost.start();
    behind.thaw();

    await("the newcomer knows that it is one")
        .atMost(Processes.PATIENCE)
        .ignoreExceptions()
        .until(() -> Http.get(lost, "/readyz?verbose").body().contains("the disk was empty"));
    await("no write is taken while " + first + " is away")
        .during(TAKE_OVER)
        .atMost(Processes.PATIENCE)
        .until(() -> !isWritten(lost) && !isWritten(behind));
    assertThat(Http.get(lost, "/readyz?verbose").body()).contains("[" + first + "]");

    processes.start();
    await("writes go on").atMost(Processes.PATIENCE).until(() -> isWritten(lost));
    Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
    assertThat(copy.rows()).hasSize(51);
    await("it votes again")
        .atMost(Processes.PATIENCE)
        .until(() -> Http.get(lost, "/readyz?verbose").body().contains("it votes"));
  }

  @Test
  void oneAfterTheOtherLosesItsDiskUnderLoad() {
    try (var load = new Load(processes.cores(), "load", 3, 2, SEED)) {
      for (Node node : processes.cores()) {
        load.awaitMore(50);
        load.avoid(node);
        loseDisk(node);
        processes.start();
        load.awaitMore(50);
        await(node + " is a member again")
            .atMost(Processes.PATIENCE)
            .until(() -> Http.get(node, "/readyz?verbose").body().contains("it votes"));
        load.allow(node);
      }
      load.awaitMore(50);
      load.finish();
      load.verify(Copies.awaitEqual(processes.cores(), processes.edges()), key -> true);
    }
  }
}
