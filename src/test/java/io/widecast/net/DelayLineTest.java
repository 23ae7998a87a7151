package io.widecast.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelayLineTest {

  private static final long MILLI = 1_000_000;

  private final VirtualTimers timers = new VirtualTimers(0);
  private final List<List<String>> handedOn = new ArrayList<>();
  private final DelayLine<String> line = new DelayLine<>(timers, 3, handedOn::add);

  @Test
  void handsOnWhatIsDueTogetherAndInOrder() {
    line.hold("late", 20 * MILLI);
    line.hold("early", 10 * MILLI);
    line.hold("early too", 10 * MILLI);

    timers.pass(9);
    assertThat(handedOn).isEmpty();
    timers.pass(1);
    assertThat(handedOn).containsExactly(List.of("early", "early too"));
    assertThat(line.isEmpty()).isFalse();
    timers.pass(10);
    assertThat(handedOn).containsExactly(List.of("early", "early too"), List.of("late"));
    assertThat(line.isEmpty()).isTrue();
  }

  /** Timers are in milliseconds: nothing comes before its time, and at most one of them late. */
  @Test
  void isNeverEarlyByAFractionOfAMillisecond() {
    line.hold("item", 10 * MILLI + 1);

    timers.pass(10);
    assertThat(handedOn).isEmpty();
    timers.pass(1);
    assertThat(handedOn).hasSize(1);
  }

  @Test
  void whatIsDueAlreadyComesWithTheNextTimer() {
    timers.pass(100);
    line.hold("overdue", 50 * MILLI);

    assertThat(handedOn).isEmpty();
    timers.pass(1);
    assertThat(handedOn).containsExactly(List.of("overdue"));
  }

  @Test
  void beyondItsBoundTheEarliestComesBeforeItsTime() {
    line.hold("d", 40 * MILLI);
    line.hold("b", 20 * MILLI);
    line.hold("c", 30 * MILLI);
    line.hold("a", 10 * MILLI);

    assertThat(handedOn).containsExactly(List.of("a"));
    timers.pass(40);
    assertThat(handedOn).containsExactly(List.of("a"), List.of("b"), List.of("c"), List.of("d"));
  }

  @Test
  void aClearedLineHandsOnNothingAndKeepsNoTimer() {
    line.hold("forgotten", 10 * MILLI);
    line.clear();

    assertThat(line.isEmpty()).isTrue();
    assertThat(timers.waiting()).isZero();
    timers.pass(20);
    assertThat(handedOn).isEmpty();

    line.hold("held again", 30 * MILLI);
    timers.pass(10);
    assertThat(handedOn).containsExactly(List.of("held again"));
  }

  @Test
  void hasOneTimerForAll() {
    for (int i = 3; i > 0; i--) {
      line.hold("item", i * 10 * MILLI);
      assertThat(timers.waiting()).isEqualTo(1);
    }
    timers.pass(30);
    assertThat(timers.waiting()).isZero();
  }

  @Test
  void whatIsHeldWhileHandingOnWaitsForItsOwnTime() {
    var again = new ArrayList<DelayLine<String>>();
    var seen = new ArrayList<String>();
    var echo =
        new DelayLine<String>(
            timers,
            10,
            due -> {
              seen.addAll(due);
              if (seen.size() < 3) {
                again.get(0).hold("echo", timers.nowNanos() + 5 * MILLI);
              }
            });
    again.add(echo);

    echo.hold("call", MILLI);
    timers.pass(6);
    assertThat(seen).containsExactly("call", "echo");
    timers.pass(5);
    assertThat(seen).containsExactly("call", "echo", "echo");
    assertThat(timers.waiting()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 20 * MILLI, -10 * MILLI})
  void theClockMayWrap(long startNanos) {
    var wrapping = new VirtualTimers(startNanos);
    var seen = new ArrayList<String>();
    var over = new DelayLine<String>(wrapping, 10, seen::addAll);
    over.hold("after", startNanos + 40 * MILLI);
    over.hold("before", startNanos + 10 * MILLI);

    wrapping.pass(39);
    assertThat(seen).containsExactly("before");
    wrapping.pass(1);
    assertThat(seen).containsExactly("before", "after");
  }

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everythingComesOnceAndSortedByItsTime(long seed) {
    var random = new SplittableRandom(seed);
    var seen = new ArrayList<Long>();
    var many =
        new DelayLine<Long>(
            timers,
            1_000,
            due -> {
              assertThat(due).isNotEmpty().allMatch(at -> at <= timers.nowNanos());
              seen.addAll(due);
            });
    for (int i = 0; i < 500; i++) {
      long dueNanos = timers.nowNanos() + random.nextLong(1, 50 * MILLI);
      many.hold(dueNanos, dueNanos);
      if (random.nextInt(4) == 0) {
        timers.pass(random.nextInt(5));
      }
    }
    timers.pass(51);

    assertThat(seen).hasSize(500);
    assertThat(many.isEmpty()).isTrue();
    assertThat(timers.waiting()).isZero();
  }
}
