package io.widecast.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultInjectorTest {

  private static final int MANY = 20_000;
  private static final Offset<Double> NEAR = within(0.02);

  @Test
  void aPerfectChannelDeliversEachOnceAndAtOnce() {
    var injector = FaultInjector.of(FaultProfile.NONE, 1, "lan");

    for (int i = 0; i < 100; i++) {
      assertThat(injector.datagram()).containsExactly(0);
      assertThat(injector.cut()).isFalse();
      assertThat(injector.delayNanos()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.3, 1})
  void losesDoublesAndCutsAtTheRatesAskedFor(double rate) {
    var losing = FaultInjector.of(new FaultProfile(rate, 0, 0, 0, 0), 2, "lan");
    var doubling = FaultInjector.of(new FaultProfile(0, rate, 0, 0, 0), 2, "lan");
    var reordering = FaultInjector.of(new FaultProfile(0, 0, rate, 0, 0), 2, "lan");
    var cutting = FaultInjector.of(new FaultProfile(0, 0, 0, rate, 0), 2, "wan");

    assertThat(share(i -> losing.datagram().length == 0)).isEqualTo(rate, NEAR);
    assertThat(share(i -> doubling.datagram().length == 2)).isEqualTo(rate, NEAR);
    assertThat(share(i -> reordering.datagram()[0] > 0)).isEqualTo(rate, NEAR);
    assertThat(share(i -> cutting.cut())).isEqualTo(rate, NEAR);
  }

  @Test
  void oneSeedGivesOneSeriesOfFates() {
    var profile = new FaultProfile(0.2, 0.2, 0.2, 0.1, 1_000);

    assertThat(fates(profile, 7, "lan")).isEqualTo(fates(profile, 7, "lan"));
    assertThat(fates(profile, 7, "lan")).isNotEqualTo(fates(profile, 8, "lan"));
    assertThat(fates(profile, 7, "lan")).isNotEqualTo(fates(profile, 7, "wan"));
    assertThat(fates(profile, 0, "")).isNotEqualTo(fates(profile, 0, "lan"));
  }

  @Test
  void delaysStayInTheirRange() {
    var profile = new FaultProfile(0, 0, 0, 0, 1_000, 3_000, FaultProfile.Bursts.NONE);
    var injector = FaultInjector.of(profile, 3, "wan");

    long[] delaysNanos = LongStream.range(0, MANY).map(i -> injector.delayNanos()).toArray();

    assertThat(LongStream.of(delaysNanos).min()).hasValue(1_000);
    assertThat(LongStream.of(delaysNanos).max()).hasValue(3_000);
  }

  @Test
  void holdsBackAndDoublesWithinABound() {
    var injector = FaultInjector.of(new FaultProfile(0, 1, 1, 0, 10), 4, "lan");

    for (int i = 0; i < MANY; i++) {
      long[] fate = injector.datagram();
      assertThat(fate).hasSize(2);
      assertThat(fate[0]).isBetween(11L, 10 + FaultInjector.OVERTAKEN_NANOS_MAX);
      assertThat(fate[1] - fate[0]).isBetween(1L, FaultInjector.OVERTAKEN_NANOS_MAX);
    }
  }

  @Test
  void burstsHaveTheMeanLengthAndShareOfGilbertAndElliott() {
    double begin = 0.01;
    double end = 0.2;
    var bursts = new FaultProfile.Bursts(begin, end, 1);
    var injector = FaultInjector.of(new FaultProfile(0, 0, 0, 0, 0, 0, bursts), 5, "lan");

    int lost = 0;
    int runs = 0;
    boolean wasLost = false;
    for (int i = 0; i < 10 * MANY; i++) {
      boolean isLost = injector.datagram().length == 0;
      lost += isLost ? 1 : 0;
      runs += isLost && !wasLost ? 1 : 0;
      wasLost = isLost;
    }

    assertThat((double) lost / (10 * MANY)).isEqualTo(begin / (begin + end), NEAR);
    assertThat((double) lost / runs).isEqualTo(1 / end, within(0.5));
  }

  @Test
  void cutsInTheMiddleOfAPiece() {
    var injector = FaultInjector.of(new FaultProfile(0, 0, 0, 1, 0), 6, "wan");

    assertThat(injector.bytesBeforeCut(0)).isZero();
    assertThat(injector.bytesBeforeCut(1)).isZero();
    assertThat(IntStream.range(0, 1_000).map(i -> injector.bytesBeforeCut(10)).distinct().sorted())
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesRatesThatAreNoProbabilities(double rate) {
    assertThatThrownBy(() -> new FaultProfile(rate, 0, 0, 0, 0)).hasMessageContaining("loss");
    assertThatThrownBy(() -> new FaultProfile(0, rate, 0, 0, 0)).hasMessageContaining("duplicate");
    assertThatThrownBy(() -> new FaultProfile(0, 0, rate, 0, 0)).hasMessageContaining("reorder");
    assertThatThrownBy(() -> new FaultProfile(0, 0, 0, rate, 0)).hasMessageContaining("cut");
    assertThatThrownBy(() -> new FaultProfile.Bursts(0, rate, 0)).hasMessageContaining("burst end");
  }

  @Test
  void refusesDelaysThatGoBack() {
    assertThatThrownBy(() -> new FaultProfile(0, 0, 0, 0, -1)).hasMessageContaining("delay");
    assertThatThrownBy(() -> new FaultProfile(0, 0, 0, 0, 2, 1, FaultProfile.Bursts.NONE))
        .hasMessageContaining("delay");
  }

  private static List<List<Long>> fates(FaultProfile profile, long seed, String name) {
    var injector = FaultInjector.of(profile, seed, name);
    var fates = new ArrayList<List<Long>>();
    for (int i = 0; i < 200; i++) {
      fates.add(LongStream.of(injector.datagram()).boxed().toList());
      fates.add(List.of(injector.cut() ? 1L : 0L));
    }
    return fates;
  }

  private static double share(IntPredicate happens) {
    return (double) IntStream.range(0, MANY).filter(happens).count() / MANY;
  }
}
