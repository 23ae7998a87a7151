package io.widecast.store.verify;

import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;
import io.widecast.store.verify.Lineage.Tree;
import io.widecast.store.verify.Lineage.Window;
import io.widecast.store.verify.NodeMap.Node;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Walks one tree in key order and judges each page by its number (S4 steps 2 to 4): shared with the
 * parent, then it is looked up there and its subtree is passed over unread; in the window of a
 * ghost, then the first sister checks it and the others must have it so; else owned, then it is
 * read and checked.
 *
 * <p>Costs a read for each page that no tree before has shown, and memory for the pages of trees
 * that others still have to be compared with. A step is one page read, or some hundreds of records
 * copied.
 */
final class TreeWalk {

  private static final int COPIES_PER_STEP = 512;

  private final Scope scope;
  private final Tree tree;
  private final ExtentCheck extents;
  private final ArrayDeque<Frame> path = new ArrayDeque<>(); // the root last
  private final ArrayDeque<Long> toCopy = new ArrayDeque<>();
  private Sum total;
  private boolean started;

  /** An inner page whose children are being met. */
  private static final class Frame {
    final long id;
    final Pages.Inspection page;
    final List<PageRef> children;
    final Place high;
    final Window window;
    int next;
    Sum sum = Sum.EMPTY;

    Frame(Pages.Inspection page, List<PageRef> children, Place high, Window window) {
      this.id = page.id();
      this.page = page;
      this.children = children;
      this.high = high;
      this.window = window;
    }
  }

  TreeWalk(Scope scope, Tree tree) {
    this.scope = scope;
    this.tree = tree;
    this.extents = new ExtentCheck(scope, tree);
  }

  /** Whether there is more to do. */
  boolean step() {
    if (!started) {
      started = true;
      meet(tree.root, Place.FIRST, null, -1);
      return true;
    }
    if (!toCopy.isEmpty()) {
      copySome();
      return true;
    }
    Frame top = path.peek();
    if (top == null) {
      finish();
      return false;
    }
    if (top.next == top.children.size()) {
      path.pop();
      long[] ids = top.children.stream().mapToLong(PageRef::id).toArray();
      met(
          top.id,
          new Node(top.page.opSeq(), top.page.level(), top.page.low(), top.high, ids, top.sum),
          top.window);
      return true;
    }
    int index = top.next++;
    Place high = index + 1 < top.children.size() ? top.page.lows().get(index + 1) : top.high;
    meet(top.children.get(index), top.page.lows().get(index), high, top.page.level() - 1);
    return true;
  }

  private String where(long id, Place low, Place high) {
    return tree.label + ", page " + id + ", " + Scope.range(low, high);
  }

  /** A page comes into sight, with what its parent says of it; level -1 for a root. */
  private void meet(PageRef ref, Place low, Place high, int level) {
    long opSeq = scope.pages.opSeq(ref.id());
    if (opSeq == 0) {
      unknown(AlarmKind.MISSING_PAGE, where(ref.id(), low, high), "is not allocated");
      return;
    }
    Window window = tree.windowOf(opSeq);
    NodeMap others = window != null ? window.nodes : null;
    if (opSeq <= tree.parentSnapSeq()) {
      others = tree.parent.nodes;
    }
    Node known = others == null ? null : others.find(ref.id());
    if (known != null) {
      if (!known.fits(opSeq, level, low, high)) {
        unknown(
            AlarmKind.LOST_OR_FORGED,
            where(ref.id(), low, high),
            "the other tree has it at level " + known.level() + " for " + range(known));
      } else {
        share(ref.id(), known);
      }
    } else if (opSeq <= tree.parentSnapSeq() && !tree.parent.incomplete) {
      unknown(
          AlarmKind.LOST_OR_FORGED,
          where(ref.id(), low, high),
          "of operation " + opSeq + ", and " + tree.parent.label + " does not have it");
    } else if (!scope.checked.add(ref.id())) {
      if (opSeq > tree.parentSnapSeq()) {
        unknown(
            AlarmKind.SHARED_BUT_NEW,
            where(ref.id(), low, high),
            "of operation " + opSeq + ", above " + tree.floor() + ", and reached before");
      } else {
        tree.incomplete = true; // the parent lost sight of it, and was told of
      }
    } else {
      check(ref, opSeq, low, high, level, window);
    }
  }

  private static String range(Node node) {
    return Scope.range(node.low(), node.high());
  }

  private void unknown(AlarmKind kind, String where, String detail) {
    scope.alarms.raise(kind, where, detail);
    unread();
  }

