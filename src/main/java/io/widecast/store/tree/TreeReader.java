package io.widecast.store.tree;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads one state of a logical map; on any thread, with the right {@link Guard}. Costs a descent
 * for each call, and one for each leaf of a walk.
 */
public final class TreeReader {

  private final Pages pages;
  private final PageRef root;
  private final Guard guard;

  public TreeReader(Pages pages, PageRef root, Guard guard) {
    this.pages = pages;
    this.root = root;
    this.guard = guard;
  }

  /** The newest row of {@code key} that is not above {@code revision}; null when there is none. */
  public Cell find(byte[] key, long revision) {
    var cursor = new LeafCursor(pages, root, guard);
    cursor.seek(new Place(key, revision));
    return !cursor.atEnd() && cursor.hasKey(key) ? cursor.cell() : null;
  }

  /** All rows of {@code key}, the newest first, at most {@code max}. */
  public List<Cell> versions(byte[] key, long revision, int max) {
    var found = new ArrayList<Cell>();
    var cursor = new LeafCursor(pages, root, guard);
    for (cursor.seek(new Place(key, revision));
        found.size() < max && !cursor.atEnd() && cursor.hasKey(key);
        cursor.next()) {
      found.add(cursor.cell());
    }
    return found;
  }

  /** What a walk found, and where to go on; {@code next} is null at the end. */
  public record Slice(List<Cell> cells, Place next) {}

  /**
   * The rows that are visible at {@code revision}, deletes included, each key's newest, from {@code
   * from} on.
   *
   * @param max rows to look at: a slice may have fewer, and none, and still go on
   */
  public Slice visible(Place from, long revision, int max) {
    var cells = new ArrayList<Cell>();
    var cursor = new LeafCursor(pages, root, guard);
    cursor.seek(from);
    int looked = 0;
    while (!cursor.atEnd()) {
      if (looked++ == max) {
        return new Slice(cells, cursor.place());
      }
      if (cursor.revision() > revision) {
        cursor.next();
        continue;
      }
      Cell cell = cursor.cell();
      cells.add(cell);
      cursor.next();
      int skipped = 0;
      while (!cursor.atEnd() && cursor.hasKey(cell.key())) { // older versions
        if (++skipped > 8) {
          cursor.seek(Place.behind(cell.key()));
          break;
        }
        cursor.next();
      }
    }
    return new Slice(cells, null);
  }

  /** Every row, of all versions, from {@code from} on; at most {@code max}. */
  public Slice all(Place from, int max) {
    var cells = new ArrayList<Cell>();
    var cursor = new LeafCursor(pages, root, guard);
    for (cursor.seek(from); !cursor.atEnd(); cursor.next()) {
      if (cells.size() == max) {
        return new Slice(cells, cursor.place());
      }
      cells.add(cursor.cell());
    }
    return new Slice(cells, null);
  }

  // ---- pages, for whoever compares trees

  /** A page as it hangs in a tree. */
  public record Held(long id, long opSeq, int level, Place low) {}

  /**
   * The page at {@code level} that {@code place} belongs to; null when the tree is lower. Not read
   * itself, only those above it. For the owner.
   */
  public Held pageAt(int level, Place place) {
    Page page = pages.read(root, guard);
    if (page.level() <= level) {
      return page.level() == level ? held(root, level, Place.FIRST) : null;
    }
    InnerPage inner = (InnerPage) page;
    while (inner.level() > level + 1) {
      PageRef ref = inner.child(inner.find(place.key(), place.revision()));
      inner = (InnerPage) pages.read(ref, guard);
    }
    int child = inner.find(place.key(), place.revision());
    return held(inner.child(child), level, inner.lowOf(child));
  }

  private Held held(PageRef ref, int level, Place low) {
    return new Held(ref.id(), pages.opSeq(ref.id()), level, low);
  }

  /** A page of a path, root first, and where its part of the order ends: null behind the last. */
  public record Step(Held page, Place end) {}

  /** Decides on the way down whether a page's subtree is of interest. */
  @FunctionalInterface
  public interface Interest {
    boolean in(Held page);
  }

  /**
   * The path to the leaf that {@code place} belongs to, as far as {@code interest} goes: its last
   * step is that leaf, or the first page that is of no interest. That last one is not read, so that
   * what is passed over costs nothing. For the owner.
   */
  public List<Step> path(Place place, Interest interest) {
    var steps = new ArrayList<Step>();
    Place end = null;
    Held held = held(root, pages.read(root, guard).level(), Place.FIRST);
    PageRef ref = root;
    while (true) {
      steps.add(new Step(held, end));
      if (held.level() == 0 || !interest.in(held)) {
        return steps;
      }
      InnerPage inner = (InnerPage) pages.read(ref, guard);
      int child = inner.find(place.key(), place.revision());
      if (child + 1 < inner.count()) {
        end = inner.lowOf(child + 1);
      }
      ref = inner.child(child);
      held = held(ref, held.level() - 1, inner.lowOf(child));
    }
  }

  /** About what share of the rows stands before {@code place}, by the path to it: 0 to 1. */
  public double shareBefore(Place place) {
    double share = 0;
    double width = 1;
    Page page = pages.read(root, guard);
    while (page instanceof InnerPage inner) {
      int child = inner.find(place.key(), place.revision());
      width /= inner.count();
      share += child * width;
      page = page.level() == 1 ? null : pages.read(inner.child(child), guard);
    }
    return share;
  }

  /** The rows of the leaf that {@code place} belongs to. */
  public List<Cell> leaf(Place place) {
    Page page = pages.read(root, guard);
    while (page instanceof InnerPage inner) {
      page = pages.read(inner.child(inner.find(place.key(), place.revision())), guard);
    }
    LeafPage leaf = (LeafPage) page;
    var cells = new ArrayList<Cell>(leaf.count());
    for (int i = 0; i < leaf.count(); i++) {
      cells.add(leaf.cell(i));
    }
    return cells;
  }
}
