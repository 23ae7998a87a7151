package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.widecast.it.Processes.Node;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Five processes with the cluster manager on, as {@code config/} has them; most tests run without.
 * It tells who is there; who comes and goes there is no concern of the replication's.
 */
class MembershipIT {

  @Test
  void aMemberComesAndGoesAndReplicationDoesNotCare() {
    String members =
        Stream.generate(() -> Processes.HOST + ":" + Processes.freeTcpPort())
            .limit(3)
            .collect(Collectors.joining(","));
    try (var processes = new Processes(MembershipIT.class)) {
      for (String id : List.of("paris-1", "paris-2", "paris-3")) {
        processes.core(id, "site.members=" + members);
      }
      for (String id : List.of("tokyo-1", "lima-1")) {
        processes.edge(id, "site.members=" + Processes.HOST + ":" + Processes.freeTcpPort());
      }
      processes.start();

      try (var load = new Load(processes.all(), "members", 3, 5, 11)) {
        load.awaitMore(100); // whether anybody has joined or not
        processes.cores().forEach(node -> awaitMembers(node, 1, "paris-1, paris-2, paris-3"));
        processes.edges().forEach(node -> awaitMembers(node, 1, node.id()));

        Node master = processes.master();
        Node gone = processes.cores().stream().filter(node -> node != master).findFirst().get();
        List<Node> others = processes.cores().stream().filter(node -> node != gone).toList();
        String left = others.stream().map(Node::id).collect(Collectors.joining(", "));
        int before = occurrences(others.get(0), left);
        gone.kill();
        load.awaitMore(100);
        others.forEach(node -> awaitMembers(node, before + 1, left));
        assertThat(processes.master()).as("who leaves there is no vote here").isEqualTo(master);

        processes.start();
        load.awaitMore(100);
        others.forEach(node -> awaitMembers(node, 2, "paris-1, paris-2, paris-3"));
        awaitMembers(gone, 2, "paris-1, paris-2, paris-3");
        assertThat(processes.master()).isEqualTo(master);

        load.finish();
        Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
        load.verify(copy, key -> true);
      }
      for (Node node : processes.all()) {
        assertThat(node.terminate()).as("exit code of " + node).isZero();
      }
    }
  }

  /** At a join's first moments a node may see some of the members, or itself alone. */
  private static void awaitMembers(Node node, int times, String members) {
    await(node + " sees " + members + ", " + times + " times by now")
        .atMost(Processes.PATIENCE)
        .until(() -> occurrences(node, members) >= times);
  }

  private static int occurrences(Node node, String members) {
    String site = "members of site " + (node.isEdge() ? node.id().split("-")[0] : "paris");
    return node.log().split(java.util.regex.Pattern.quote(site + ": [" + members + "]"), -1).length
        - 1;
  }
}
