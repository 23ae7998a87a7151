package io.widecast.store.verify;

import io.widecast.store.tree.Cell;
import java.util.Arrays;
import java.util.List;

/**
 * How many keys are present in a run of rows, and their bytes: what a tree's row says of the whole.
 * A key counts by its first row, the newest. Runs that follow each other are added without their
 * rows, so that a shared subtree counts unread; a key whose versions lie in both counts once.
 *
 * @param rows of all versions
 * @param firstKeys 1 when the first row is a put, and so counts, else 0
 * @param firstBytes what the first row counts
 * @param first hash of the first key
 * @param last hash of the last key
 */
record Sum(
    long rows, long keys, long bytes, int firstKeys, long firstBytes, long first, long last) {

  static final Sum EMPTY = new Sum(0, 0, 0, 0, 0, 0, 0);

  static Sum of(List<Cell> cells) {
    if (cells.isEmpty()) {
      return EMPTY;
    }
    long keys = 0;
    long bytes = 0;
    byte[] before = null;
    for (Cell cell : cells) {
      if (cell.isPut() && (before == null || !Arrays.equals(before, cell.key()))) {
        keys++;
        bytes += bytes(cell);
      }
      before = cell.key();
    }
    Cell first = cells.get(0);
    return new Sum(
        cells.size(),
        keys,
        bytes,
        first.isPut() ? 1 : 0,
        first.isPut() ? bytes(first) : 0,
        hash(first.key()),
        hash(before));
  }

  private static long bytes(Cell cell) {
    return cell.key().length + cell.valueBytes();
  }

  Sum plus(Sum next) {
    if (rows == 0 || next.rows == 0) {
      return rows == 0 ? next : this;
    }
    boolean goesOn = last == next.first;
    return new Sum(
        rows + next.rows,
        keys + next.keys - (goesOn ? next.firstKeys : 0),
        bytes + next.bytes - (goesOn ? next.firstBytes : 0),
        firstKeys,
        firstBytes,
        first,
        next.last);
  }

  private static long hash(byte[] key) {
    long hash = 0xcbf29ce484222325L; // FNV-1a, then mixed
    for (byte b : key) {
      hash = (hash ^ b & 0xff) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 32) * 0x9e3779b97f4a7c15L;
    return hash ^ hash >>> 29;
  }
}
