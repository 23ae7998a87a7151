package io.widecast.store.verify;

import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.segment.BlockKind;
import io.widecast.store.segment.Pba;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.segment.Segments;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Holds the segment usage table against what is there: once over the bytes on disk, and once over
 * the counts (S4 step 7). A step is one segment, all at once, so that nothing moves meanwhile.
 */
final class SegmentWalk {

  private final Scope scope;
  private final ArrayDeque<Long> numbers = new ArrayDeque<>();

  SegmentWalk(Scope scope) {
    this.scope = scope;
    scope.segments.usage().forEach(usage -> numbers.add(usage.number()));
  }

  /** Reads a segment from disk and notes what of it is not what was written. */
  boolean scanStep() {
    if (numbers.isEmpty()) {
      return false;
    }
    long number = numbers.remove();
    if (scope.segments.has(number)) {
      scope.damage.add(scope.segments.broken(number));
    }
    return true;
  }

  /** Counts a segment's live blocks anew. */
  boolean countStep() {
    if (numbers.isEmpty()) {
      return false;
    }
    long number = numbers.remove();
    if (scope.segments.has(number)) {
      count(number);
    }
    return true;
  }

  private void count(long number) {
    SegmentUsage usage = scope.segments.usage(number);
    String where = "segment " + number;
    long txnMax = scope.container.checkpointNumber() + 2; // one under way, and what comes after it
    if (number >= scope.segments.nextNumber() || usage.lastTxn() > txnMax) {
      scope.alarms.raise(
          AlarmKind.SEGMENT_NUMBER,
          where,
          "of checkpoint " + usage.lastTxn() + ", segments below " + scope.segments.nextNumber());
    }
    int blocks = 0;
    long bytes = 0;
    try {
      for (Segments.Listed block : scope.segments.list(number)) {
        if (isLive(block)) {
          blocks++;
          bytes += Pba.length(block.pba());
        }
      }
    } catch (IOException | StoreException | BlockGoneException e) {
      if (!scope.damage.has(number)) {
        scope.alarms.raise(AlarmKind.DAMAGED_SEGMENT, where, e.getMessage());
      }
      return;
    }
    if (blocks != usage.liveBlocks() || bytes != usage.liveBytes()) {
      scope.alarms.raise(
          AlarmKind.SEGMENT_COUNT,
          where,
          blocks
              + " live blocks of "
              + bytes
              + " bytes, its row says "
              + usage.liveBlocks()
              + " of "
              + usage.liveBytes());
    }
  }

  private boolean isLive(Segments.Listed block) {
    return block.kind() == BlockKind.PAGE && scope.pages.pba(block.id()) == block.pba()
        || block.kind() == BlockKind.VALUE && scope.map.find(block.id()) == block.pba();
  }
}
