package io.widecast.store.verify;

import io.widecast.store.segment.Pba;
import io.widecast.store.segment.Segments;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a scan of the segments found bytes that are not what was written, until it is known what
 * stands there. Addresses are never used twice, so cleaning beside it does no harm.
 */
final class Damage {

  private final Map<Long, List<Segments.Broken>> bySegment = new TreeMap<>();
  private final Set<Segments.Broken> claimed = new HashSet<>(); // never iterated

  void add(List<Segments.Broken> broken) {
    if (!broken.isEmpty()) {
      bySegment.put(broken.get(0).segment(), broken);
    }
  }

  boolean has(long segment) {
    return bySegment.containsKey(segment);
  }

  /** Whether the block at {@code pba} lies in damage, which then is accounted for. */
  boolean claim(long pba) {
    boolean found = false;
    for (Segments.Broken broken : bySegment.getOrDefault(Pba.segment(pba), List.of())) {
      int from = Pba.offset(pba);
      if (from < broken.to() && broken.from() < from + Pba.length(pba)) {
        claimed.add(broken);
        found = true;
      }
    }
    return found;
  }

  /** What nothing live was found in, where the segment is still there. */
  void raiseRest(Segments segments, Alarms alarms) {
    for (List<Segments.Broken> list : bySegment.values()) {
      for (Segments.Broken broken : list) {
        if (!claimed.contains(broken) && segments.has(broken.segment())) {
          alarms.raise(
              AlarmKind.DAMAGED_SEGMENT,
              "segment " + broken.segment(),
              "bytes " + broken.from() + " to " + broken.to() + ": " + broken.what());
        }
      }
    }
  }
}
