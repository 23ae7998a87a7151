package io.widecast.store;

import io.widecast.model.Token;
import io.widecast.store.redo.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds a tree from rows that come by rising key, leaf after leaf: a root object. */
final class TreeLoader {

  // Three quarters, so that the first changes after a load do not split every node.
  private static final int LEAF_FILL = TreeNode.LEAF_MAX * 3 / 4;
  private static final int INNER_FILL = TreeNode.INNER_MAX * 3 / 4;

  private final List<TreeNode> leaves = new ArrayList<>();
  private final byte[][] rows = new byte[LEAF_FILL][];
  private int count;
  private long revision;
  private byte[] last;
  private long size;
  private long contentBytes;

  /** Takes the next row. Whether its key rises is for the caller to check: see {@link #follows}. */
  void add(byte[] row) {
    if (count == LEAF_FILL) {
      endLeaf();
    }
    rows[count++] = row;
    revision = Math.max(revision, Row.revision(row));
    size++;
    contentBytes += Row.contentBytes(row);
    last = row;
  }

  /** Whether {@code row}'s key is above that of the last row taken. */
  boolean follows(byte[] row) {
    return last == null || Row.compare(last, row) < 0;
  }

  private void endLeaf() {
    leaves.add(new TreeNode(0, Arrays.copyOf(rows, count), null, count, revision));
    count = 0;
    revision = 0;
  }

  /** The map of all rows, as of {@code token}. This loader must not be used again. */
  TreeView done(Token token) {
    if (count > 0) {
      endLeaf();
    }
    if (leaves.isEmpty()) {
      return new TreeView(token, TreeNode.emptyLeaf(0), 0, 0);
    }
    List<TreeNode> level = leaves;
    List<byte[]> lowest = new ArrayList<>(level.size());
    level.forEach(leaf -> lowest.add(Row.rawKey(leaf.keys[0])));
    return new TreeView(token, rootOf(level, lowest), size, contentBytes);
  }

  private static TreeNode rootOf(List<TreeNode> nodes, List<byte[]> lowestKeys) {
    List<TreeNode> level = nodes;
    List<byte[]> lowest = lowestKeys;
    while (level.size() > 1) {
      List<TreeNode> above = new ArrayList<>();
      List<byte[]> lowestAbove = new ArrayList<>();
      for (int from = 0; from < level.size(); from += INNER_FILL) {
        int to = Math.min(level.size(), from + INNER_FILL);
        TreeNode[] children = level.subList(from, to).toArray(new TreeNode[0]);
        byte[][] separators = lowest.subList(from, to).toArray(new byte[0][]);
        long newest = 0;
        for (TreeNode child : children) {
          newest = Math.max(newest, child.revision);
        }
        above.add(new TreeNode(0, separators, children, children.length, newest));
        lowestAbove.add(separators[0]);
      }
      level = above;
      lowest = lowestAbove;
    }
    return level.get(0);
  }
}
