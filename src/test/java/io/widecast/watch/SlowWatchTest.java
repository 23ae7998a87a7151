package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metrics;
import io.widecast.model.Key;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A watch too far behind, whose log is slower than its client. */
class SlowWatchTest {

  private static final WatchLimits LIMITS =
      new WatchLimits(4, 1 << 20, 400, 2, 1 << 20, 100, 1 << 20, 1 << 20, 1, 100, 1L << 40);

  private final Model model = new Model();
  private final WatchHub hub = new WatchHub(LIMITS, new Metrics(), model.view());
  private final CheckedClient client =
      new CheckedClient(model, hub, Selection.parse(List.of("**")), true);

  @Test
  void anAnswerToAnAbandonedScanLeavesNoHole() {
    client.openNow(1);
    IntStream.range(0, 12)
        .mapToObj(i -> model.publish(List.of(Key.of("k" + i)), false))
        .forEach(entry -> hub.onApplied(model.applied(List.of(entry), false)));

    client.take(1, 2);
    client.answerLog();
    client.take(1, 3); // asks further on in the log, whose answer takes so long ...
    IntStream.range(0, 6).forEach(i -> hub.tick()); // ... that the scan is given up
    client.take(1, 4);
    client.answerLog();
    while (client.take(1, 5) || client.answerLog()) {
      hub.takeReady();
    }

    assertThat(client.token()).contains(model.position());
    assertThat(client.events).isEqualTo(12);
  }
}
