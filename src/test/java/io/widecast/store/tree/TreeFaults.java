package io.widecast.store.tree;

import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Plants faults in pages, with all checksums right: the next checkpoint writes them. */
public final class TreeFaults {

  private TreeFaults() {}

  private static Page copy(Pages pages, PageRef ref) {
    Page page = pages.get(ref);
    Page copy = page.copy(page.opSeq(), pages.edit());
    put(pages, ref, copy);
    return copy;
  }

  private static void put(Pages pages, PageRef ref, Page page) {
    pages.replace(ref, page);
    ref.hold(page);
  }

  /** All inner pages of the tree at {@code root}, or all leaves. */
  public static List<PageRef> pagesOf(Pages pages, PageRef root, boolean inner) {
    var found = new ArrayList<PageRef>();
    Page page = pages.get(root);
    if (page.level() > 0 == inner) {
      found.add(root);
    }
    for (PageRef child : pages.children(root, Guard.ALWAYS)) {
      found.addAll(pagesOf(pages, child, inner));
    }
    return found;
  }

  public static int childCount(Pages pages, PageRef ref) {
    return pages.children(ref, Guard.ALWAYS).size();
  }

  /** Not the first one. */
  public static void dropChild(Pages pages, PageRef ref, int index) {
    Page page = copy(pages, ref);
    if (page instanceof InnerPage inner) {
      inner.remove(index);
    } else {
      ((MapInner) page).remove(index);
    }
  }

  public static void redirect(Pages pages, PageRef ref, int index, long id) {
    Page page = copy(pages, ref);
    PageRef child = new PageRef(id, pages.get(pages.ref(id)));
    if (page instanceof InnerPage inner) {
      inner.setChild(index, child);
    } else {
      ((MapInner) page).children[index] = child;
    }
  }

  public static void swapChildren(Pages pages, PageRef ref, int a, int b) {
    InnerPage page = (InnerPage) copy(pages, ref);
    PageRef child = page.child(a);
    page.setChild(a, page.child(b));
    page.setChild(b, child);
  }

  public static void setSeparator(Pages pages, PageRef ref, int index, Place place) {
    ((InnerPage) copy(pages, ref)).setSeparator(index, place);
  }

  public static void setLow(Pages pages, PageRef leaf, Place low) {
    ((LeafPage) copy(pages, leaf)).setLow(low);
  }

  public static void setLevel(Pages pages, PageRef ref, int level) {
    var out = new ByteWriter(8192);
    pages.get(ref).encode(out);
    byte[] bytes = out.toArray();
    bytes[1] = (byte) level;
    try {
      put(pages, ref, Page.decode(bytes));
    } catch (WireException e) {
      throw new AssertionError(e);
    }
  }

  public static void setOpSeq(Pages pages, PageRef ref, long opSeq) {
    put(pages, ref, pages.get(ref).copy(opSeq, pages.edit()));
  }

  /** Changes a number in the page table alone. */
  public static void setTableOpSeq(Pages pages, long id, long opSeq) {
    Pages.Frozen frozen = pages.freeze();
    frozen.opSeqs()[(int) id] = opSeq;
    pages.recover(frozen.pbas(), frozen.opSeqs(), pages.nextOpSeq());
  }

  public static void setTablePba(Pages pages, long id, long pba) {
    Pages.Frozen frozen = pages.freeze();
    frozen.pbas()[(int) id] = pba;
    pages.recover(frozen.pbas(), frozen.opSeqs(), pages.nextOpSeq());
  }

  public static List<Cell> cells(Pages pages, PageRef leaf) {
    return pages.inspect(leaf, Guard.ALWAYS).cells();
  }

  public static void removeCell(Pages pages, PageRef leaf, int index) {
    ((LeafPage) copy(pages, leaf)).remove(index);
  }

  /** Puts a cell before {@code index}, wherever it belongs. */
  public static void insertCell(Pages pages, PageRef leaf, int index, Cell cell) {
    var out = new ByteWriter(2048);
    cell.encode(out);
    ((LeafPage) copy(pages, leaf)).insert(index, out.unsafeArray(), 0, out.size());
  }

  public static void changeCell(Pages pages, PageRef leaf, int index, Function<Cell, Cell> change) {
    Cell cell = cells(pages, leaf).get(index);
    removeCell(pages, leaf, index);
    insertCell(pages, leaf, index, change.apply(cell));
  }

  public static Cell withVba(Cell cell, long vba) {
    return new Cell(
        cell.key(),
        cell.token(),
        cell.kind(),
        cell.createRevision(),
        cell.version(),
        cell.expiresAtMillis(),
        cell.length(),
        cell.front(),
        vba);
  }

  /** Enters a block behind the map's back. */
  public static void addMapEntry(Pages pages, PageRef leaf, long vba, long pba) {
    MapLeaf page = (MapLeaf) copy(pages, leaf);
    page.insert(page.count, vba, pba);
  }

  /** The last entry is of another block. */
  public static void setLastMapVba(Pages pages, PageRef leaf, long vba) {
    MapLeaf page = (MapLeaf) copy(pages, leaf);
    page.vbas[page.count - 1] = vba;
  }

  public static void doubleMapEntry(Pages pages, PageRef leaf) {
    MapLeaf page = (MapLeaf) copy(pages, leaf);
    page.vbas[1] = page.vbas[0];
  }

  /** A page that no tree has. */
  public static void allocate(Pages pages) {
    pages.allocate(LeafPage.empty(pages.newOpSeq(), pages.edit(), Place.FIRST));
  }
}
