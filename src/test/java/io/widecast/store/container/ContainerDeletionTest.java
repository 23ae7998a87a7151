package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.snapshot.Deletion;
import java.io.IOException;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Deletion beside checkpoints, starts and the cleaner. */
class ContainerDeletionTest {

  private static ContainerRun prepared(long seed) throws IOException {
    var run = new ContainerRun(seed, false);
    run.publish(150);
    run.snapshot();
    run.publish(150);
    run.checkpoint();
    run.deleteSnapshot();
    return run;
  }

  @Test
  @DisplayName("I3.4: a crash at any step of a deletion, then resumed, gives the same end state")
  void resumesFromEveryStep() throws IOException {
    long seed = 0;
    int steps = 0;
    ContainerRun whole = null;
    while (steps <= 12) { // the first that has enough to delete
      whole = prepared(++seed);
      for (steps = 0; whole.container.deleteStep(); steps++) {
        // to the end
      }
    }
    whole.checkAll();
    whole.deleteSteps(Integer.MAX_VALUE); // what the check has held
    int pages = whole.container.pages().count();
    long blocks = whole.container.forest().map().size();

    var seen = EnumSet.noneOf(Deletion.Phase.class);
    for (int at = 0; at <= steps; at++) {
      ContainerRun run = prepared(seed);
      run.deleteSteps(at);
      run.container.deletion().job().ifPresent(job -> seen.add(job.phase()));
      run.checkpoint();
      run.deleteSteps(7); // lost, and done again
      run.disk = run.disk.crash(new SplittableRandom(at));
      run.open();
      run.replay();

      run.deleteSteps(Integer.MAX_VALUE);

      run.checkAll();
      run.deleteSteps(Integer.MAX_VALUE);
      assertThat(run.container.forest().rows()).isEmpty();
      assertThat(run.container.pages().count()).isEqualTo(pages);
      assertThat(run.container.forest().map().size()).isEqualTo(blocks);
    }
    assertThat(seen).as("phases cut").containsOnly(Deletion.Phase.values());
  }

  @Test
  @DisplayName("I3.3: a deletion racing the cleaner, step by step")
  void racesTheCleaner() throws IOException {
    for (int seed = 1; seed < 8; seed++) {
      var run = new ContainerRun(seed, true);
      var random = new SplittableRandom(seed);
      for (int round = 0; round < 6; round++) {
        run.publish(30);
        run.snapshot();
        run.publish(30);
        run.compact();
        run.checkpoint();
        run.deleteSnapshot();
        for (int i = 0; i < 60; i++) {
          if (random.nextBoolean()) {
            run.container.deleteStep();
          } else {
            run.container.cleanStep();
          }
          if (random.nextInt(20) == 0) {
            run.checkpoint();
          }
        }
        run.checkAll();
      }
    }
  }

  @Test
  @DisplayName("I2.6: numbers go on above all that were handed out before a crash")
  void numbersOnlyRise() throws IOException {
    var run = new ContainerRun(5, true);
    for (int i = 0; i < 3; i++) {
      run.publish(40);
      run.snapshot();
      run.checkpoint();
      run.publish(40); // not in the checkpoint
      final long opSeq = run.container.pages().nextOpSeq();
      final long vba = run.container.forest().nextVba();
      final long segment = run.container.segments().nextNumber();
      run.container
          .freeze(1)
          .write(); // its files are there; power off before the owner hears of it
      run.disk = run.disk.kill();
      run.open();
      assertThat(run.container.pages().nextOpSeq()).isGreaterThan(opSeq);
      assertThat(run.container.forest().nextVba()).isGreaterThan(vba);
      assertThat(run.container.segments().nextNumber()).isGreaterThan(segment);
      run.replay();
      run.checkAll();
    }
  }
}
