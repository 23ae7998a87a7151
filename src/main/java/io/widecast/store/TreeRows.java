package io.widecast.store;

import io.widecast.store.redo.Row;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Walks the rows of a tree by rising key, and past every subtree without a change it looks for. */
final class TreeRows implements Iterator<byte[]> {

  private final long afterRevision;
  private TreeNode[] path = new TreeNode[8];
  private int[] places = new int[8]; // of the child or row to visit next, in each node of the path
  private int depth;
  private byte[] next;

  /**
   * @param from the first key, empty for all
   * @param afterRevision only rows of higher revisions; 0 for all
   */
  TreeRows(TreeNode root, byte[] from, long afterRevision) {
    this.afterRevision = afterRevision;
    TreeNode node = root;
    while (!node.isLeaf()) {
      int place = node.childForKey(from);
      push(node, place + 1);
      node = node.children[place];
    }
    int place = node.findKey(from);
    push(node, place >= 0 ? place : -place - 1);
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public byte[] next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    byte[] row = next;
    advance();
    return row;
  }

  private void advance() {
    while (depth > 0) {
      TreeNode node = path[depth - 1];
      int place = places[depth - 1]++;
      if (place >= node.count) {
        depth--;
      } else if (!node.isLeaf()) {
        TreeNode child = node.children[place];
        if (child.revision > afterRevision) {
          push(child, 0);
        }
      } else if (afterRevision == 0 || Row.revision(node.keys[place]) > afterRevision) {
        next = node.keys[place];
        return;
      }
    }
    next = null;
  }

  private void push(TreeNode node, int place) {
    if (depth == path.length) {
      path = Arrays.copyOf(path, depth * 2);
      places = Arrays.copyOf(places, depth * 2);
    }
    path[depth] = node;
    places[depth++] = place;
  }
}
