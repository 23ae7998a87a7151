package io.widecast.store.segment;

import java.util.Collection;

/**
 * Segments by number, for readers on any thread: an immutable table with open addressing, made anew
 * for each 4 MiB written.
 */
final class SegmentTable {

  static final SegmentTable EMPTY = new SegmentTable(new Segment[2]);

  private final Segment[] slots; // a power of two, at most half full

  private SegmentTable(Segment[] slots) {
    this.slots = slots;
  }

  static SegmentTable of(Collection<Segment> segments) {
    int size = Integer.highestOneBit(Math.max(1, segments.size())) * 4;
    var table = new SegmentTable(new Segment[size]);
    segments.forEach(table::add);
    return table;
  }

  private void add(Segment segment) {
    int slot = slot(segment.number);
    while (slots[slot] != null) {
      slot = slot + 1 & slots.length - 1;
    }
    slots[slot] = segment;
  }

  private int slot(long number) {
    return (int) (number * 0x9e3779b97f4a7c15L >>> 40) & slots.length - 1;
  }

  /** Null when there is none. */
  Segment find(long number) {
    int slot = slot(number);
    for (Segment found; (found = slots[slot]) != null; slot = slot + 1 & slots.length - 1) {
      if (found.number == number) {
        return found;
      }
    }
    return null;
  }
}
