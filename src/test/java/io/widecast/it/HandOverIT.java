package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Planned changes of masters under load: nothing acknowledged is lost, nothing is done twice. */
class HandOverIT {

  private static final long SEED = Long.getLong("widecast.seed", 20_261_127);

  private Processes processes;

  @BeforeEach
  void startNodes() {
    processes = new Processes(HandOverIT.class);
    for (String id : List.of("paris-1", "paris-2", "paris-3")) {
      processes.core(id);
    }
    processes.edge("tokyo-1");
    processes.start();
  }

  @AfterEach
  void endNodes() {
    processes.close();
  }

  private static HttpResponse<String> handOver(Node asked, String to) {
    return Http.send(
        asked,
        "POST",
        "/v1/cluster/handover",
        BodyPublishers.ofString(new JsonObject().put("to", to).encode()),
        "Content-Type",
        "application/json");
  }

  private Node other(Node than) {
    return processes.cores().stream().filter(node -> node != than).findFirst().orElseThrow();
  }

  @Test
  void theMasterIsChangedAndWritesGoOn() {
    try (var load = new Load(processes.cores(), "load", 3, 2, SEED)) {
      for (int i = 0; i < 4; i++) {
        load.awaitMore(50);
        Node next = other(processes.master());
        String told =
            Cli.succeed(
                "cluster", "handover", next.id(), "--endpoint", processes.edges().get(0).http());
        assertThat(told).startsWith(next.id() + " is the master, epoch ");
        assertThat(processes.master()).isSameAs(next);
      }
      load.awaitMore(50);
      load.finish();
      load.verify(Copies.awaitEqual(processes.cores(), processes.edges()), key -> true);
    }
  }

  @Test
  void aMasterThatEndsHandsOverFirst() {
    try (var load = new Load(processes.cores(), "load", 3, 2, SEED)) {
      for (int i = 0; i < 2; i++) {
        load.awaitMore(50);
        Node master = processes.master();
        load.avoid(master);
        assertThat(master.terminate()).isZero();
        assertThat(processes.master()).isNotSameAs(master);
        load.awaitMore(50);
        processes.start();
        load.allow(master);
      }
      load.finish();
      load.verify(Copies.awaitEqual(processes.cores(), processes.edges()), key -> true);
    }
  }

  @Test
  void whatCannotBeIsRefusedAndChangesNothing() {
    Node master = processes.master();
    Node follower = other(master);

    HttpResponse<String> unknown = handOver(master, "berlin-9");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("berlin-9", "paris-1", "paris-2", "paris-3");
    HttpResponse<String> elsewhere = handOver(follower, follower.id());
    assertThat(elsewhere.statusCode()).isEqualTo(503);
    assertThat(elsewhere.body()).contains(master.id() + " is the master: ask that node");
    HttpResponse<String> edge = handOver(processes.edges().get(0), follower.id());
    assertThat(edge.statusCode()).isEqualTo(503);
    assertThat(edge.body()).contains("edge site");
    HttpResponse<String> itself = handOver(master, master.id());
    assertThat(itself.statusCode()).isEqualTo(200);
    assertThat(processes.master()).isSameAs(master);
  }
}
