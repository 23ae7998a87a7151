package io.widecast.store.verify;

import io.widecast.store.tree.Place;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known of the pages of one tree, or of those in one ghost's window, while trees are still
 * to come that may share them (S4, NodeMap). Holds only pages that were read.
 *
 * <p>The page's checksum is not kept: a page that is shared is not read again, so there would be
 * nothing to compare. The id stands for one content, since nobody changes a page of a snapshot.
 */
final class NodeMap {

  /**
   * A page that was checked.
   *
   * @param high where its range ends; null behind the last
   * @param children ids; none of a leaf
   */
  record Node(long opSeq, int level, Place low, Place high, long[] children, Sum sum) {

    boolean fits(long otherOpSeq, int otherLevel, Place otherLow, Place otherHigh) {
      return opSeq == otherOpSeq
          && (otherLevel < 0 || level == otherLevel)
          && low.equals(otherLow)
          && (high == null ? otherHigh == null : high.equals(otherHigh));
    }
  }

  private final Map<Long, Node> nodes = new HashMap<>(); // never iterated

  /** Null when the tree has no such page. */
  Node find(long id) {
    return nodes.get(id);
  }

  /** Whether it was not in before. */
  boolean put(long id, Node node) {
    return nodes.put(id, node) == null;
  }

  int size() {
    return nodes.size();
  }
}
