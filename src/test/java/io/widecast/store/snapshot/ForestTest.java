package io.widecast.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    return LongStream.rangeClosed(1, Long.getLong("widecast.store.seeds", 30));
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
      if (keepsVersions && random.nextInt(6) == 0) {
        run.pruneLeaves(head, run.revision() - random.nextInt(100));
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

  @Test
  @DisplayName("I2.1: a merge copies a shared sibling, and leaves the original to the snapshot")
  void mergesWithASharedSibling() throws IOException {
    for (int gap = 1; gap < 90; gap += 11) {
      var run = new ForestRun();
      Head head = run.head();
      fill(run, head, 0, 300);
      for (int i = 0; gap % 2 == 0 && i < 300; i += 2) {
        run.erase(head, key(i)); // half full leaves merge, where full ones borrow
      }
      SnapshotRow row = run.snapshot(head);
      for (int i = 100; i < 100 + gap; i++) {
        run.erase(head, key(i));
        run.check();
      }
      SnapshotRow second = run.snapshot(head);
      for (int i = 100 + gap; i < 200; i++) {
        run.erase(head, key(i));
      }
      run.check();
      run.remove(row);
      run.check();
      run.remove(second);
      run.check();
    }
  }

  @Test
  @DisplayName(
      "I2.2: a page of the operation right before a snapshot is shared, one after it is owned")
  void equalMeansShared() throws IOException {
    var run = new ForestRun();
    Head head = run.head();
    run.put(head, "a"); // into the root leaf, which a later operation did not make
    long rootOpSeq = run.pages.opSeq(head.tree().root().id());
    final SnapshotRow row = run.snapshot(head);
    long copied = run.pages.pagesCopied();

    run.put(head, "a");
    assertThat(run.pages.pagesCopied()).isEqualTo(copied + 1);
    run.put(head, "a");
    assertThat(run.pages.pagesCopied()).as("owned now").isEqualTo(copied + 1);
    assertThat(rootOpSeq).isLessThanOrEqualTo(row.snapSeq());

    // A clone of an empty span: its first page has exactly the number of its parent's snapSeq.
    Head other = run.head();
    final long newest = run.pages.opSeq(other.tree().root().id());
    final SnapshotRow second = run.snapshot(other);
    assertThat(newest).as("as close as it gets").isEqualTo(second.snapSeq());
    run.put(other, "b");
    assertThat(run.pages.pagesCopied()).isEqualTo(copied + 2);
    run.check();
  }

  @Test
  @DisplayName("I2.1: the root splits right after a snapshot, and at every size before and behind")
  void splitsTheRootRightAfterASnapshot() throws IOException {
    for (int size = 1; size < 60; size++) {
      var run = new ForestRun();
      Head head = run.head();
      fill(run, head, 0, size);
      final SnapshotRow row = run.snapshot(head);
      run.overwrite(head, key(size));
      run.check();
      run.overwrite(head, key(0));
      run.remove(row);
      run.check();
    }
  }

  @Test
  @DisplayName("I3.1 I3.2: oldest, middle, newest and branching point, in every order of deletion")
  void deletesInEveryOrder() throws IOException {
    for (int order = 0; order < 24; order++) {
      var run = new ForestRun();
      Head head = run.head();
      var rows = new ArrayList<SnapshotRow>();
      for (int i = 0; i < 4; i++) {
        fill(run, head, i * 20, 100 + i * 10);
        rows.add(run.snapshot(head));
        if (i == 1) {
          fill(run, run.cloneOf(rows.get(1)), 50, 90);
        }
      }
      fill(run, head, 0, 30);
      int code = order;
      for (int left = 4; left > 0; left--) {
        run.condemn(rows.remove(code % left));
        code /= left;
        while (run.deleteStep()) {
          fill(run, head, 60, 62); // the same keys are written meanwhile
        }
        run.check();
      }
      assertThat(run.forest.rows()).as("only where two branches part").hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  @DisplayName("I3.2: what a head lets go of behind the scan's back is freed at the end")
  void drainsWhatIsLetGoDuringADeletion() throws IOException {
    var run = new ForestRun();
    Head head = run.head();
    fill(run, head, 0, 400);
    SnapshotRow row = run.snapshot(head);
    fill(run, head, 350, 400);
    run.condemn(row);
    while (run.deletion.job().isEmpty()
        || run.deletion.job().get().phase() == Deletion.Phase.SCAN) {
      run.deleteStep();
    }
    assertThat(row.lateList()).isEmpty();

    fill(run, head, 0, 10); // the scan has passed these as shared
    run.erase(head, key(100));

    assertThat(row.lateList()).anyMatch(LateItem::isPage).anyMatch(item -> !item.isPage());
    run.deleteAll();
    assertThat(run.forest.rows()).isEmpty();
    run.check();
  }

  @Test
  @DisplayName("I3.2: a snapshot taken during a deletion covers what the head lets go of")
  void aNewSnapshotCoversWhatIsLetGo() throws IOException {
    var run = new ForestRun();
    Head head = run.head();
    fill(run, head, 0, 300);
    SnapshotRow row = run.snapshot(head);
    fill(run, head, 0, 20);
    run.condemn(row);
    run.deleteStep();
    run.deleteStep();
    SnapshotRow meanwhile = run.snapshot(head);
    fill(run, head, 0, 300);
    assertThat(row.lateList()).isEmpty();

    run.deleteAll();

    run.check();
    assertThat(meanwhile.parent()).isZero();
    run.remove(meanwhile);
    run.check();
  }

  @Test
  @DisplayName(
      "I3.2: under a ghost, what its last branch lets go of is freed; at one, it collapses")
  void ghostsDrainAndCollapse() throws IOException {
    var run = new ForestRun();
    Head first = run.head();
    fill(run, first, 0, 200);
    SnapshotRow row = run.snapshot(first);
    final Head second = run.cloneOf(row);
    final Head third = run.cloneOf(row);
    run.remove(row);
    assertThat(row.state()).isEqualTo(State.GHOST);
    run.check();

    fill(run, first, 0, 200);
    assertThat(row.lateList()).isNotEmpty();
    int blocks = (int) run.map.size();
    run.deleteAll();
    assertThat(row.lateList()).isEmpty();
    assertThat(run.map.size()).as("two others hold it").isEqualTo(blocks);
    fill(run, second, 0, 200);
    run.deleteAll();
    assertThat(run.map.size()).as("one other holds it").isEqualTo(blocks + 200);
    fill(run, third, 0, 200);
    run.deleteAll();
    assertThat(run.map.size()).as("nobody holds it").isEqualTo(blocks + 200);
    run.check();

    run.freeze(second);
    run.deleteAll();
    assertThat(run.forest.rows()).as("two branches").containsExactly(row);
    run.freeze(third);
    run.deleteAll();
    assertThat(run.forest.rows()).as("one branch").isEmpty();
    assertThat(first.parent()).isZero();
    assertThat(first.tree().floor()).isZero();
    run.check();
  }

  @Test
  @DisplayName("I2.3: a ghost's last branch owns, after the collapse, what it shared")
  void theLastBranchOwnsWhatTheGhostHad() throws IOException {
    var run = new ForestRun();
    Head first = run.head();
    fill(run, first, 0, 200);
    SnapshotRow row = run.snapshot(first);
    final Head second = run.cloneOf(row);
    run.remove(row);
    run.freeze(first);
    run.deleteAll();
    assertThat(run.forest.rows()).isEmpty();
    long copied = run.pages.pagesCopied();
    long blocks = run.map.size();

    fill(run, second, 0, 200);

    assertThat(run.pages.pagesCopied()).as("changed in place").isEqualTo(copied);
    assertThat(run.map.size()).as("freed at once").isEqualTo(blocks);
    run.check();
  }

  @Test
  void aGhostWithoutBranchesGoes() throws IOException {
    var run = new ForestRun();
    Head first = run.head();
    fill(run, first, 0, 200);
    SnapshotRow row = run.snapshot(first);
    Head second = run.cloneOf(row);
    run.remove(row);
    final Head other = run.head();
    run.freeze(second);
    run.freeze(first);

    run.deleteAll();

    run.check();
    assertThat(run.forest.rows()).isEmpty();
    assertThat(run.map.size()).isZero();
    assertThat(run.heads).containsOnlyKeys(other.id());
  }

  @Test
  void nothingPinnedIsDeleted() throws IOException {
    var run = new ForestRun();
    Head head = run.head();
    fill(run, head, 0, 100);
    SnapshotRow row = run.snapshot(head);
    run.forest.pin(row);
    fill(run, head, 0, 100);
    run.condemn(row);

    assertThat(run.deleteStep()).isFalse();
    run.check();
    assertThatThrownBy(() -> run.forest.pin(row)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> run.forest.cloneOf(row)).isInstanceOf(IllegalStateException.class);
    assertThat(run.forest.named(row.name())).isEmpty();
    run.forest.unpin(row);
    run.rows.remove(row.id());
    run.deleteAll();

    run.check();
    assertThat(run.forest.rows()).isEmpty();
  }
}
