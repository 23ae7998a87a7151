package io.widecast.store.tree;

import io.widecast.wire.ByteWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The logical map L of one head, as its owner changes it: a B+tree whose pages are shared with
 * snapshots and copied when they are changed (systems.md S2).
 *
 * <p>A page is <i>owned</i> by the head, and changed in place, exactly when its opSeq is above the
 * head's floor, the snapSeq of its parent snapshot: one comparison at each page of the path. A
 * shared one is copied to a new page under the operation's number and <i>let go</i>. Splits, merges
 * and borrowing follow the same rule for siblings. A change costs a descent, one copy in memory for
 * each page of the path in each edit, and on disk the pages that changed since the last checkpoint.
 */
public final class Tree {

  /** Told of each page that a head no longer reaches and that is not its own to free. */
  @FunctionalInterface
  public interface LetGo {
    void page(long id, long opSeq, int level, Place low);
  }

  private final Pages pages;
  private final LetGo letGo;
  private final ByteWriter scratch = new ByteWriter(2048);
  private final PageRef[] path = new PageRef[Page.LEVEL_MAX + 1]; // root first
  private final int[] indexes = new int[Page.LEVEL_MAX + 1]; // of the child taken in each
  private int depth; // of the leaf in path
  private PageRef root;
  private long floor;
  private long opSeq; // of the operation under way
  private Cell older; // than the last one put, of the same key

  /**
   * @param root null for an empty tree, which gets its first page now
   * @param floor snapSeq of the head's parent, 0 without one
   */
  public Tree(Pages pages, PageRef root, long floor, LetGo letGo) {
    this.pages = pages;
    this.letGo = letGo;
    this.floor = floor;
    this.root =
        root != null
            ? root
            : pages.allocate(LeafPage.empty(pages.newOpSeq(), pages.edit(), Place.FIRST));
  }

  public PageRef root() {
    return root;
  }

  public long floor() {
    return floor;
  }

  /** The head has another parent now. The pages made since may be changed no more. */
  public void setFloor(long snapSeq) {
    pages.beginEdit();
    floor = snapSeq;
  }

  /** Reads the newest state; for the owner. */
  public TreeReader reader() {
    return new TreeReader(pages, root, Guard.ALWAYS);
  }

  private boolean owns(Page page) {
    return page.opSeq() > floor;
  }

  // ---- descending

  private LeafPage descend(byte[] key, long revision) {
    depth = 0;
    path[0] = root;
    Page page = pages.get(root);
    while (page instanceof InnerPage inner) {
      int child = inner.find(key, revision);
      indexes[depth] = child;
      path[++depth] = inner.child(child);
      page = pages.get(path[depth]);
    }
    return (LeafPage) page;
  }

  /** Makes every page of the path changeable, from the root on. */
  private LeafPage ownPath() {
    for (int level = 0; level <= depth; level++) {
      own(level);
    }
    return (LeafPage) pages.get(path[depth]);
  }

  private void own(int level) {
    PageRef ref = path[level];
    PageRef owned = owned(ref);
    if (owned != ref) {
      path[level] = owned;
      if (level == 0) {
        root = owned;
      } else {
        inner(level - 1).setChild(indexes[level - 1], owned);
      }
    }
  }

  /** {@code ref}'s page for this edit to change: itself, a new state of it, or a copy. */
  private PageRef owned(PageRef ref) {
    Page page = pages.get(ref);
    if (page.edit == pages.edit()) {
      return ref;
    }
    if (owns(page)) {
      return pages.replace(ref, page.copy(page.opSeq(), pages.edit()));
    }
    PageRef copy = pages.allocate(page.copy(opSeq, pages.edit()));
    pages.countCopy();
    letGo.page(ref.id(), page.opSeq(), page.level(), lowOf(page));
    return copy;
  }

  private static Place lowOf(Page page) {
    return page instanceof LeafPage leaf ? leaf.low() : ((InnerPage) page).low();
  }

  private InnerPage inner(int level) {
    return (InnerPage) pages.get(path[level]);
  }

  /** Nothing of this tree reaches the page any more. */
  private void discard(PageRef ref, Page page) {
    if (owns(page)) {
      pages.free(ref.id(), page.opSeq());
    } else {
      letGo.page(ref.id(), page.opSeq(), page.level(), lowOf(page));
    }
  }

  // ---- changing

  /**
   * Puts a row; one that stands at the same place gives way and is returned, else null. {@link
   * #older} then has the row that comes right behind it, if it is of the same key.
   */
  public Cell put(Cell cell) {
    opSeq = pages.newOpSeq();
    scratch.clear();
    cell.encode(scratch);
    descend(cell.key(), cell.revision());
    LeafPage leaf = ownPath();
    int index = leaf.find(cell.key(), cell.revision());
    Cell before = null;
    if (leaf.isAt(index, cell.key(), cell.revision())) {
      before = leaf.cell(index);
      leaf.remove(index);
    }
    leaf.insert(index, scratch.unsafeArray(), 0, scratch.size());
    if (index + 1 < leaf.count()) {
      older = leaf.hasKey(index + 1, cell.key()) ? leaf.cell(index + 1) : null;
    } else {
      older = reader().find(cell.key(), cell.revision() - 1);
    }
    if (leaf.contentBytes() > LeafPage.BYTES_MAX) {
      splitLeaf(leaf, index == leaf.count() - 1);
    }
    return before;
  }

