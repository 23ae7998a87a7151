package io.widecast.store.log;

import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything in the log stands, at one moment. Immutable: the writer publishes a new one
 * after each write, and readers on other threads work from the one they took.
 *
 * @param segments by rising number, without a gap; the last one grows
 * @param cuts in the order in which they were written
 * @param appendedBytes to this log since it was opened, and what a start had to replay
 */
record LogMap(List<Segment> segments, List<Cut> cuts, LogState state, long appendedBytes) {

  /**
   * @param base the last entry before it
   * @param end offset of the first byte that is not log
   * @param newestMillis time of its last entry by the master's clock, 0 without one
   * @param requestsMillis time of the newest request that a record of its own holds, 0 without one
   */
  record Segment(
      long number,
      boolean forced,
      Token base,
      long end,
      long newestMillis,
      long requestsMillis,
      FrameIndex index) {

    static Segment empty(SegmentHeader header) {
      return new Segment(
          header.number(),
          header.forced(),
          header.base(),
          SegmentHeader.BYTES,
          0,
          0,
          FrameIndex.EMPTY);
    }

    /** Time of the newest named request that it may hold. */
    long newestRequestMillis() {
      return Math.max(newestMillis, requestsMillis);
    }
  }

  /** From the record at {@code offset} of {@code segment} on, entries before it count below. */
  record Cut(long segment, long offset, long from) {}

  /** Entries above this are held, as far as there are any. */
  Token base() {
    return segments.isEmpty() ? state.end() : segments.get(0).base();
  }

  long lastNumber() {
    return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).number();
  }

  /** The lowest revision that a cut written after this place took away; nothing: MAX_VALUE. */
  long cutAfter(long segment, long offset) {
    long lowest = Long.MAX_VALUE;
    for (int i = cuts.size() - 1; i >= 0; i--) {
      Cut cut = cuts.get(i);
      if (cut.segment < segment || cut.segment == segment && cut.offset < offset) {
        break;
      }
      lowest = Math.min(lowest, cut.from);
    }
    return lowest;
  }

  /** Without the segments below {@code number}. */
  LogMap withoutBelow(long number) {
    var kept = new ArrayList<>(segments);
    kept.removeIf(segment -> segment.number < number);
    var cutsKept = new ArrayList<>(cuts);
    cutsKept.removeIf(cut -> cut.segment < number);
    return new LogMap(List.copyOf(kept), List.copyOf(cutsKept), state, appendedBytes);
  }

  /** The segment with the first entry above {@code revision}, or where that will stand. */
  long numberAfter(long revision) {
    for (int i = segments.size() - 1; i >= 0; i--) {
      if (segments.get(i).base.revision() <= revision) {
        return segments.get(i).number();
      }
    }
    return segments.isEmpty() ? 1 : segments.get(0).number();
  }
}
