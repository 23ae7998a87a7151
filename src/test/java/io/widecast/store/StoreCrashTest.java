package io.widecast.store;

import io.widecast.sim.SimDisk;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cuts the power at every single change of the disk, with what was not forced lost, torn and
 * reordered by seed; recovers; checks that what was acknowledged is there and nothing beside what
 * was under way; goes on, and does it again.
 */
class StoreCrashTest {

  private static final int STEPS = 40;
  private static final long NO_WRITING_AHEAD = 24 << 20; // free bytes at which the log does not

  static LongStream seeds() {
    Long one = Long.getLong("widecast.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.range(0, Math.max(20, Long.getLong("widecast.seeds", 500) / 5));
  }

  @ParameterizedTest(name = "-Dwidecast.seed={0}")
  @MethodSource("seeds")
  @DisplayName("I1.8 what is acknowledged survives a power cut at any change of the disk")
  void powerCutAtEveryChange(long seed) throws Exception {
    long changes = changesWithoutCut(seed);
    // Every change for a tenth of the seeds, every twentieth for the others: time is short.
    boolean all = seed % 10 == 0 || Long.getLong("widecast.seed") != null;
    for (long cut = all ? 1 : 1 + seed % 20; cut <= changes; cut += all ? 1 : 20) {
      try {
        cutAt(seed, cut);
      } catch (Throwable e) {
        throw new AssertionError("replay: -Dwidecast.seed=" + seed + ", cut " + cut, e);
      }
    }
  }

  private static SimDisk disk(long seed) {
    var disk = new SimDisk();
    if (seed % 8 != 0) {
      disk.setCapacity(NO_WRITING_AHEAD);
    }
    return disk;
  }

  private static long changesWithoutCut(long seed) throws Exception {
    var run = new CrashRun(seed, disk(seed));
    run.open();
    run.run(STEPS);
    run.close();
    return run.disk().changes();
  }

  private static void cutAt(long seed, long change) throws Exception {
    SimDisk disk = disk(seed);
    disk.cutPowerAtChange(change);
    var run = new CrashRun(seed, disk);
    try {
      run.open();
      run.run(STEPS);
      run.close();
    } catch (SimDisk.PowerCut cut) {
      // as planned
    }
    run.crash();
    run.disk().cutPowerAtChange(5 + change % 20);
    try {
      run.run(STEPS / 2);
      run.close();
    } catch (SimDisk.PowerCut cut) {
      // and again
    }
    run.crash();
    run.run(STEPS / 2);
    run.kill();
    run.close();
  }

  @ParameterizedTest(name = "-Dwidecast.seed={0}")
  @MethodSource("seeds")
  void withoutFsyncNothingIsLostByTheEndOfTheProcess(long seed) throws Exception {
    SimDisk disk = disk(seed);
    disk.cutPowerAtChange(20 + seed % 100); // the call under way ends there: a kill, as it were
    var run = new CrashRun(seed, disk, false);
    try {
      run.open();
      run.run(STEPS);
    } catch (SimDisk.PowerCut cut) {
      // as planned
    }
    run.kill();
    run.run(STEPS);
    run.close();
  }

  @ParameterizedTest(name = "-Dwidecast.seed={0}")
  @MethodSource("seeds")
  void withoutFsyncAPowerCutLeavesAnEarlierState(long seed) throws Exception {
    long changes = changesWithoutCut(seed);
    for (long cut = 1 + seed % 10; cut <= changes; cut += 10) {
      try {
        cutWithoutFsync(seed, cut);
      } catch (Throwable e) {
        throw new AssertionError("replay: -Dwidecast.seed=" + seed + ", cut " + cut, e);
      }
    }
  }

  private static void cutWithoutFsync(long seed, long change) throws Exception {
    SimDisk disk = disk(seed);
    disk.cutPowerAtChange(change);
    var run = new CrashRun(seed, disk, false);
    try {
      run.open();
      run.run(STEPS);
    } catch (SimDisk.PowerCut cut) {
      // as planned
    }
    run.crashWithoutFsync();
    run.run(STEPS / 2);
    run.kill();
    run.close();
  }
}
