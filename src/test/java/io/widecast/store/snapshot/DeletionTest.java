package io.widecast.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeletionTest {

  private static final int KEYS = 6000;

  private static String key(int number) {
    return String.format("k%06d", number);
  }

  /** A store whose VBAs lie across its keys, with a snapshot most of whose keys are overwritten. */
  private static SnapshotRow prepare(ForestRun run, Head head) {
    var random = new SplittableRandom(3);
    for (int i = 0; i < KEYS; i++) {
      run.put(head, key((int) (i * 2477L % KEYS)));
    }
    SnapshotRow row = run.snapshot(head);
    for (int i = 0; i < KEYS; i++) {
      if (random.nextInt(10) != 0) {
        run.overwrite(head, key(i));
      }
    }
    return row;
  }

  private static double batchesPerBlock(boolean sorted, int bufferBytes) throws IOException {
    var run = new ForestRun(bufferBytes, sorted);
    SnapshotRow row = prepare(run, run.head());
    long before = run.map.leafBatches();
    run.remove(row);
    run.check();
    assertThat(run.deletion.blocksRemoved()).isGreaterThan(KEYS * 8 / 10);
    return (double) (run.map.leafBatches() - before) / run.deletion.blocksRemoved();
  }

  @Test
  void sortingSavesTenLeafChangesOfEleven() throws IOException {
    double unsorted = batchesPerBlock(false, 1 << 20);
    double sorted = batchesPerBlock(true, 1 << 20);
    double halved = batchesPerBlock(true, 8 * KEYS);

    assertThat(unsorted).as("a leaf for each block").isEqualTo(1);
    assertThat(sorted * 10).as("about one change for each leaf").isLessThan(unsorted);
    assertThat(sorted).isLessThan(1.0 / 150);
    assertThat(halved).as("half the buffer, twice the changes").isBetween(sorted, 3 * sorted);
  }

  @Test
  @DisplayName(
      "I3.5 I3.6: one leaf for each batch, in strictly rising order, from a bounded buffer")
  void batchesRiseAndTouchOneLeaf() throws IOException {
    int cap = 4 << 10; // 256 blocks
    var run = new ForestRun(cap, true);
    SnapshotRow row = prepare(run, run.head());
    assertThat(run.deletion.bufferBytes()).isLessThanOrEqualTo(cap);
    var there = new ArrayList<Long>();
    for (long vba = 1; vba < run.forest.nextVba(); vba++) {
      if (run.map.find(vba) != 0) {
        there.add(vba);
      }
    }
    run.condemn(row);

    long last = 0;
    int inFlush = 0;
    int flushes = 0;
    boolean more = true;
    while (more) {
      long leaves = run.map.leafBatches();
      long size = run.map.size();
      more = run.deleteStep();
      if (run.map.size() == size) {
        continue;
      }
      assertThat(run.map.leafBatches()).as("I3.5: one leaf").isEqualTo(leaves + 1);
      var gone = there.stream().filter(vba -> run.map.find(vba) == 0).toList();
      there.removeAll(gone);
      if (gone.get(0) < last) {
        flushes++; // the next buffer begins
        inFlush = 0;
      }
      inFlush += gone.size();
      assertThat(inFlush).as("I3.6").isLessThanOrEqualTo(cap / 16);
      assertThat(gone.get(0)).as("I3.5: rising, but for the next buffer").isNotEqualTo(last);
      last = gone.get(gone.size() - 1);
    }
    int least = (int) (run.deletion.blocksRemoved() / (cap / 16));
    assertThat(flushes + 1).as("no more buffers than it takes").isBetween(least, least + 1);
    run.check();
  }

  @Test
  @DisplayName("I3.6: a buffer smaller than one leaf's share, and values of many blocks")
  void goesOnWhereTheBufferWasFull() throws IOException {
    var run = new ForestRun(0, true); // 64 blocks, the least there is
    assertThat(run.deletion.bufferBytes()).isEqualTo(1024);
    Head head = run.head();
    for (int i = 0; i < 40; i++) {
      run.put(head, key(i), i % 5 == 0 ? 1 << 20 : 10); // 17 blocks or one
    }
    SnapshotRow row = run.snapshot(head);
    for (int i = 0; i < 40; i++) {
      run.overwrite(head, key(i));
    }

    run.remove(row);

    run.check();
    assertThat(run.deletion.blocksRemoved()).isEqualTo(8 * 17 + 32);
    assertThat(run.map.size()).isEqualTo(40);
  }

  @Test
  void costsWhatTheSnapshotOwnsAndNotWhatTheStoreHolds() throws IOException {
    int[] steps = new int[2];
    for (int scale = 0; scale < 2; scale++) {
      var run = new ForestRun(1 << 20, true);
      Head head = run.head();
      int keys = scale == 0 ? 3000 : 60_000;
      for (int i = 0; i < keys; i++) {
        run.put(head, key(i));
      }
      SnapshotRow row = run.snapshot(head);
      for (int i = 0; i < 25; i++) {
        run.overwrite(head, key(i * (keys / 25)));
      }
      run.condemn(row);
      while (run.deleteStep()) {
        steps[scale]++;
      }
      assertThat(run.deletion.blocksRemoved()).isEqualTo(25);
      assertThat(run.forest.rows()).isEmpty();
    }

    assertThat(steps[0]).isGreaterThan(40);
    assertThat(steps[1]).as("twenty times the keys").isLessThan(steps[0] * 2);
  }
}
