package io.widecast.store.container;

import io.widecast.store.segment.Pba;
import io.widecast.store.segment.SegmentUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The usage table as a checkpoint will have it, while it is written. */
final class SegmentCounts {

  private final TreeMap<Long, SegmentUsage> usages = new TreeMap<>();

  /**
   * @param without segments that this checkpoint no longer names
   */
  SegmentCounts(List<SegmentUsage> before, List<Long> without) {
    before.forEach(this::add);
    without.forEach(usages::remove);
  }

  void add(SegmentUsage usage) {
    usages.put(usage.number(), usage);
  }

  void release(long pba) {
    SegmentUsage old = usages.get(Pba.segment(pba));
    add(
        new SegmentUsage(
            old.number(),
            old.stream(),
            old.sealed(),
            old.end(),
            old.summaryAt(),
            old.liveBlocks() - 1,
            old.liveBytes() - Pba.length(pba),
            old.lastTxn()));
  }

  List<SegmentUsage> list() {
    return new ArrayList<>(usages.values());
  }
}
