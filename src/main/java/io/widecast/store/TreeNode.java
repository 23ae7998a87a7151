package io.widecast.store;

import io.widecast.store.redo.Row;
import java.util.Arrays;

/**
 * A node of the map's tree. A leaf holds {@link Row}s by rising key; an inner node holds children,
 * and before each but the first a separator: no key beneath the child is below it, and every key
 * beneath the child before is. Changed only by the {@link TreeEdit} that made it, until that edit
 * is over; never again afterwards, so that any thread may read it without a lock.
 */
final class TreeNode {

  static final int LEAF_MAX = 16;
  static final int INNER_MAX = 48;

  /** The edit that made it and may still change it in place: ownership by number (S2 step 2). */
  final long edit;

  /** Rows of a leaf, separators of an inner node (the first unused): {@link #count} of them. */
  byte[][] keys;

  /** Null in a leaf. */
  TreeNode[] children;

  int count;

  /** No change beneath is newer than this revision: what a checkpoint may pass over unread. */
  long revision;

  TreeNode(long edit, byte[][] keys, TreeNode[] children, int count, long revision) {
    this.edit = edit;
    this.keys = keys;
    this.children = children;
    this.count = count;
    this.revision = revision;
  }

  static TreeNode emptyLeaf(long edit) {
    return new TreeNode(edit, new byte[4][], null, 0, 0);
  }

  boolean isLeaf() {
    return children == null;
  }

  int capacity() {
    return isLeaf() ? LEAF_MAX : INNER_MAX;
  }

  /** The same content, owned by {@code newEdit}. */
  TreeNode copyFor(long newEdit) {
    return new TreeNode(
        newEdit,
        Arrays.copyOf(keys, count),
        isLeaf() ? null : Arrays.copyOf(children, count),
        count,
        revision);
  }

  /** Where the row with {@code row}'s key stands in this leaf, or {@code -(place) - 1}. */
  int findRow(byte[] row) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Row.compare(keys[middle], row);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /** Where the row of {@code rawKey} stands in this leaf, or {@code -(place) - 1}. */
  int findKey(byte[] rawKey) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Row.compareToKey(keys[middle], rawKey);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /** The child of this inner node beneath which {@code row}'s key belongs. */
  int childForRow(byte[] row) {
    int low = 1;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Row.compareToKey(row, keys[middle]) < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return low - 1;
  }

  /** The child of this inner node beneath which {@code rawKey} belongs. */
  int childForKey(byte[] rawKey) {
    int low = 1;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(rawKey, keys[middle]) < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return low - 1;
  }

  /** Puts {@code key}, and {@code child} in an inner node, at {@code place}; there must be room. */
  void insertAt(int place, byte[] key, TreeNode child) {
    if (count == keys.length) {
      int room = Math.min(capacity(), count + Math.max(4, count / 4));
      keys = Arrays.copyOf(keys, room);
      if (!isLeaf()) {
        children = Arrays.copyOf(children, room);
      }
    }
    System.arraycopy(keys, place, keys, place + 1, count - place);
    keys[place] = key;
    if (!isLeaf()) {
      System.arraycopy(children, place, children, place + 1, count - place);
      children[place] = child;
    }
    count++;
  }

  void removeAt(int place) {
    count--;
    System.arraycopy(keys, place + 1, keys, place, count - place);
    keys[count] = null;
    if (!isLeaf()) {
      System.arraycopy(children, place + 1, children, place, count - place);
      children[count] = null;
    }
  }

  /** Moves everything from {@code from} on into a new node of the same edit. */
  TreeNode splitAt(int from) {
    var right =
        new TreeNode(
            edit,
            Arrays.copyOfRange(keys, from, count),
            isLeaf() ? null : Arrays.copyOfRange(children, from, count),
            count - from,
            revision);
    Arrays.fill(keys, from, count, null);
    if (!isLeaf()) {
      Arrays.fill(children, from, count, null);
    }
    count = from;
    return right;
  }

  /** Takes over all that {@code right}, the next node, holds; {@code separator} stood before it. */
  void append(TreeNode right, byte[] separator) {
    int joined = count + right.count;
    keys = Arrays.copyOf(keys, joined);
    System.arraycopy(right.keys, 0, keys, count, right.count);
    if (!isLeaf()) {
      keys[count] = separator;
      children = Arrays.copyOf(children, joined);
      System.arraycopy(right.children, 0, children, count, right.count);
    }
    count = joined;
    revision = Math.max(revision, right.revision);
  }
}
