package io.widecast.store;

import io.widecast.model.Token;
import io.widecast.store.redo.Row;

/**
 * One batch of changes to a {@link TreeView}, which itself stays as it is.
 *
 * <p>The idea of S2 in memory: a node belongs to the edit whose number it carries. The first change
 * on a path copies the nodes of the path that belong to older edits; further changes in the same
 * edit find them owned and work in place. So a batch costs its changes plus one copy of each node
 * it touches, whatever the size of the map, and a view costs nothing. A split happens at a node's
 * upper bound, at the place of the change when that is the right-most (rising keys fill their
 * nodes); a node that falls under a quarter joins a neighbour when both fit into one.
 *
 * <p>Used by one thread, until {@link #done}; the view it gives may go anywhere.
 */
final class TreeEdit {

  private final long edit;
  private TreeNode root;
  private long size;
  private long contentBytes;

  // A split on the way up: the new right sibling, and the lowest key that belongs to it.
  private TreeNode splitRight;
  private byte[] splitKey;

  /**
   * @param edit above that of every edit that led to {@code base}
   */
  TreeEdit(TreeView base, long edit) {
    this.edit = edit;
    this.root = base.root();
    this.size = base.size();
    this.contentBytes = base.contentBytes();
  }

  /** Sets the row of its key; its own revision is what marks the path as changed. */
  void put(byte[] row) {
    root = put(root, row, Row.revision(row));
    if (splitRight != null) {
      root =
          new TreeNode(
              edit,
              new byte[][] {null, splitKey},
              new TreeNode[] {root, splitRight},
              2,
              Math.max(root.revision, splitRight.revision));
      splitRight = null;
      splitKey = null;
    }
  }

  private TreeNode put(TreeNode shared, byte[] row, long revision) {
    TreeNode node = owned(shared, revision);
    if (node.isLeaf()) {
      putInLeaf(node, row);
      return node;
    }
    int place = node.childForRow(row);
    node.children[place] = put(node.children[place], row, revision);
    if (splitRight != null) {
      TreeNode right = splitRight;
      byte[] key = splitKey;
      splitRight = null;
      splitKey = null;
      insert(node, place + 1, key, right);
    }
    return node;
  }

  private void putInLeaf(TreeNode leaf, byte[] row) {
    int place = leaf.findRow(row);
    if (place >= 0) {
      contentBytes += Row.contentBytes(row) - Row.contentBytes(leaf.keys[place]);
      leaf.keys[place] = row;
      return;
    }
    contentBytes += Row.contentBytes(row);
    size++;
    insert(leaf, -place - 1, row, null);
  }

  private void insert(TreeNode node, int place, byte[] key, TreeNode child) {
    if (node.count < node.capacity()) {
      node.insertAt(place, key, child);
      return;
    }
    int from = place == node.count ? node.count - 1 : node.count / 2;
    TreeNode right = node.splitAt(from);
    if (place <= from) {
      node.insertAt(place, key, child);
    } else {
      right.insertAt(place - from, key, child);
    }
    splitRight = right;
    splitKey = right.isLeaf() ? Row.rawKey(right.keys[0]) : right.keys[0];
  }

  /**
   * Removes the row of {@code rawKey}; whether there was one.
   *
   * @param revision of the publish that deletes it
   */
  boolean remove(byte[] rawKey, long revision) {
    if (!contains(rawKey)) {
      return false; // copies nothing
    }
    root = remove(root, rawKey, revision);
    while (!root.isLeaf() && root.count == 1) {
      root = root.children[0];
    }
    return true;
  }

  private boolean contains(byte[] rawKey) {
    TreeNode node = root;
    while (!node.isLeaf()) {
      node = node.children[node.childForKey(rawKey)];
    }
    return node.findKey(rawKey) >= 0;
  }

  private TreeNode remove(TreeNode shared, byte[] rawKey, long revision) {
    TreeNode node = owned(shared, revision);
    if (node.isLeaf()) {
      int place = node.findKey(rawKey);
      contentBytes -= Row.contentBytes(node.keys[place]);
      size--;
      node.removeAt(place);
      return node;
    }
    int place = node.childForKey(rawKey);
    TreeNode child = remove(node.children[place], rawKey, revision);
    node.children[place] = child;
    if (child.count == 0) {
      node.removeAt(place);
    } else if (child.count < child.capacity() / 4) {
      join(node, place);
    }
    return node;
  }

  /** Joins the child at {@code place} with a neighbour, when the two fit well into one. */
  private void join(TreeNode parent, int place) {
    int left = place > 0 ? place - 1 : place;
    if (left + 1 >= parent.count) {
      return; // an only child
    }
    TreeNode next = parent.children[left + 1];
    if (parent.children[left].count + next.count <= next.capacity() * 3 / 4) {
      TreeNode into = owned(parent.children[left], 0);
      into.append(next, parent.keys[left + 1]);
      parent.children[left] = into;
      parent.removeAt(left + 1);
    }
  }

  private TreeNode owned(TreeNode node, long revision) {
    TreeNode mine = node.edit == edit ? node : node.copyFor(edit);
    mine.revision = Math.max(mine.revision, revision);
    return mine;
  }

  /** The map after all changes, as of {@code token}; good until this edit changes it again. */
  TreeView done(Token token) {
    return new TreeView(token, root, size, contentBytes);
  }
}
