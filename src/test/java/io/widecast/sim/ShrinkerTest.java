package io.widecast.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ShrinkerTest {

  private static final SimOptions LARGE = SimOptions.drawn(21).withNodes(5, 3);

  private static SimOptions shrunk(Predicate<SimOptions> breaks) {
    return new Shrinker(breaks).shrink(LARGE);
  }

  @Test
  @DisplayName("what does not matter is left out")
  void leavesOutWhatDoesNotMatter() {
    SimOptions smallest = shrunk(options -> true);

    assertThat(smallest.troubles()).isFalse();
    assertThat(smallest.edges()).isZero();
    assertThat(smallest.cores()).isEqualTo(1);
    assertThat(smallest.publishers()).isEqualTo(1);
    assertThat(smallest.lan().isNone()).isTrue();
    assertThat(smallest.wan().isNone()).isTrue();
    assertThat(smallest.readNanosMax()).isZero();
    assertThat(smallest.realStores()).isFalse();
    assertThat(smallest.troubleNanos()).isLessThan(20_000_000L);
  }

  @Test
  @DisplayName("what matters stays")
  void keepsWhatMatters() {
    SimOptions smallest =
        shrunk(
            options ->
                options.troubles()
                    && options.cores() >= 3
                    && options.edges() >= 1
                    && options.troubleNanos() >= 1_000_000_000L);

    assertThat(smallest.troubles()).isTrue();
    assertThat(smallest.cores()).isEqualTo(3);
    assertThat(smallest.edges()).isEqualTo(1);
    assertThat(smallest.troubleNanos()).isBetween(1_000_000_000L, 1_200_000_000L);
    assertThat(smallest.publishers()).isEqualTo(1);
  }

  @Test
  void endsWhereNothingSmallerBreaks() {
    assertThat(shrunk(options -> options.equals(LARGE))).isEqualTo(LARGE);
  }

  @Test
  void triesABoundedNumber() {
    var tries = new AtomicInteger();

    shrunk(options -> tries.incrementAndGet() > 0);

    assertThat(tries.get()).isLessThanOrEqualTo(Shrinker.TRIES_MAX);
  }

  @Test
  @DisplayName("a run that keeps every promise breaks nothing")
  void aSoundSeedDoesNotBreak() {
    SimOptions quick = SimOptions.drawn(3).withTroubleNanos(200_000_000L);

    assertThat(Shrinker.ofSeed(3).test(quick)).isFalse();
  }
}
