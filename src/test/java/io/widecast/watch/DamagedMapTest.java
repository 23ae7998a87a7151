package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metrics;
import io.widecast.model.Key;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A watch whose copy meets damage begins anew, at first after a second and then less often. */
class DamagedMapTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long HALF = SECOND / 2;

  private final Model model = new Model(false);
  private final WatchHub hub = new WatchHub(WatchLimits.DEFAULT, new Metrics(), model.view());
  private final CheckedClient client =
      new CheckedClient(model, hub, Selection.parse(List.of("**")), true);
  private long now = 1;

  /** Ticks until the copy is asked for again, as the API's timer does; how long that took. */
  private long untilAsked() {
    long from = now;
    client.take(1, now);
    while (!client.answerMap(false)) {
      now += HALF;
      client.take(1, now);
      assertThat(now - from).isLessThan(200 * SECOND);
    }
    return now - from;
  }

  @Test
  void triesLessAndLessOftenAndAtOnceAgainAfterOneThatWasWhole() {
    hub.onApplied(model.applied(List.of(model.publish(List.of(Key.of("k")), false)), false));
    client.openAtStart(now);

    assertThat(untilAsked()).isZero();
    client.take(1, now); // reset
    for (long pause = SECOND; pause < 64 * SECOND; pause *= 2) {
      assertThat(untilAsked()).isEqualTo(pause);
      client.take(1, now);
    }
    assertThat(client.resets).isEqualTo(7);
    assertThat(untilAsked()).isEqualTo(64 * SECOND);
    client.take(1, now);
    assertThat(untilAsked()).as("no longer than this").isEqualTo(64 * SECOND);

    client.take(1, now);
    now += 64 * SECOND;
    client.take(1, now);
    assertThat(client.answerMap(true)).isTrue(); // it is mended
    while (client.take(1, now) || client.answerMap(true) || client.answerLog()) {
      hub.takeReady();
    }
    assertThat(client.token()).contains(model.position());

    model.publish(List.of(Key.of("k")), false);
    hub.onApplied(model.applied(List.of(), true)); // a copy from elsewhere: a reset of its own
    client.take(1, now);
    assertThat(untilAsked()).isZero();
  }
}