  /** The version of the key that the last {@link #put} came on top of; null when there is none. */
  public Cell older() {
    return older;
  }

  /** Removes the row at a place; null when there is none. */
  public Cell remove(byte[] key, long revision) {
    LeafPage found = descend(key, revision);
    int index = found.find(key, revision);
    if (!found.isAt(index, key, revision)) {
      return null;
    }
    opSeq = pages.newOpSeq();
    LeafPage leaf = ownPath();
    final Cell removed = leaf.cell(index);
    leaf.remove(index);
    if (leaf.contentBytes() < LeafPage.BYTES_MIN && depth > 0) {
      mergeLeaf(leaf);
    }
    return removed;
  }

  /**
   * What {@link #pruneLeaf} did.
   *
   * @param split keys of which a neighbouring leaf may hold versions too: nothing of these is gone
   * @param end where the next leaf begins; null behind the last
   */
  public record PrunedLeaf(List<Cell> removed, List<byte[]> split, Place end) {}

  /**
   * Removes from the leaf that {@code place} belongs to what nobody sees at {@code horizon} or
   * above, whatever its key: versions that another one up to there has replaced, and deletes that
   * are the last word.
   */
  public PrunedLeaf pruneLeaf(Place place, long horizon) {
    LeafPage found = descend(place.key(), place.revision());
    Place end = leafEnd();
    var indexes = new int[found.count()];
    var split = new ArrayList<byte[]>(0);
    int size = found.findPrunable(horizon, end, indexes, split);
    if (size == 0) {
      return new PrunedLeaf(List.of(), split, end);
    }
    var removed = new ArrayList<Cell>(size);
    for (int i = 0; i < size; i++) {
      removed.add(found.cell(indexes[i]));
    }
    opSeq = pages.newOpSeq();
    LeafPage leaf = ownPath();
    leaf.removeAll(indexes, size);
    if (leaf.contentBytes() < LeafPage.BYTES_MIN && depth > 0) {
      mergeLeaf(leaf);
    }
    return new PrunedLeaf(removed, split, end);
  }

  /** The first place behind the leaf of the path; null behind the last. */
  private Place leafEnd() {
    for (int level = depth - 1; level >= 0; level--) {
      InnerPage inner = inner(level);
      if (indexes[level] + 1 < inner.count()) {
        return inner.lowOf(indexes[level] + 1);
      }
    }
    return null;
  }

  // ---- splits

  private void splitLeaf(LeafPage leaf, boolean appended) {
    boolean rightmost = true;
    for (int level = 0; level < depth; level++) {
      rightmost &= indexes[level] == inner(level).count() - 1;
    }
    // Rising keys fill pages: what is appended behind everything begins a new one.
    int cut = appended && rightmost ? leaf.count() - 1 : leaf.middle();
    Place separator = leaf.separator(cut);
    LeafPage right = LeafPage.empty(opSeq, pages.edit(), separator);
    leaf.moveTail(cut, right);
    insertChild(depth, separator, pages.allocate(right));
  }

  /** Puts {@code right}, which begins at {@code place}, behind the page at {@code level}. */
  private void insertChild(int level, Place place, PageRef right) {
    if (level == 0) {
      PageRef left = root;
      int height = pages.get(left).level() + 1;
      InnerPage top = InnerPage.of(height, opSeq, pages.edit(), left, Place.FIRST);
      top.insertBehind(0, place, right);
      root = pages.allocate(top);
      return;
    }
    InnerPage parent = inner(level - 1);
    parent.insertBehind(indexes[level - 1], place, right);
    if (parent.contentBytes() > InnerPage.BYTES_MAX || parent.count() > InnerPage.CHILDREN_MAX) {
      splitInner(level - 1, parent);
    }
  }

  private void splitInner(int level, InnerPage page) {
    if (page.count() < InnerPage.SPLIT_MIN) {
      return; // as small as it gets with keys this long
    }
    int cut = page.middle();
    Place separator = page.lowOf(cut);
    InnerPage right = InnerPage.of(page.level(), opSeq, pages.edit(), page.child(cut), separator);
    page.moveTail(cut, right);
    insertChild(level, separator, pages.allocate(right));
  }

  // ---- merges