  private void unread() {
    tree.incomplete = true;
    scope.unread = true;
  }

  // ---- full checks

  private void check(PageRef ref, long opSeq, Place low, Place high, int level, Window window) {
    String where = where(ref.id(), low, high);
    Pages.Inspection page = scope.inspect(ref, where);
    if (page == null) {
      unread();
      return;
    }
    if (page.isMap() || level >= 0 && page.level() != level) {
      String found = page.isMap() ? "of the middle map" : "at level " + page.level();
      unknown(AlarmKind.PAGE_LEVEL, where, "is " + found + " instead of level " + level);
      return;
    }
    if (page.opSeq() != opSeq || opSeq > tree.snapSeq) {
      scope.alarms.raise(
          AlarmKind.PAGE_NUMBER,
          where,
          "of operation " + page.opSeq() + ", in the table " + opSeq + ", tree " + tree.snapSeq);
    }
    if (!page.fault().isEmpty()) {
      unknown(AlarmKind.PAGE_ORDER, where, page.fault());
      return;
    }
    checkRange(page, where, low, high);
    if (page.overfull()) {
      scope.alarms.raise(AlarmKind.PAGE_FILL, where, page.contentBytes() + " bytes");
    }
    if (page.level() > 0) {
      path.push(new Frame(page, scope.pages.children(ref, Guard.ALWAYS), high, window));
      return;
    }
    for (Cell cell : page.cells()) {
      extents.check(cell);
    }
    Node leaf = new Node(opSeq, 0, page.low(), high, new long[0], Sum.of(page.cells()));
    met(ref.id(), leaf, window);
  }

  private void checkRange(Pages.Inspection page, String where, Place low, Place high) {
    List<Cell> cells = page.cells();
    List<Place> lows = page.lows();
    Place last = lows.isEmpty() ? page.low() : lows.get(lows.size() - 1);
    if (!cells.isEmpty()) {
      last = cells.get(cells.size() - 1).place();
    }
    if (!page.low().equals(low) || high != null && last.compareTo(high) >= 0) {
      scope.alarms.raise(
          AlarmKind.PAGE_RANGE, where, "begins at " + page.low() + " and goes on to " + last);
    }
  }

  // ---- what was met

  private boolean isWanted() {
    return tree.childrenLeft > 0;
  }

  /** A page is done, with all below it. */
  private void met(long id, Node node, Window window) {
    add(node.sum());
    if (isWanted() && tree.nodes.put(id, node)) {
      scope.counted(1);
    }
    if (window != null && window.treesLeft > 1 && window.nodes.put(id, node)) {
      scope.counted(1);
    }
  }

  private void add(Sum sum) {
    if (path.isEmpty()) {
      total = sum;
    } else {
      path.peek().sum = path.peek().sum.plus(sum);
    }
  }

  private void share(long id, Node node) {
    add(node.sum());
    if (isWanted()) {
      toCopy.add(id);
    }
  }

  private void copySome() {
    for (int i = 0; i < COPIES_PER_STEP && !toCopy.isEmpty(); i++) {
      long id = toCopy.remove();
      Node node = find(id);
      if (node != null && tree.nodes.put(id, node)) {
        scope.counted(1);
        for (long child : node.children()) {
          toCopy.add(child);
        }
      }
    }
  }

  /** In the parent's map, or in that of a ghost between; null where something was not read. */
  private Node find(long id) {
    Node node = tree.parent == null ? null : tree.parent.nodes.find(id);
    for (int i = 0; node == null && i < tree.windows.size(); i++) {
      node = tree.windows.get(i).nodes.find(id);
    }
    if (node == null) {
      tree.incomplete = true;
    }
    return node;
  }

  private void finish() {
    if (!tree.incomplete && (total.keys() != tree.keys || total.bytes() != tree.contentBytes)) {
      scope.alarms.raise(
          AlarmKind.TREE_COUNT,
          tree.label,
          total.keys()
              + " keys and "
              + total.bytes()
              + " bytes, its row says "
              + tree.keys
              + " and "
              + tree.contentBytes);
    }
    int before = tree.nodes.size() + (tree.parent == null ? 0 : tree.parent.nodes.size());
    for (Window window : tree.windows) {
      before += window.nodes.size();
    }
    Lineage.done(tree);
    int after = size(tree.nodes) + (tree.parent == null ? 0 : size(tree.parent.nodes));
    for (Window window : tree.windows) {
      after += size(window.nodes);
    }
    scope.counted(after - before);
  }

  private static int size(NodeMap nodes) {
    return nodes == null ? 0 : nodes.size();
  }
}
