package io.widecast.store.tree;

import java.util.Arrays;

/**
 * The middle map M of one store: VBA to PBA, shared by all trees, changed in place. So a block can
 * move without a snapshot being touched (systems.md 0.2).
 *
 * <p>VBAs are handed out rising, so new entries go to the right end and fill their leaves. The
 * owner changes it; {@link #find} is for any thread.
 */
public final class MiddleMap {

  private final Pages pages;
  private final PageRef[] path = new PageRef[Page.LEVEL_MAX + 1];
  private final int[] indexes = new int[Page.LEVEL_MAX + 1];
  private int depth;
  private PageRef root;
  private long opSeq;
  private long size;
  private long leafBatches; // times a leaf was changed by a removal

  /**
   * @param root null for an empty map, which gets its first page now
   */
  public MiddleMap(Pages pages, PageRef root, long size) {
    this.pages = pages;
    this.size = size;
    this.root =
        root != null
            ? root
            : pages.allocate(new MapLeaf(pages.newOpSeq(), pages.edit(), MapLeaf.ENTRIES_MAX, 0));
  }

  public PageRef root() {
    return root;
  }

  /** How many blocks it holds. */
  public long size() {
    return size;
  }

  /** How many changes of a leaf the removals so far have taken. */
  public long leafBatches() {
    return leafBatches;
  }

  /** The address of a block, 0 when it holds none. */
  public static long find(Pages pages, PageRef root, Guard guard, long vba) {
    Page page = pages.read(root, guard);
    while (page instanceof MapInner inner) {
      page = inner.checkedChild(pages.read(inner.children[inner.find(vba)], guard));
    }
    MapLeaf leaf = (MapLeaf) page;
    int index = leaf.find(vba);
    return index >= 0 ? leaf.pbas[index] : 0;
  }

  /**
   * As {@link #find} for many: {@code pbas[i]} becomes the address of {@code vbas[i]}. They go down
   * the levels together, so that the processor waits for the memory of several at a time.
   *
   * @param count how many of the VBAs; the arrays may be longer
   */
  public static void findAll(
      Pages pages, PageRef root, Guard guard, long[] vbas, int count, long[] pbas) {
    if (count == 0) {
      return;
    }
    var refs = new PageRef[count];
    var found = new Page[count];
    Arrays.fill(found, pages.read(root, guard));
    while (found[0] instanceof MapInner above) { // all leaves are at one level
      for (int i = 0; i < count; i++) {
        MapInner inner = (MapInner) found[i];
        refs[i] = inner.children[inner.find(vbas[i])];
      }
      for (int i = 0; i < count; i++) {
        found[i] = pages.read(refs[i], guard);
      }
      for (int i = 0; i < count; i++) {
        above.checkedChild(found[i]);
      }
    }
    var indexes = new int[count];
    for (int i = 0; i < count; i++) {
      indexes[i] = ((MapLeaf) found[i]).find(vbas[i]);
    }
    for (int i = 0; i < count; i++) {
      pbas[i] = indexes[i] >= 0 ? ((MapLeaf) found[i]).pbas[indexes[i]] : 0;
    }
  }

  /** For the owner. */
  public long find(long vba) {
    return find(pages, root, Guard.ALWAYS, vba);
  }

  private MapLeaf descend(long vba) {
    depth = 0;
    path[0] = root;
    Page page = pages.get(root);
    while (page instanceof MapInner inner) {
      int child = inner.find(vba);
      indexes[depth] = child;
      path[++depth] = inner.children[child];
      page = pages.get(path[depth]);
    }
    return (MapLeaf) page;
  }

  private MapLeaf ownPath() {
    for (int level = 0; level <= depth; level++) {
      PageRef ref = path[level];
      Page page = pages.get(ref);
      if (page.edit != pages.edit()) {
        path[level] = pages.replace(ref, page.copy(page.opSeq(), pages.edit()));
        if (level == 0) {
          root = path[0];
        } else {
          inner(level - 1).children[indexes[level - 1]] = path[level];
        }
      }
    }
    return (MapLeaf) pages.get(path[depth]);
  }

