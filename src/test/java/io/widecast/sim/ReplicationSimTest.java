package io.widecast.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.widecast.faults.FaultProfile;
import io.widecast.metrics.Metric;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole clusters under faults: every promise at every step, and everybody level at the end. */
class ReplicationSimTest {

  private static final long SECOND_NANOS = 1_000_000_000L;

  @ParameterizedTest
  @MethodSource("io.widecast.sim.Seeds#all")
  @DisplayName("I1.1 to I1.8 hold under faults, and everybody is level after them")
  void keepsEveryPromise(long seed) {
    var run = new ReplicationRun(seed);
    try {
      run.run();
    } catch (RuntimeException | AssertionError e) {
      fail(Seeds.replay(seed) + " (or: widecast sim --seed " + seed + ")\n" + run.trace(), e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 4711})
  void oneSeedGivesOneTrace(long seed) {
    assertEquals(new ReplicationRun(seed).run(), new ReplicationRun(seed).run());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @DisplayName("at 5 % loss up to 1.5 entries are sent again for each that is lost")
  void sendsLittleAgain(long seed) {
    var lossy = new FaultProfile(0.05, 0, 0, 0, 0);
    var run = new ReplicationRun(seed, quiet(lossy, 40 << 20));

    run.run();

    assertThat(run.entriesLost()).isGreaterThan(50);
    assertThat(run.count(Metric.ENTRIES_RESENT)).isLessThanOrEqualTo(run.entriesLost() * 3 / 2);
    assertThat(run.count(Metric.MEMBERS_STALE)).isZero();
    assertThat(run.count(Metric.COPIES_TAKEN)).isZero();
  }

  @Test
  @DisplayName("without loss nothing is asked for, sent twice or cut")
  void wastesNothing() {
    var run = new ReplicationRun(11, quiet(FaultProfile.NONE, 40 << 20));

    run.run();

    assertThat(run.count(Metric.RETRANSMIT_REQUESTS_SENT)).isZero();
    assertThat(run.count(Metric.ENTRIES_RESENT)).isZero();
    assertThat(run.count(Metric.ENTRIES_CUT)).isZero();
  }

  private static SimOptions quiet(FaultProfile lan, long bufferBytes) {
    return new SimOptions(
        3,
        2,
        3,
        lan,
        FaultProfile.NONE,
        false,
        6 * SECOND_NANOS,
        SECOND_NANOS / 100,
        bufferBytes,
        bufferBytes,
        bufferBytes,
        1_400,
        5 * SECOND_NANOS,
        1_000,
        SECOND_NANOS / 500,
        false,
        SECOND_NANOS / 100);
  }

  @Test
  @DisplayName(
      "seed 21320: more than a window of an older term's entries does not stop a new master")
  void aLargeTailOfAnOlderTermIsCommitted() {
    new ReplicationRun(21320, SimOptions.drawn(21320).withoutReads()).run();
  }

  @ParameterizedTest
  @ValueSource(longs = {1638, 5078})
  @DisplayName("a node that waits for a copy does not keep the master from its majority for ever")
  void aCopyDoesNotWaitForItself(long seed) {
    new ReplicationRun(seed).run();
  }

  @Test
  @DisplayName("seed 1039: a newcomer waits for no log that only memory held")
  void aNewcomerWaitsForNothingThatIsGone() {
    new ReplicationRun(1039).run();
  }

  @ParameterizedTest
  @ValueSource(longs = {350, 1575})
  @DisplayName("what a copy took out of the log in memory is asked for again")
  void aCopyBelowTheLogInMemory(long seed) {
    new ReplicationRun(seed, SimOptions.drawn(seed).withoutReads()).run();
  }
}