  private void mergeLeaf(LeafPage leaf) {
    InnerPage parent = inner(depth - 1);
    int index = indexes[depth - 1];
    if (parent.count() == 1) {
      return;
    }
    int leftIndex = index > 0 ? index - 1 : 0;
    PageRef siblingRef = parent.child(index > 0 ? index - 1 : 1);
    LeafPage sibling = (LeafPage) pages.get(siblingRef);
    if (leaf.contentBytes() + sibling.contentBytes() <= LeafPage.BYTES_MAX * 3 / 4) {
      if (index > 0) {
        PageRef left = owned(siblingRef);
        parent.setChild(leftIndex, left);
        leaf.moveHead(leaf.count(), (LeafPage) pages.get(left));
        discard(path[depth], leaf);
      } else {
        copyOf(sibling).moveHead(sibling.count(), leaf);
        discard(siblingRef, sibling);
      }
      parent.remove(leftIndex + 1);
      shrink(depth - 1);
    } else {
      PageRef other = owned(siblingRef);
      parent.setChild(index > 0 ? index - 1 : 1, other);
      LeafPage neighbour = (LeafPage) pages.get(other);
      LeafPage left = index > 0 ? neighbour : leaf;
      LeafPage right = index > 0 ? leaf : neighbour;
      balance(left, right);
      Place separator = boundary(left, right);
      right.setLow(separator);
      parent.setSeparator(leftIndex + 1, separator);
      if (parent.contentBytes() > InnerPage.BYTES_MAX) {
        splitInner(depth - 1, parent);
      }
    }
  }

  private LeafPage copyOf(LeafPage page) {
    return page.copy(page.opSeq(), pages.edit());
  }

  /** Borrows: moves rows until both pages hold about the same. */
  private void balance(LeafPage left, LeafPage right) {
    if (left.contentBytes() > right.contentBytes()) {
      LeafPage behind = LeafPage.empty(right.opSeq(), pages.edit(), right.low());
      left.moveTail(cutFor(left, (left.contentBytes() + right.contentBytes()) / 2), behind);
      right.prepend(behind);
    } else {
      int bytes = (left.contentBytes() + right.contentBytes()) / 2 - left.contentBytes();
      right.moveHead(cutFor(right, bytes), left);
    }
  }

  private static int cutFor(LeafPage page, int bytes) {
    return Math.max(1, Math.min(page.count() - 1, page.countWithin(bytes)));
  }

  private static Place boundary(LeafPage left, LeafPage right) {
    return LeafPage.separator(left.place(left.count() - 1), right.place(0));
  }

  /**
   * Gives an inner page with one child another one of its neighbour: a leaf without a sibling would
   * have none to merge with, and stay when it is empty.
   */
  private void borrow(int level, int leftIndex) {
    InnerPage parent = inner(level - 1);
    PageRef leftRef = owned(parent.child(leftIndex));
    parent.setChild(leftIndex, leftRef);
    PageRef rightRef = owned(parent.child(leftIndex + 1));
    parent.setChild(leftIndex + 1, rightRef);
    InnerPage left = (InnerPage) pages.get(leftRef);
    InnerPage right = (InnerPage) pages.get(rightRef);
    if (left.count() == 1) {
      Place place = right.low();
      left.insertBehind(0, place, right.removeFirst());
    } else {
      int last = left.count() - 1;
      right.insertFirst(left.lowOf(last), left.child(last));
      left.remove(last);
    }
    parent.setSeparator(leftIndex + 1, right.low());
    if (parent.contentBytes() > InnerPage.BYTES_MAX) {
      splitInner(level - 1, parent);
    }
  }

  /** A child of the page at {@code level} is gone: it may be too small now. */
  private void shrink(int level) {
    InnerPage page = inner(level);
    if (level == 0) {
      if (page.count() == 1) {
        PageRef child = page.child(0);
        PageRef old = root;
        root = child;
        discard(old, page);
      }
      return;
    }
    InnerPage parent = inner(level - 1);
    if (page.contentBytes() >= InnerPage.BYTES_MIN || parent.count() == 1) {
      return;
    }
    int index = indexes[level - 1];
    int leftIndex = index > 0 ? index - 1 : 0;
    PageRef leftRef = parent.child(leftIndex);
    PageRef rightRef = parent.child(leftIndex + 1);
    InnerPage left = (InnerPage) pages.get(leftRef);
    InnerPage right = (InnerPage) pages.get(rightRef);
    Place place = parent.lowOf(leftIndex + 1);
    int together = left.contentBytes() + right.contentBytes() + place.key().length + 8;
    if (together > InnerPage.BYTES_MAX * 3 / 4
        || left.count() + right.count() > InnerPage.CHILDREN_MAX) {
      if (page.count() == 1) {
        borrow(level, leftIndex);
      }
      return; // too small a page does no harm where its neighbour is large
    }
    PageRef owned = owned(leftRef);
    parent.setChild(leftIndex, owned);
    ((InnerPage) pages.get(owned)).absorb(right, place);
    discard(rightRef, right);
    parent.remove(leftIndex + 1);
    shrink(level - 1);
  }
}
