package io.widecast.store.snapshot;

import io.widecast.store.snapshot.SnapshotRow.State;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.TreeReader;
import io.widecast.store.tree.TreeReader.Held;
import io.widecast.store.tree.TreeReader.Step;
import io.widecast.store.tree.ValueBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Deletes snapshots, one at a time, in small steps between other work (systems.md S3): frees what
 * only the deleted tree reaches, touching each leaf of the middle map about once.
 *
 * <p>A step costs a bounded number of pages. All that has to survive a crash is {@link #job}: the
 * buffer is volatile, and losing it costs a second look from the job's key on. Shared subtrees are
 * passed over unread, so the whole costs what the snapshot owns and not what the store holds.
 *
 * <p>Not thread-safe: for the owner.
 */
public final class Deletion {

  /** Where a deletion stands. */
  public enum Phase {
    /** Looking for blocks that nobody else reaches, and removing them from the middle map. */
    SCAN,
    /** Freeing pages, children first. */
    SWEEP,
    /** Freeing what heads have let go of meanwhile. */
    DRAIN
  }

  /**
   * What survives a crash.
   *
   * @param cursor everything before this place is done in this phase
   */
  public record Job(long row, Phase phase, Place cursor) {}

  private static final int BLOCK_BYTES = 16; // of the buffer, for each block in it

  private final Forest forest;
  private final boolean sorted;
  private final long[] buffer; // VBAs
  private int buffered;
  private long[] pbas = new long[0]; // of a flush under way
  private int flushed; // of the buffer; the flush is under way while it is above 0 or ends
  private boolean flushing;
  private boolean scanned; // to the end: after this flush comes the sweep
  private Job job; // null when none is under way
  private Place scanCursor; // ahead of the job's by what is in the buffer
  private final long[] exclusive = new long[64]; // by level: the last page found to be so
  private long blocksRemoved;
  private long batches;

  /**
   * @param bufferBytes for blocks to remove, at the most
   */
  public Deletion(Forest forest, int bufferBytes) {
    this(forest, bufferBytes, true);
  }

  /**
   * @param sorted false leaves the blocks in the order of their keys, to measure what sorting saves
   */
  public Deletion(Forest forest, int bufferBytes, boolean sorted) {
    this.forest = forest;
    this.sorted = sorted;
    this.buffer = new long[Math.max(64, bufferBytes / BLOCK_BYTES)];
  }

  /** What is under way. */
  public Optional<Job> job() {
    return Optional.ofNullable(job);
  }

  /** Goes on with what a checkpoint has. */
  public void resume(Job found) {
    job = found;
    scanCursor = found.cursor();
    row().state = State.DELETING;
  }

  private SnapshotRow row() {
    return forest.row(job.row()).orElseThrow();
  }

  /**
   * About how far the deletion under way is, 0 to 1: by where its cursor stands among the keys, for
   * each of the two walks.
   */
  public double progress() {
    if (job == null) {
      return 0;
    }
    if (job.phase() == Phase.DRAIN) {
      return 1;
    }
    Place cursor = job.phase() == Phase.SCAN ? scanCursor : job.cursor();
    double walked = forest.reader(row()).shareBefore(cursor);
    return job.phase() == Phase.SCAN ? walked / 2 : 0.5 + walked / 2;
  }

  /** Blocks removed from the middle map since this was made. */
  public long blocksRemoved() {
    return blocksRemoved;
  }

  /** Micro-batches that took. */
  public long batches() {
    return batches;
  }

  /** Bytes that the buffer takes. */
  public long bufferBytes() {
    return (long) buffer.length * BLOCK_BYTES;
  }

  /**
   * Does a bounded piece of work: a leaf looked at, a leaf of the middle map changed, a page freed.
   *
   * @return whether there is more to do
   */
  public boolean step() {
    if (job == null) {
      return begin() || drainGhost();
    }
    switch (job.phase()) {
      case SCAN -> scan();
      case SWEEP -> sweep();
      case DRAIN -> drain();
    }
    return true;
  }

  private boolean begin() {
    Optional<SnapshotRow> next = forest.nextToDelete();
    if (next.isEmpty()) {
      return false;
    }
    next.get().state = State.DELETING;
    start(next.get().id(), Phase.SCAN);
    return true;
  }

  private void start(long row, Phase phase) {
    job = new Job(row, phase, Place.FIRST);
    scanCursor = Place.FIRST;
    Arrays.fill(exclusive, 0);
    scanned = false;
  }

  // ---- who else holds it

  /** Where the part of the order of VBAs and operations that is not covered begins. */
  private record Uncovered(long snapSeq, long minVba) {}

  private Uncovered uncovered(SnapshotRow row) {
    SnapshotRow below = row;
    SnapshotRow above = forest.parentOf(row);
    while (above != null && !above.state.holds()) {
      below = above;
      above = forest.parentOf(above);
    }
    return above == null ? new Uncovered(0, 0) : new Uncovered(above.snapSeq(), below.minVba);
  }

  private boolean isExclusive(SnapshotRow row, Uncovered uncovered, Held page) {
    if (page.opSeq() <= uncovered.snapSeq) {
      return false; // and so is its whole subtree (I2.2)
    }
    if (exclusive[page.level()] == page.id()) {
      return true; // it stays so: nobody else can reach it again
    }
    SnapshotRow owner = row;
    while (forest.parentOf(owner) != null && page.opSeq() <= forest.parentOf(owner).snapSeq()) {
      owner = forest.parentOf(owner); // a ghost: its other branches may hold the page too
    }
    for (TreeReader tree : forest.effectiveChildren(owner)) {
      Held held = tree.pageAt(page.level(), page.low());
      if (held != null && held.id() == page.id()) {
        return false;
      }
    }
    exclusive[page.level()] = page.id();
    return true;
  }

  private boolean isExclusive(SnapshotRow row, Uncovered uncovered, Cell cell) {
    if (cell.vba() < uncovered.minVba) {
      return false;
    }
    SnapshotRow owner = row;
    while (forest.parentOf(owner) != null && cell.vba() < owner.minVba) {
      owner = forest.parentOf(owner);
    }
    for (TreeReader tree : forest.effectiveChildren(owner)) {
      if (Forest.holdsExtent(tree, cell.place(), cell.vba())) {
        return false;
      }
    }
    return true;
  }

  // ---- scan

  private void scan() {
    if (flushing) {
      flush();
      return;
    }
    SnapshotRow row = row();
    Uncovered uncovered = uncovered(row);
    TreeReader tree = forest.reader(row);
    List<Step> path = tree.path(scanCursor, page -> isExclusive(row, uncovered, page));
    Step last = path.get(path.size() - 1);
    if (last.page().level() == 0 && isExclusive(row, uncovered, last.page())) {
      for (Cell cell : tree.leaf(scanCursor)) {
        if (cell.isPut()
            && cell.place().compareTo(scanCursor) >= 0
            && isExclusive(row, uncovered, cell)
            && !buffer(cell)) {
          scanCursor = cell.place(); // the buffer is full: this one is the next
          beginFlush(false);
          return;
        }
      }
    }
    if (last.end() == null) {
      beginFlush(true);
    } else {
      scanCursor = last.end();
    }
  }

  private boolean buffer(Cell cell) {
    int count = ValueBlocks.count(cell.length());
    if (buffered + count > buffer.length) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      buffer[buffered++] = cell.vba() + i;
    }
    return true;
  }

  private void beginFlush(boolean last) {
    scanned = last;
    flushing = true;
    flushed = 0;
    if (sorted) {
      Arrays.sort(buffer, 0, buffered);
    }
    if (pbas.length < buffered) {
      pbas = new long[buffer.length];
    }
  }

  /** One micro-batch: all that lies in one leaf of the middle map. */
  private void flush() {
    if (flushed < buffered) {
      int end = sorted ? buffered : flushed + 1;
      int done = forest.map().removeBatch(buffer, flushed, end, pbas);
      for (int i = flushed; i < flushed + done; i++) {
        if (pbas[i] != 0) {
          forest.pages().segments().release(pbas[i]);
          blocksRemoved++;
        }
      }
      flushed += done;
      batches++;
    }
    if (flushed == buffered) {
      flushing = false;
      buffered = 0;
      if (scanned) {
        start(job.row(), Phase.SWEEP);
      } else {
        job = new Job(job.row(), Phase.SCAN, scanCursor);
      }
    }
  }

  // ---- sweep

  private void sweep() {
    SnapshotRow row = row();
    Uncovered uncovered = uncovered(row);
    List<Step> path =
        forest.reader(row).path(job.cursor(), page -> isExclusive(row, uncovered, page));
    Place end = path.get(path.size() - 1).end();
    for (int i = path.size() - 1; i >= 0; i--) {
      Step step = path.get(i);
      boolean passed = end == null ? step.end() == null : end.equals(step.end());
      if (!passed) {
        break; // there is more below this page
      }
      if (isExclusive(row, uncovered, step.page())) {
        forest.pages().free(step.page().id(), step.page().opSeq());
      }
    }
    if (end == null) {
      start(job.row(), Phase.DRAIN);
    } else {
      job = new Job(job.row(), Phase.SWEEP, end);
    }
  }

  // ---- late lists, and the end

  private void drain() {
    SnapshotRow row = row();
    if (!row.lateList.isEmpty()) {
      drainSome(row);
      return;
    }
    forest.unlink(row);
    job = null;
  }

  private void drainSome(SnapshotRow row) {
    List<TreeReader> trees = forest.effectiveChildren(row);
    for (int i = 0; i < 64 && !row.lateList.isEmpty(); i++) {
      LateItem item = row.lateList.remove(row.lateList.size() - 1);
      if (!Forest.isHeld(item, trees)) {
        if (item.isPage()) {
          forest.pages().free(item.id(), item.opSeq());
        } else {
          forest.removeBlocks(item.id(), item.count());
        }
      }
    }
  }

  /** While nothing is deleted, what heads let go of under ghosts is freed, and ghosts collapse. */
  private boolean drainGhost() {
    for (SnapshotRow row : new ArrayList<>(forest.rows())) {
      if (row.state == State.GHOST) {
        if (!row.lateList.isEmpty()) {
          drainSome(row);
          return true;
        }
        if (forest.childCount(row) < 2) {
          forest.unlink(row);
          return true;
        }
      }
    }
    return false;
  }
}
