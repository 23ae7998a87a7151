package io.widecast.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.config.NodeConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that cannot start says which part of it could not, and leaves nothing open. */
class WidecastNodeIT {

  private static final String HOST = "127.0.0.1";
  private static final long SECONDS_MAX = 30;

  @TempDir Path directory;

  @Test
  void aTakenPortIsNamedWithThePartThatNeedsIt() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      assertDoesNotStart(
          "HTTP on " + HOST + ":" + taken.getLocalPort(), "http.port=" + taken.getLocalPort());
      assertDoesNotStart(
          "for edge nodes, " + HOST + ":" + taken.getLocalPort(),
          "wan.listen=" + HOST + ":" + taken.getLocalPort());
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertDoesNotStart("the store in " + file, "node.data=" + file);
  }

  @Test
  void whatDidNotStartLeavesTheDirectoryFree() throws Exception {
    aTakenPortIsNamedWithThePartThatNeedsIt();

    WidecastNode node = start();
    assertThat(node.httpPort()).isPositive();
    assertThat(node.failure().isComplete()).isFalse();
    node.drainAndClose().await(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private void assertDoesNotStart(String part, String setting) {
    assertThatThrownBy(() -> start(setting)).hasMessageContaining(part + " did not start: ");
  }

  private WidecastNode start(String... settings) throws Exception {
    var all =
        new ArrayList<String>(
            List.of(
                "node.id=one",
                "node.site=here",
                "node.data=" + directory.resolve("data"),
                "http.host=" + HOST,
                "http.port=0",
                "site.electorate=one",
                "multicast.interface=lo",
                "multicast.port=" + freePort()));
    all.addAll(List.of(settings));
    return WidecastNode.start(NodeConfig.of(all.toArray(String[]::new)))
        .await(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static int freePort() throws IOException {
    try (var socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }
}
