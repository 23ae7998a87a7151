package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.metrics.Metrics;
import io.widecast.sim.SimDisk;
import io.widecast.store.log.DiskFullException;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every single change of the disk is once the last; and disks that fail or are full. */
class ContainerCrashTest {

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Math.max(2, Long.getLong("widecast.store.seeds", 0) / 20));
  }

  /** A piece of a run. */
  @FunctionalInterface
  private interface Part {
    void run(ContainerRun run) throws IOException;
  }

  /** A checkpoint with work of all kinds between its parts, as if beside it. */
  private static void spreadCheckpoint(ContainerRun run) throws IOException {
    ContainerCheckpoint checkpoint = run.container.freeze(1);
    run.deleteSteps(4);
    boolean written = false;
    try {
      run.publish(2);
      run.snapshot();
      run.deleteSnapshot();
      run.deleteSteps(8);
      run.publish(2);
      checkpoint.write();
      written = true;
      run.snapshot();
      run.deleteSteps(3);
    } finally {
      if (written) {
        checkpoint.install();
      } else {
        checkpoint.abandon();
      }
    }
    checkpoint.deleteFiles();
  }

  private static final Part[] PARTS = {
    run -> run.publish(12),
    ContainerRun::snapshot,
    run -> run.publish(12),
    ContainerRun::checkpoint,
    run -> run.publish(8),
    ContainerRun::snapshot,
    run -> run.publish(8),
    ContainerCrashTest::spreadCheckpoint,
    ContainerRun::deleteSnapshot,
    run -> run.deleteSteps(7),
    ContainerCrashTest::spreadCheckpoint, // in the midst of a deletion
    ContainerRun::compact,
    run -> run.deleteSteps(20),
    ContainerCrashTest::clean,
    ContainerRun::checkpoint,
    run -> run.publish(5),
    ContainerCrashTest::clean,
    ContainerRun::deleteSnapshot,
    run -> run.deleteSteps(60),
    ContainerRun::copy,
    run -> run.publish(3),
    run -> run.deleteSteps(500),
    ContainerRun::snapshot,
    ContainerRun::checkpoint
  };

  private static void clean(ContainerRun run) throws IOException {
    for (int i = 0; i < 3; i++) {
      run.container.cleanStep();
    }
  }

  private static void runAll(ContainerRun run) throws IOException {
    for (Part part : PARTS) {
      part.run(run);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName("I2.6 I3.4: after a power cut at every single change of the disk nothing is lost")
  void survivesAPowerCutAtEveryChange(long seed) throws IOException {
    boolean history = seed % 3 != 0;
    var whole = new ContainerRun(seed, history);
    runAll(whole);
    whole.checkAll();
    long changes = whole.disk.changes();
    assertThat(changes).isGreaterThan(60);

    for (long last = 1; last <= changes; last++) {
      var run = new ContainerRun(seed, history);
      run.disk.cutPowerAtChange(last);
      try {
        runAll(run);
      } catch (SimDisk.PowerCut cut) {
        // as it was meant
      }
      recover(run, new SplittableRandom(seed * 1000 + last), last % 5 == 0);
    }
  }

  /** Starts until a start comes to its end; the power goes during the first few. */
  private static void recover(ContainerRun run, SplittableRandom random, boolean on)
      throws IOException {
    run.disk = run.disk.crash(random);
    for (int tries = 0; tries < 3; tries++) {
      run.disk.cutPowerAtChange(1 + random.nextInt(4));
      try {
        run.open();
        run.replay();
        run.checkpoint();
      } catch (SimDisk.PowerCut cut) {
        // as it was meant
      }
      run.disk = run.disk.crash(random);
    }
    run.open();
    run.replay();
    run.settleDoubts();
    run.checkAll();
    if (on) {
      run.deleteSteps(Integer.MAX_VALUE);
      run.checkpoint();
      run.open();
      run.checkAll();
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void survivesAFailedForceAnywhere(long seed) throws IOException {
    for (int at = 0; at < PARTS.length; at++) {
      var run = new ContainerRun(seed + 100, true);
      for (int i = 0; i < PARTS.length; i++) {
        if (i == at) {
          run.disk.failForces(1 + at % 3);
        }
        try {
          PARTS[i].run(run);
        } catch (SimDisk.PowerCut e) {
          throw new AssertionError(e);
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("force failed");
        }
      }
      assertThat(run.container.view().size()).isEqualTo(run.model.rows.size());

      recover(run, new SplittableRandom(seed + at), true);
    }
  }

  private static long used(SimDisk disk) {
    return disk.list().stream().mapToLong(name -> disk.bytes(name).length).sum();
  }

  @Test
  void losesNothingWhenTheDiskIsFullDuringACheckpoint() throws IOException {
    boolean failed = true;
    for (int room = -9000; failed; room += 1500) { // values first, then pages, then the table
      var run = new ContainerRun(2, true);
      run.publish(20);
      run.snapshot();
      run.checkpoint();
      run.publish(20);
      run.disk.setCapacity(used(run.disk) + run.container.segments().unwrittenBytes() + room);

      failed = checkpointFails(run);
      long usedFirst = used(run.disk);
      for (int i = 0; failed && i < 5; i++) {
        assertThat(checkpointFails(run)).isTrue();
        assertThat(used(run.disk)).as("attempt %d", i).isLessThanOrEqualTo(usedFirst + 512);
        assertThat(run.disk.list().stream().filter(name -> name.startsWith("seg-")))
            .as("what no checkpoint will name is gone")
            .isSubsetOf(
                run.container.segments().usage().stream()
                    .map(usage -> String.format("seg-%07x", usage.number()))
                    .toList());
      }
      run.checkAll();
      SimDisk before = run.disk;
      run.disk = before.kill();
      run.open();
      run.replay();
      run.checkAll();

      run.disk.setCapacity(Long.MAX_VALUE);
      run.checkpoint();
      run.open();
      run.checkAll();
    }
  }

  private static boolean checkpointFails(ContainerRun run) throws IOException {
    try {
      run.checkpoint();
      return false;
    } catch (DiskFullException e) {
      return true;
    }
  }

  // ---- scripts

  @Test
  void aSnapshotTakenBesideACheckpointThatFailsIsThereOnce() throws IOException {
    var run = new ContainerRun(3, true);
    run.publish(5);
    ContainerCheckpoint checkpoint = run.container.freeze(1);
    run.snapshot();
    run.disk.failForces(1);
    assertThatThrownBy(checkpoint::write).isInstanceOf(IOException.class);
    checkpoint.abandon();

    run.publish(5);
    run.checkpoint();
    run.open();
    run.replay();

    run.checkAll();
    run.deleteSnapshot();
    run.checkpoint();
    run.open();
    run.checkAll();
  }

  @Test
  void aSnapshotTakenBesideACheckpointThatAPowerCutEndsIsThereOnce() throws IOException {
    var run = new ContainerRun(3, true);
    run.publish(5);
    run.container.freeze(1);
    run.snapshot();
    run.disk = run.disk.crash(new SplittableRandom(1));
    run.open();
    run.replay();
    run.checkAll();

    run.publish(5);
    run.checkpoint();
    run.open();

    run.checkAll();
  }

  @Test
  void aJournalWhoseNameWasNotForcedTakesNoRecord() throws IOException {
    var disk = new SimDisk();
    var hooked = new HookedDisk(disk);
    var options = new ContainerOptions(96 << 10, 1 << 20, 1 << 20, 1 << 20, 1 << 10, true);
    Container.make(hooked, 3);
    Container container = Container.open(hooked, 3, options, new Metrics());
    hooked.failNameForces(1);
    assertThatThrownBy(() -> container.takeSnapshot("first", 1)).isInstanceOf(IOException.class);

    container.takeSnapshot("second", 1);

    for (int seed = 0; seed < 20; seed++) {
      SimDisk found = disk.crash(new SplittableRandom(seed));
      Container next = Container.open(found, 3, options, new Metrics());
      assertThat(next.snapshot("second")).isPresent();
    }
  }
}