  private MapInner inner(int level) {
    return (MapInner) pages.get(path[level]);
  }

  /** Enters a block; what stood there gives way. */
  public void put(long vba, long pba) {
    descend(vba);
    MapLeaf leaf = ownPath();
    int index = leaf.find(vba);
    if (index >= 0) {
      leaf.pbas[index] = pba;
      return;
    }
    opSeq = pages.nextOpSeq();
    int at = -index - 1;
    if (leaf.count == MapLeaf.ENTRIES_MAX) {
      opSeq = pages.newOpSeq();
      boolean last = at == leaf.count;
      int cut = last ? leaf.count : leaf.count / 2;
      long low = last ? vba : leaf.vbas[cut];
      MapLeaf right = new MapLeaf(opSeq, pages.edit(), MapLeaf.ENTRIES_MAX, low);
      leaf.moveTail(cut, right);
      if (at > cut || last) {
        right.insert(at - cut, vba, pba);
      } else {
        leaf.insert(at, vba, pba);
      }
      insertChild(depth, low, pages.allocate(right));
    } else {
      leaf.insert(at, vba, pba);
    }
    size++;
  }

  private void insertChild(int level, long low, PageRef right) {
    if (level == 0) {
      MapInner top = new MapInner(pages.get(root).level() + 1, opSeq, pages.edit(), 8);
      top.insert(0, 0, root);
      top.insert(1, low, right);
      root = pages.allocate(top);
      return;
    }
    MapInner parent = inner(level - 1);
    int index = indexes[level - 1] + 1;
    parent.insert(index, low, right);
    if (parent.count > MapInner.CHILDREN_MAX) {
      boolean last = index == parent.count - 1;
      int cut = last ? parent.count - 1 : parent.count / 2;
      MapInner next = new MapInner(parent.level(), opSeq, pages.edit(), parent.count - cut + 8);
      long nextLow = parent.lows[cut];
      parent.moveTail(cut, next);
      insertChild(level - 1, nextLow, pages.allocate(next));
    }
  }

  /** Points a block to where it has been copied, if it still stands where it was copied from. */
  public boolean compareAndSet(long vba, long expected, long pba) {
    MapLeaf found = descend(vba);
    int index = found.find(vba);
    if (index < 0 || found.pbas[index] != expected) {
      return false;
    }
    ownPath().pbas[index] = pba;
    return true;
  }

  /** Removes one block; its address, 0 when it holds none. */
  public long remove(long vba) {
    long[] removed = new long[1];
    return removeBatch(new long[] {vba}, 0, 1, removed) == 1 ? removed[0] : 0;
  }

  /**
   * Removes what of {@code vbas[from..to)}, sorted, lies in the leaf of the first of them: one
   * micro-batch of systems.md S3.
   *
   * @param pbas gets the address of each that was held, 0 for others
   * @return how many of them were dealt with
   */
  public int removeBatch(long[] vbas, int from, int to, long[] pbas) {
    MapLeaf found = descend(vbas[from]);
    long end = leafEnd();
    int last = from;
    boolean any = false;
    while (last < to && vbas[last] < end) {
      any |= found.find(vbas[last]) >= 0;
      last++;
    }
    if (!any) {
      Arrays.fill(pbas, from, last, 0);
      return last - from;
    }
    MapLeaf leaf = ownPath();
    leafBatches++;
    if (last - from == 1) {
      int index = leaf.find(vbas[from]);
      pbas[from] = leaf.pbas[index];
      leaf.remove(index);
      size--;
    } else {
      sweep(leaf, vbas, from, last, pbas);
    }
    if (leaf.count < MapLeaf.ENTRIES_MIN && depth > 0) {
      merge(leaf);
    }
    return last - from;
  }

