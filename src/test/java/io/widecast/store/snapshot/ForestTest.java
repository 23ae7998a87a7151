package io.widecast.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.snapshot.SnapshotRow.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForestTest {

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Long.getLong("widecast.store.seeds", 40));
  }

  // ---- random work on many heads

  /** Draws what to do; the shape of the lineage, the keys and the pace differ by seed. */
  private static final class Chaos {

    private final SplittableRandom random;
    private final ForestRun run;
    private final int keys;
    private final String padding;
    private final int deletePace;
    private final boolean keepsVersions;

    Chaos(long seed) throws IOException {
      random = new SplittableRandom(seed);
      run = new ForestRun(random.nextBoolean() ? 1 << 10 : 64 << 10, random.nextInt(4) != 0);
      keys = random.nextInt(4) == 0 ? 20 : 100 + random.nextInt(500);
      padding = "-".repeat(random.nextInt(3) == 0 ? 900 : random.nextInt(150));
      deletePace = random.nextInt(3) == 0 ? 100 : 1 + random.nextInt(10);
      keepsVersions = random.nextBoolean();
      run.head();
    }

    private String key(int number) {
      return String.format("%05d", number) + padding;
    }

    private Head anyHead() {
      var heads = new ArrayList<>(run.forest.heads());
      return heads.get(random.nextInt(heads.size()));
    }

    private SnapshotRow anyRow() {
      List<SnapshotRow> live =
          run.forest.rows().stream().filter(row -> row.state() == State.LIVE).toList();
      return live.isEmpty() ? null : live.get(random.nextInt(live.size()));
    }

    void step() {
      int dice = random.nextInt(100);
      if (dice < 40) {
        write(anyHead());
      } else if (dice < 46) {
        eraseRange(anyHead());
      } else if (dice < 56 && run.rows.size() < 10) {
        run.snapshot(anyHead());
      } else if (dice < 62) {
        branch();
      } else if (dice < 66 && run.heads.size() > 1) {
        run.freeze(anyHead());
      } else if (dice < 74 && anyRow() != null) {
        SnapshotRow row = anyRow();
        if (row.pins() == 0) {
          run.condemn(row);
        }
      } else if (dice < 77) {
        pin();
      } else {
        for (int i = 1 + random.nextInt(deletePace); i > 0 && run.deleteStep(); i--) {
          if (random.nextInt(4) == 0) {
            write(anyHead()); // between any two steps
          }
        }
      }
    }

    private void write(Head head) {
      int from = random.nextInt(keys);
      int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 60 : 4);
      for (int i = 0; i < count; i++) {
        String key = key((from + i) % keys);
        if (random.nextInt(8) == 0) {
          run.delete(head, key);
        } else {
          int bytes = random.nextInt(400) == 0 ? 70_000 + random.nextInt(70_000) : 0;
          run.put(head, key, bytes);
        }
        if (!keepsVersions || random.nextInt(3) == 0) {
          run.prune(head, key);
        }
      }
    }

    private void eraseRange(Head head) {
      int from = random.nextInt(keys);
      int to = Math.min(keys, from + 1 + random.nextInt(80));
      for (int i = from; i < to; i++) {
        run.erase(head, key(i));
      }
    }

    private void branch() {
      SnapshotRow row = anyRow();
      if (row != null && run.heads.size() < 5) {
        run.cloneOf(row);
        if (random.nextInt(3) == 0 && run.heads.size() > 1) {
          run.freeze(anyHead()); // a revert, or the end of another branch
        }
      }
    }

    private void pin() {
      SnapshotRow row = anyRow();
      if (row != null) {
        run.forest.pin(row);
        if (random.nextBoolean()) {
          run.condemn(row);
        }
      }
      for (SnapshotRow held : new ArrayList<>(run.forest.rows())) {
        if (held.pins() > 0 && random.nextInt(3) == 0) {
          run.forest.unpin(held);
          if (held.pins() == 0 && held.state() != State.LIVE) {
            run.rows.remove(held.id());
          }
        }
      }
    }

    void finish() {
      for (SnapshotRow row : new ArrayList<>(run.forest.rows())) {
        while (row.pins() > 0) {
          run.forest.unpin(row);
        }
        run.condemn(row);
      }
      while (run.heads.size() > 1) {
        run.freeze(anyHead());
      }
      run.rows.clear();
      run.deleteAll();
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName(
      "I2.1 I2.2 I2.3 I2.4 I2.5 I2.6 I3.1 I3.2 I3.3: heads, clones, snapshots, ghosts and"
          + " deletions at random are as many sorted maps, and nothing is lost, leaked or shared")
  void isAsManySortedMaps(long seed) throws IOException {
    var chaos = new Chaos(seed);
    for (int i = 0; i < 240; i++) {
      chaos.step();
      if (i % 8 == 0) {
        chaos.run.check();
      }
    }
    chaos.run.check();

    chaos.finish();

    chaos.run.check();
    assertThat(chaos.run.forest.rows()).as("one head is left, and no row").isEmpty();
    assertThat(chaos.run.forest.heads()).hasSize(1);
    assertThat(chaos.run.forest.heads().iterator().next().parent()).isZero();
  }

  // ---- scripts

  private static String key(int number) {
    return String.format("key-%05d-", number) + "p".repeat(60);
  }

  private static void fill(ForestRun run, Head head, int from, int to) {
    for (int i = from; i < to; i++) {
      run.overwrite(head, key(i));
    }
  }

  @Test
  @DisplayName("I3.1: what an outer ghost covers stays while a branch of an inner ghost reads it")
  void looksAtEveryBranchBelowNestedGhosts() throws IOException {
    var run = new ForestRun();
    Head first = run.head();
    fill(run, first, 0, 300);
    SnapshotRow outer = run.snapshot(first);
    Head second = run.cloneOf(outer);
    SnapshotRow inner = run.snapshot(second);
    final Head third = run.cloneOf(inner);
    fill(run, first, 0, 300); // holds nothing of it any more
    run.remove(inner);
    run.remove(outer);
    assertThat(outer.state()).isEqualTo(State.GHOST);
    assertThat(inner.state()).isEqualTo(State.GHOST);

    run.freeze(second);
    run.deleteAll();

    run.check();
    assertThat(run.heads).containsKey(third.id());
  }
}
