package io.widecast.store.container;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.store.DiffRow;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.TreeReader;
import io.widecast.store.tree.TreeReader.Step;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;

/**
 * The keys that differ between two snapshots, by rising key: walks both trees in step and passes
 * over what they share, a page with the same id in both, without reading below it. So it costs what
 * has changed. Keys in pages that are not shared are looked up on both sides, since an older
 * version may stand in a page that is.
 */
final class SnapshotDiff implements Iterator<DiffRow> {

  private final TreeReader from;
  private final TreeReader to;
  private final Reading fromReading;
  private final Reading toReading;
  private final ArrayDeque<DiffRow> found = new ArrayDeque<>();
  private Place cursor = Place.FIRST; // null when all has been looked at
  private byte[] lastKey = new byte[0]; // looked up before: its versions may go on in the next leaf

  SnapshotDiff(TreeReader from, Reading fromReading, TreeReader to, Reading toReading) {
    this.from = from;
    this.to = to;
    this.fromReading = fromReading;
    this.toReading = toReading;
  }

  @Override
  public boolean hasNext() {
    while (found.isEmpty() && cursor != null) {
      step();
    }
    return !found.isEmpty();
  }

  @Override
  public DiffRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return found.remove();
  }

  private void step() {
    List<Step> left = from.path(cursor, page -> true);
    List<Step> right = to.path(cursor, page -> true);
    Place end = sharedEnd(left, right);
    if (end == null) {
      Place leftEnd = left.get(left.size() - 1).end();
      Place rightEnd = right.get(right.size() - 1).end();
      end = nearer(leftEnd, rightEnd);
      compare(end);
    }
    cursor = end == LAST ? null : end;
  }

  /** Stands for the end of everything, where a null would say something else. */
  private static final Place LAST = new Place(new byte[0], 0);

  private static Place nearer(Place a, Place b) {
    if (a == null || b == null) {
      return a != null ? a : b != null ? b : LAST;
    }
    return a.compareTo(b) <= 0 ? a : b;
  }

  /** Where the largest page that both paths go through ends; null when they share none. */
  private static Place sharedEnd(List<Step> left, List<Step> right) {
    for (Step mine : left) {
      for (Step other : right) {
        if (mine.page().id() == other.page().id()) {
          return nearer(mine.end(), other.end());
        }
      }
    }
    return null;
  }

  private void compare(Place end) {
    var keys = new TreeSet<byte[]>(Arrays::compareUnsigned);
    addKeys(from.leaf(cursor), end, keys);
    addKeys(to.leaf(cursor), end, keys);
    for (byte[] key : keys) {
      long before = revision(fromReading, key);
      long after = revision(toReading, key);
      if (before != after) {
        found.add(new DiffRow(new Key(Bytes.wrap(key)), before, after));
      }
      lastKey = key;
    }
  }

  private void addKeys(List<Cell> cells, Place end, TreeSet<byte[]> keys) {
    for (Cell cell : cells) {
      boolean inside =
          cell.place().compareTo(cursor) >= 0 && (end == LAST || cell.place().compareTo(end) < 0);
      if (inside && !Arrays.equals(cell.key(), lastKey)) {
        keys.add(cell.key());
      }
    }
  }

  private static long revision(Reading reading, byte[] key) {
    return reading.row(key).filter(Cell::isPut).map(Cell::revision).orElse(0L);
  }
}