  private void sweep(MapLeaf leaf, long[] vbas, int from, int to, long[] pbas) {
    int kept = 0;
    int next = from;
    for (int i = 0; i < leaf.count; i++) {
      while (next < to && vbas[next] < leaf.vbas[i]) {
        pbas[next++] = 0;
      }
      if (next < to && vbas[next] == leaf.vbas[i]) {
        pbas[next++] = leaf.pbas[i];
        size--;
      } else {
        leaf.vbas[kept] = leaf.vbas[i];
        leaf.pbas[kept++] = leaf.pbas[i];
      }
    }
    Arrays.fill(pbas, next, to, 0);
    leaf.count = kept;
  }

  /** The first VBA behind the leaf of the path. */
  private long leafEnd() {
    for (int level = depth - 1; level >= 0; level--) {
      MapInner inner = inner(level);
      if (indexes[level] + 1 < inner.count) {
        return inner.lows[indexes[level] + 1];
      }
    }
    return Long.MAX_VALUE;
  }

  private void merge(MapLeaf leaf) {
    MapInner parent = inner(depth - 1);
    int index = indexes[depth - 1];
    if (parent.count == 1) {
      return;
    }
    int left = index > 0 ? index - 1 : 0;
    PageRef otherRef = parent.children[index > 0 ? index - 1 : 1];
    MapLeaf other = (MapLeaf) pages.get(otherRef);
    if (leaf.count > 0 && leaf.count + other.count > MapLeaf.ENTRIES_MAX * 3 / 4) {
      return; // an empty one goes beside a full one too: nothing is ever put there again
    }
    PageRef gone;
    if (index > 0) {
      PageRef owned = owned(otherRef);
      parent.children[left] = owned;
      leaf.moveTail(0, (MapLeaf) pages.get(owned));
      gone = path[depth];
    } else {
      other.copy(other.opSeq(), pages.edit()).moveTail(0, leaf);
      gone = otherRef;
    }
    pages.free(gone.id(), pages.get(gone).opSeq());
    parent.remove(left + 1);
    shrink(depth - 1);
  }

  /** Gives an inner page with one child another, so that its leaf has one to merge with. */
  private void borrow(MapInner parent, int left) {
    parent.children[left] = owned(parent.children[left]);
    parent.children[left + 1] = owned(parent.children[left + 1]);
    MapInner first = (MapInner) pages.get(parent.children[left]);
    MapInner second = (MapInner) pages.get(parent.children[left + 1]);
    if (first.count == 1) {
      first.insert(1, second.lows[0], second.children[0]);
      second.remove(0);
    } else {
      int last = first.count - 1;
      second.insert(0, first.lows[last], first.children[last]);
      first.remove(last);
    }
    parent.lows[left + 1] = second.lows[0];
  }

  private PageRef owned(PageRef ref) {
    Page page = pages.get(ref);
    return page.edit == pages.edit()
        ? ref
        : pages.replace(ref, page.copy(page.opSeq(), pages.edit()));
  }

  private void shrink(int level) {
    MapInner page = inner(level);
    if (level == 0) {
      if (page.count == 1) {
        PageRef old = root;
        root = page.children[0];
        pages.free(old.id(), page.opSeq());
      }
      return;
    }
    MapInner parent = inner(level - 1);
    if (page.count >= MapInner.CHILDREN_MIN || parent.count == 1) {
      return;
    }
    int left = Math.max(0, indexes[level - 1] - 1);
    PageRef leftRef = parent.children[left];
    PageRef rightRef = parent.children[left + 1];
    MapInner first = (MapInner) pages.get(leftRef);
    MapInner second = (MapInner) pages.get(rightRef);
    if (first.count + second.count > MapInner.CHILDREN_MAX * 3 / 4) {
      if (page.count == 1) {
        borrow(parent, left);
      }
      return;
    }
    PageRef owned = owned(leftRef);
    parent.children[left] = owned;
    second.copy(second.opSeq(), pages.edit()).moveTail(0, (MapInner) pages.get(owned));
    pages.free(rightRef.id(), second.opSeq());
    parent.remove(left + 1);
    shrink(level - 1);
  }
}
