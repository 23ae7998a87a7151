package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.it.Processes.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A core node that was away too long for the log gets what has changed, and no more. */
class ResyncIT {

  private static final int KEYS = 20_000;
  private static final int CHANGED = KEYS / 100;
  private static final int ROUNDS = 100; // so that no log in memory reaches back
  private static final String FILLING = "x".repeat(300);

  private static String put(int key, String value) {
    return "{\"key\":\"key/%05d\",\"value\":\"%s%s\"}\n".formatted(key, value, FILLING);
  }

  private static double copyBytes(List<Node> nodes) {
    return nodes.stream()
        .mapToDouble(node -> Http.metrics(node).getOrDefault("widecast_lan_bytes_copy_total", 0.0))
        .sum();
  }

  @Test
  void anAbsenceCostsWhatHasChangedMeanwhile() {
    try (var processes = new Processes(ResyncIT.class)) {
      String buffer = "retransmit.buffer=4MiB";
      Node first = processes.core("paris-1", buffer);
      Node second = processes.core("paris-2", buffer);
      Node third = processes.core("paris-3", buffer);
      List<Node> stayed = List.of(first, second);
      stayed.forEach(Node::start);
      stayed.forEach(Node::awaitReady);
      for (int from = 0; from < KEYS; from += 2_000) {
        var lines = new StringBuilder();
        for (int key = from; key < from + 2_000; key++) {
          lines.append(put(key, "first "));
        }
        Maps.publish(first, lines.toString());
      }
      third.start();
      third.awaitReady();
      Copies.awaitEqual(processes.cores(), List.of());
      double whole = copyBytes(stayed);
      assertThat(whole).as("bytes of a whole copy").isGreaterThan(KEYS * 300.0);

      third.kill();
      for (int round = 0; round < ROUNDS; round++) {
        var lines = new StringBuilder();
        for (int i = 0; i < CHANGED; i++) {
          lines.append(put(i * 100, "round " + round));
        }
        Maps.publish(first, lines.toString());
      }
      for (int i = 0; i < CHANGED / 4; i++) { // some of the changed ones go in the end
        assertThat(Http.delete(second, "/v1/kv/key/%05d".formatted(i * 400)).statusCode())
            .isEqualTo(204);
      }
      third.start();
      third.awaitReady();
      Copies.Copy copy = Copies.awaitEqual(processes.cores(), List.of());

      assertThat(copy.rows()).hasSize(KEYS - CHANGED / 4);
      double changes = copyBytes(stayed) - whole;
      assertThat(changes).as("it was brought on by a copy").isPositive();
      assertThat(changes / whole).as("share of a whole copy's bytes").isLessThan(0.03);
      org.slf4j.LoggerFactory.getLogger(ResyncIT.class)
          .info("a whole copy {} bytes, 1 % changed {}", (long) whole, (long) changes);
    }
  }
}
