package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.widecast.it.Processes.Node;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** A new cluster whose nodes start one after the other, and lose each other again. */
class ReadinessIT {

  @Test
  void aNodeIsReadyWhenItsFirstWriteHasSomewhereToGo() {
    try (var processes = new Processes(ReadinessIT.class)) {
      Node one = processes.core("paris-1");
      Node two = processes.core("paris-2");
      processes.core("paris-3"); // of the electorate, and never started
      Node edge = processes.edge("tokyo-1");

      one.start();
      edge.start();
      awaitUnready(one, "master: ");
      awaitUnready(edge, "copy: ");
      assertThat(Http.get(one, "/livez").statusCode()).isEqualTo(200);
      assertThat(Http.get(one, "/v1/kv").statusCode()).isEqualTo(503); // its disk may be lost
      assertThat(Http.put(one, "/v1/kv/early", "1").statusCode()).isEqualTo(503);

      two.start();
      two.awaitReady();
      assertThat(Http.put(two, "/v1/kv/city/JP/two", "2").statusCode()).isEqualTo(201);
      one.awaitReady();
      assertThat(Http.put(one, "/v1/kv/city/JP/one", "1").statusCode()).isEqualTo(201);
      edge.awaitReady();
      String waiting = "/v1/kv/city/JP/edge?wait=visible:all";
      assertThat(Http.put(edge, waiting, "3").statusCode()).isEqualTo(201);
      assertThat(Http.metrics(edge).get("widecast_copies_taken_total")).isLessThanOrEqualTo(1);

      one.kill();
      two.kill();
      assertThat(Http.put(edge, "/v1/kv/city/JP/edge", "4").statusCode()).isEqualTo(503);
      assertServes(edge);
      edge.kill();
      edge.start();
      edge.awaitReady();
      assertServes(edge);
    }
  }

  private static void assertServes(Node edge) {
    assertThat(Http.get(edge, "/readyz").statusCode()).isEqualTo(200);
    assertThat(Http.get(edge, "/v1/kv/city/JP/edge").body()).isEqualTo("3");
  }

  private static void awaitUnready(Node node, String missing) {
    await(node + " says what it lacks")
        .atMost(Processes.PATIENCE)
        .ignoreExceptionsMatching(failure -> failure instanceof UncheckedIOException)
        .untilAsserted(
            () -> {
              HttpResponse<String> answer = Http.get(node, "/readyz");
              assertThat(answer.statusCode()).isEqualTo(503);
              assertThat(answer.body()).contains(missing);
            });
  }
}
