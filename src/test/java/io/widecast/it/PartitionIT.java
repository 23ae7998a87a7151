package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.widecast.it.Processes.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Three core nodes on hosts of their own, parted in every way: whoever is with a majority goes on,
 * and after healing all copies are equal and hold exactly what was acknowledged.
 */
class PartitionIT {

  private static final List<String> IDS = List.of("paris-1", "paris-2", "paris-3");

  @Test
  void writesGoOnBesideAPartAndNothingAcknowledgedIsMissing() {
    try (var hosts = new Namespaces(IDS.size());
        var processes = new Processes(PartitionIT.class)) {
      for (int i = 0; i < IDS.size(); i++) {
        processes.coreAt(hosts.place(i), IDS.get(i));
      }
      processes.start();
      try (var load = new Load(processes.all(), "parted", 3, 5, 5)) {
        load.awaitMore(100);
        var partition = new Partition(hosts, processes, load);

        Node master = processes.master();
        Node agent = partition.others(master).get(0);
        partition.cut(agent, true, true);
        assertThat(processes.master(partition.others(agent))).isEqualTo(master);
        partition.heal(agent);

        partition.cut(master, true, false); // it hears the others, who do not hear it
        Node second = processes.master(partition.others(master));
        assertThat(second).isNotEqualTo(master);
        partition.heal(master);
        assertThat(processes.master()).isEqualTo(second);

        partition.cut(second, false, true); // they hear it, and it hears nobody
        assertThat(processes.master(partition.others(second))).isNotEqualTo(second);
        partition.heal(second);

        load.finish();
        Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
        load.verify(copy, key -> true);
      }
    }
  }

  @Test
  void anEdgeNodeLeavesACoreNodeThatReachesNoMaster() {
    try (var hosts = new Namespaces(IDS.size());
        var processes = new Processes(PartitionIT.class)) {
      for (int i = 0; i < IDS.size(); i++) {
        processes.coreAt(hosts.place(i), IDS.get(i));
      }
      Node edge = processes.edge("tokyo-1"); // connected to the first that it was told of
      processes.start();
      assertThat(Http.put(edge, "/v1/kv/city/JP/a", "1").statusCode()).isEqualTo(201);

      hosts.cut(0, true, true); // which the edge node still reaches

      await("a write at the edge node")
          .atMost(Processes.PATIENCE)
          .until(() -> Http.put(edge, "/v1/kv/city/JP/a", "2").statusCode() == 200);
      await("its own copy goes on")
          .atMost(Processes.PATIENCE)
          .until(() -> Http.get(edge, "/v1/kv/city/JP/a").body().equals("2"));
      assertThat(Http.get(edge, "/v1/kv/city/JP/a?consistency=master").body()).isEqualTo("2");
    }
  }

  /** A client would wait for as long as TCP tries; here the request would time out. */
  @Test
  void whoIsNotHeardByTheMasterSaysSo() {
    try (var hosts = new Namespaces(IDS.size());
        var processes = new Processes(PartitionIT.class)) {
      for (int i = 0; i < IDS.size(); i++) {
        processes.coreAt(hosts.place(i), IDS.get(i));
      }
      processes.start();
      Node master = processes.master();
      Node unheard =
          processes.cores().stream().filter(node -> node != master).findFirst().orElseThrow();
      int host = IDS.indexOf(unheard.id());

      hosts.cut(host, true, false); // it goes on hearing the master

      assertThat(Http.put(unheard, "/v1/kv/a", "1").statusCode()).isEqualTo(503);
      assertThat(Http.get(unheard, "/v1/kv/a?consistency=master").statusCode()).isEqualTo(503);
      await("it names no master that it cannot reach")
          .atMost(Processes.PATIENCE)
          .until(() -> Http.getJson(unheard, "/v1/cluster").getString("master") == null);

      hosts.heal(host);
      await("writes go on there")
          .atMost(Processes.PATIENCE)
          .until(() -> Http.put(unheard, "/v1/kv/a", "2").statusCode() < 300);
    }
  }

  /** One node parted from the others, and a load that goes on at those. */
  private record Partition(Namespaces hosts, Processes processes, Load load) {

    List<Node> others(Node node) {
      return processes.cores().stream().filter(other -> other != node).toList();
    }

    void cut(Node node, boolean sends, boolean hears) {
      load.avoid(node);
      hosts.cut(IDS.indexOf(node.id()), sends, hears);
      load.awaitMore(150);
    }

    void heal(Node node) {
      hosts.heal(IDS.indexOf(node.id()));
      load.allow(node);
      load.awaitMore(100);
    }
  }
}
