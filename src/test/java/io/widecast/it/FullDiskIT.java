package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Nodes' data on small file systems of their own, which fill up; mounting one needs root. Nothing
 * acknowledged is lost, and each node recovers by itself when there is room.
 */
class FullDiskIT {

  private static final int DISK_MIB = 64;

  private final List<Path> mounts = new ArrayList<>();
  private Processes processes;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")) && Files.exists(Path.of("/bin/mount")),
        "skipped: only root can mount a small file system");
    processes = Processes.five(FullDiskIT.class);
    for (Node node : processes.all()) {
      Path data = Files.createDirectories(processes.data(node.id()));
      int code =
          run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "none", data.toString());
      assumeTrue(code == 0, "skipped: mounting is not allowed here");
      mounts.add(data);
    }
  }

  @AfterEach
  void unmount() throws Exception {
    if (processes != null) {
      processes.all().forEach(Node::kill);
    }
    for (Path mount : mounts) {
      run("umount", mount.toString());
    }
    if (processes != null) {
      processes.close();
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void aFullDiskRefusesWritesAndLosesNothing() throws Exception {
    processes.start();
    Node full = processes.master();
    Node other = processes.cores().stream().filter(node -> node != full).findFirst().get();
    var acknowledged = new TreeMap<String, String>();
    assertThat(Http.put(full, "/v1/kv/before", "kept").statusCode()).isEqualTo(201);
    acknowledged.put("before", "kept");

    // Something else takes all the room that is left, and writes use up what the log had reserved.
    Path ballast = processes.data(full.id()).resolve("ballast");
    fill(ballast);
    HttpResponse<String> refused = writeUntilRefused(other, acknowledged);

    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
    assertThat(new JsonObject(refused.body()).getString("type")).contains("disk-full");
    assertThat(new JsonObject(refused.body()).getString("detail")).contains("free space");
    for (Node node : processes.cores()) {
      assertThat(Http.get(node, "/v1/kv/before").body()).isEqualTo("kept");
      assertThat(Http.get(node, "/readyz").statusCode()).isEqualTo(200);
    }

    Files.delete(ballast);
    await("writes work again")
        .atMost(Processes.PATIENCE)
        .until(() -> Http.put(other, "/v1/kv/after", "works").statusCode() < 300);
    acknowledged.put("after", "works");
    verify(acknowledged);

    // What was acknowledged is on disk, and the log can be read from end to end.
    processes.all().forEach(Node::kill);
    processes.start();
    verify(acknowledged);
  }

  /** Nobody waits for them: each is behind, says why, still shows what it has, and catches up. */
  @Test
  void theFullDiskOfAnAgentOrOfAnEdgeNodeStallsNobodyElse() throws Exception {
    processes.start();
    Node master = processes.master();
    Node agent = processes.cores().stream().filter(node -> node != master).findFirst().get();
    Node edge = processes.get("tokyo-1");
    var acknowledged = new TreeMap<String, String>();
    put(master, "city/JP/before", "kept", acknowledged);
    verify(acknowledged);

    for (Node full : List.of(agent, edge)) {
      Path ballast = processes.data(full.id()).resolve("ballast");
      fill(ballast);
      String value = full + "x".repeat(200_000);
      for (int i = 0; i < 20; i++) {
        put(master, "city/JP/large-" + i % 8, i + value, acknowledged);
      }
      await(full + " says why it is behind")
          .atMost(Processes.PATIENCE)
          .until(() -> full.log().contains("the log was not written, and is tried again"));
      assertThat(Http.position(Http.get(full, "/livez")))
          .isLessThan(Http.position(Http.get(master, "/livez")));
      assertThat(Http.get(full, "/v1/kv/city/JP/before").body()).isEqualTo("kept");

      Files.delete(ballast);
      verify(acknowledged);
    }

    agent.kill();
    edge.kill();
    processes.start();
    verify(acknowledged);
  }

  private static void put(Node node, String key, String value, TreeMap<String, String> noted) {
    await(key + " is written")
        .atMost(Processes.PATIENCE)
        .until(() -> Http.put(node, "/v1/kv/" + key, value).statusCode() < 300);
    noted.put(key, value);
  }

  private void verify(TreeMap<String, String> acknowledged) {
    Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
    acknowledged.forEach((key, value) -> assertThat(copy.value(key)).as(key).isEqualTo(value));
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      var block = new byte[1 << 16];
      for (int i = 0; i < DISK_MIB * 16; i++) {
        out.write(block);
      }
      throw new AssertionError("the disk is not as small as it should be");
    } catch (IOException e) {
      return; // full: that was the aim
    }
  }

  /** The first answer that is not a success; each success is noted. */
  private static HttpResponse<String> writeUntilRefused(Node node, TreeMap<String, String> noted) {
    String value = "x".repeat(200_000);
    for (int i = 0; i < DISK_MIB * 10; i++) {
      String key = "filler-" + i % 8;
      HttpResponse<String> answer = Http.put(node, "/v1/kv/" + key, i + value);
      if (answer.statusCode() >= 300) {
        // A write under way when the disk filled is open, so this key's value is not known.
        noted.remove(key);
        return answer;
      }
      noted.put(key, i + value);
    }
    throw new AssertionError("the disk never filled");
  }
}
