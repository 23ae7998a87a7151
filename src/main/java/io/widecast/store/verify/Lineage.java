package io.widecast.store.verify;

import io.widecast.store.container.Container;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.PageRef;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The trees to walk and how they descend from each other, as of one moment, parents first (S4 step
 * 1). A row without a whole tree is a {@link Window} between its children and the nearest whole
 * ancestor. What becomes of rows later makes no difference: the trees are held.
 */
final class Lineage {

  /** A whole tree. */
  static final class Tree {
    final String label;
    final PageRef root;
    final long snapSeq;
    final long minVba;
    final long keys;
    final long contentBytes;
    final Tree parent; // the nearest whole ancestor; null for none
    final List<Window> windows; // between the two, the nearest first
    int childrenLeft; // whose parent this is, still to be walked
    NodeMap nodes = new NodeMap(); // null once nobody needs it
    boolean incomplete; // something in it could not be read or did not belong

    private Tree(String label, SnapshotRow row, Tree parent, List<Window> windows) {
      this.label = label;
      this.root = row.root();
      this.snapSeq = row.snapSeq();
      this.minVba = row.minVba();
      this.keys = row.keys();
      this.contentBytes = row.contentBytes();
      this.parent = parent;
      this.windows = windows;
    }

    /** Pages up to here are shared with the parent. */
    long parentSnapSeq() {
      return parent == null ? 0 : parent.snapSeq;
    }

    /** Pages above this are this tree's alone. */
    long floor() {
      return windows.isEmpty() ? parentSnapSeq() : windows.get(0).toSeq;
    }

    /** Blocks below this are shared with the parent. */
    long parentVba() {
      return windows.isEmpty() ? minVba : windows.get(windows.size() - 1).fromVba;
    }

    /** The window that a page's number lies in; null for none. */
    Window windowOf(long opSeq) {
      for (Window window : windows) {
        if (opSeq > window.fromSeq && opSeq <= window.toSeq) {
          return window;
        }
      }
      return null;
    }
  }

  /** What belongs to a ghost, or to a row that is being deleted. */
  static final class Window {
    final long fromSeq; // excluded
    final long toSeq; // included
    final long fromVba;
    final List<Tree> walked = new ArrayList<>(); // trees that lie under it and are done
    int treesLeft;
    NodeMap nodes = new NodeMap();

    private Window(long fromSeq, long toSeq, long fromVba) {
      this.fromSeq = fromSeq;
      this.toSeq = toSeq;
      this.fromVba = fromVba;
    }
  }

  private final Container.Hold hold;
  private final TreeMap<Long, SnapshotRow> rows;
  private final TreeMap<Long, Tree> trees = new TreeMap<>();
  private final TreeMap<Long, Window> windows = new TreeMap<>();
  private final List<Tree> order = new ArrayList<>();

  /**
   * @param rows of a sound forest; see {@link ForestCheck}
   */
  private Lineage(Container.Hold hold, TreeMap<Long, SnapshotRow> rows) {
    this.hold = hold;
    this.rows = rows;
  }

  /** The held trees, parents before children. */
  static List<Tree> of(Container.Hold hold, TreeMap<Long, SnapshotRow> rows) {
    var lineage = new Lineage(hold, rows);
    for (SnapshotRow row : hold.rows()) {
      lineage.tree(row);
    }
    return lineage.order;
  }

  private Tree tree(SnapshotRow row) {
    Tree known = trees.get(row.id());
    if (known != null) {
      return known;
    }
    var between = new ArrayList<Window>();
    SnapshotRow above = rows.get(row.parent());
    while (above != null && !above.state().holds()) {
      between.add(window(above));
      above = rows.get(above.parent());
    }
    Tree parent = above == null ? null : tree(above);
    var tree = new Tree(hold.label(row), row, parent, between);
    if (parent != null) {
      parent.childrenLeft++;
    }
    between.forEach(window -> window.treesLeft++);
    trees.put(row.id(), tree);
    order.add(tree);
    return tree;
  }

  private Window window(SnapshotRow row) {
    return windows.computeIfAbsent(
        row.id(),
        any -> {
          SnapshotRow above = rows.get(row.parent());
          return new Window(above == null ? 0 : above.snapSeq(), row.snapSeq(), row.minVba());
        });
  }

  /** {@code tree} is done: drops what nobody needs any more (S4 step 6). */
  static void done(Tree tree) {
    if (tree.parent != null && --tree.parent.childrenLeft == 0) {
      tree.parent.nodes = null;
    }
    for (Window window : tree.windows) {
      window.walked.add(tree);
      if (--window.treesLeft == 0) {
        window.nodes = null;
      }
    }
    if (tree.childrenLeft == 0) {
      tree.nodes = null;
    }
  }
}
