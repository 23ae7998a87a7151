package io.widecast.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.NodeId;
import org.junit.jupiter.api.Test;

class LagsTest {

  private static final NodeId A = new NodeId("a");
  private static final NodeId B = new NodeId("b");

  private final Lags lags = new Lags();

  @Test
  void nobodyIsBehindNothing() {
    assertThat(lags.millis(A, 0, 1_000)).isZero();
  }

  @Test
  void aNodeThatFollowsAtADistanceIsAsFarBehindAsTheDistance() {
    for (long i = 1; i <= 10_000; i++) { // a write each 100 ms, two of which are not there yet
      lags.onCommitted(i, i * 100);

      assertThat(lags.millis(A, i, i * 100)).isZero();
      assertThat(lags.millis(A, Math.max(0, i - 2), i * 100)).isLessThanOrEqualTo(100);
    }
  }

  @Test
  void aNodeThatStandsStillFallsBehindWithTime() {
    for (long i = 1; i <= 100_000; i++) {
      lags.onCommitted(i, i * 100);

      assertThat(lags.millis(A, 5, i * 100)).isEqualTo(i <= 5 ? 0 : (i - 6) * 100);
      assertThat(lags.millis(B, i, i * 100)).isZero();
    }

    assertThat(lags.millis(A, 99_000, 10_000_000)).as("back, and far behind").isPositive();
    assertThat(lags.millis(A, 99_990, 10_000_000)).isEqualTo(900);
    assertThat(lags.millis(A, 100_000, 10_000_000)).isZero();
  }

  @Test
  void timeGoesOnWhenNothingIsWritten() {
    lags.onCommitted(1, 1_000);
    lags.onCommitted(2, 2_000);
    lags.onCommitted(2, 9_000);

    assertThat(lags.millis(A, 1, 10_000)).isEqualTo(8_000);
    assertThat(lags.millis(A, 2, 10_000)).isZero();
    assertThat(lags.millis(A, 3, 10_000)).as("heard of before it is known here").isZero();
    assertThat(lags.millis(A, 1, 1_500)).as("the clock was set back").isZero();
  }
}
