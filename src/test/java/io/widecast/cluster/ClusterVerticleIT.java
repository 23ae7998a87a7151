package io.widecast.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.widecast.bus.Bus;
import io.widecast.bus.SiteMembers;
import io.widecast.model.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real Hazelcast members on the loopback interface, all in this process. */
class ClusterVerticleIT {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final List<Node> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(Node::stop);
  }

  @Test
  void twoMembersAndThenAThirdSeeEachOtherAndOneThatLeaves() throws Exception {
    List<Integer> ports = freePorts(3);
    Node first = start("paris-1", ports, 0);
    Node second = start("paris-2", ports, 1);

    seen(first, "paris-1", "paris-2");
    seen(second, "paris-1", "paris-2");

    Node third = start("paris-3", ports, 2);
    for (Node node : nodes) {
      seen(node, "paris-1", "paris-2", "paris-3");
    }
    assertThat(third.members)
        .contains(
            new SiteMembers.Member(
                new NodeId("paris-2"), "127.0.0.1", 7402, "http://127.0.0.1:8082"));

    second.stop();
    seen(first, "paris-1", "paris-3");
    seen(third, "paris-1", "paris-3");
  }

  @Test
  void twoNodesWithOneNameAreOneMember() throws Exception {
    List<Integer> ports = freePorts(2);
    Node first = start("paris-1", ports, 0);
    seen(first, "paris-1");
    start("paris-1", ports, 1);

    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(first.members)
                    .extracting(SiteMembers.Member::unicastPort)
                    .containsExactly(7402));
  }

  @Test
  void aTakenPortFailsNothingAndStopsCleanly() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Node node = start("paris-1", List.of(taken.getLocalPort()), 0);

      node.stop();

      assertThat(node.members).isEmpty();
    }
  }

  private static void seen(Node node, String... names) {
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(node.members)
                    .extracting(member -> member.id().text())
                    .containsExactly(names));
  }

  private Node start(String name, List<Integer> ports, int index) {
    var node = new Node();
    nodes.add(node);
    var members = ports.stream().map(port -> "127.0.0.1:" + port).toList();
    node.vertx
        .deployVerticle(
            new ClusterVerticle(
                new ClusterOptions(
                    new NodeId(name),
                    new NodeId("paris"),
                    "test",
                    "127.0.0.1",
                    ports.get(index),
                    members,
                    () -> "http://127.0.0.1:" + (8081 + index),
                    () -> 7401 + index)))
        .await();
    return node;
  }

  private static List<Integer> freePorts(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
    }
    var ports = new ArrayList<Integer>();
    for (ServerSocket socket : sockets) {
      ports.add(socket.getLocalPort());
      socket.close();
    }
    return ports;
  }

  /** A node's own Vert.x, and what it was last told. */
  private static final class Node {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private volatile List<SiteMembers.Member> members = List.of();
    private boolean stopped;

    Node() {
      Bus.registerCodecs(vertx);
      vertx
          .eventBus()
          .<SiteMembers>localConsumer(Bus.MEMBERS, message -> members = message.body().members());
    }

    void stop() {
      if (!stopped) {
        stopped = true;
        try {
          vertx.close().await(30, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          throw new AssertionError("did not close in 30 s", e);
        }
      }
    }
  }
}
