package io.widecast.store.tree;

/**
 * Walks the rows of one logical map by rising place. Holds a leaf at a time and finds the next one
 * from the root, so that nothing needs to be held still between two rows but the root.
 *
 * <p>For one thread; on any, with the right {@link Guard}.
 */
final class LeafCursor {

  private final Pages pages;
  private final Guard guard;
  private PageRef root;
  private LeafPage leaf;
  private int index;
  private Place end; // where the next leaf begins; null behind the last

  LeafCursor(Pages pages, PageRef root, Guard guard) {
    this.pages = pages;
    this.root = root;
    this.guard = guard;
  }

  /** Goes to the first row at or behind {@code place}. */
  void seek(Place place) {
    descend(place);
    index = leaf.find(place.key(), place.revision());
    settle();
  }

  private void descend(Place place) {
    end = null;
    Page page = pages.read(root, guard);
    while (page instanceof InnerPage inner) {
      int child = inner.find(place.key(), place.revision());
      if (child + 1 < inner.count()) {
        end = inner.lowOf(child + 1);
      }
      page = inner.checkedChild(pages.read(inner.child(child), guard));
    }
    leaf = (LeafPage) page;
  }

  private void settle() {
    while (index == leaf.count() && end != null) {
      descend(end);
      index = 0;
    }
  }

  boolean atEnd() {
    return index == leaf.count();
  }

  void next() {
    index++;
    settle();
  }

  Cell cell() {
    return leaf.cell(index);
  }

  long revision() {
    return leaf.revision(index);
  }

  Place place() {
    return leaf.place(index);
  }

  boolean hasKey(byte[] key) {
    return leaf.hasKey(index, key);
  }
}
