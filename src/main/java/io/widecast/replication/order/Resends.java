package io.widecast.replication.order;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master.Output;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What core nodes have asked to be sent again. Requests are gathered for a moment, so that those of
 * several nodes for one entry meet; then each entry goes once: to one asker by unicast, to several
 * by multicast. What does not fit into the bounds is refused with CANNOT, what has left the log is
 * GONE. Nothing here touches a pending set.
 *
 * <p>Not thread-safe: owned by {@link Master}. Source: systems.md S1 steps 12 and 13.
 */
final class Resends {

  /** Entries that may wait to be sent again. */
  static final int ENTRIES_MAX = 8 * LanFrame.REQUESTED_MAX;

  private static final long GATHER_NANOS = 500_000;
  private static final long BYTES_MAX = 512 << 10; // in one go

  private final EntryLog log;
  private final int entriesBytes; // of a datagram
  private final Metrics metrics;
  private final TreeMap<Long, Long> askers = new TreeMap<>(); // revision -> slots that asked
  private long atNanos = Long.MAX_VALUE;

  Resends(EntryLog log, int entriesBytes, Metrics metrics) {
    this.log = log;
    this.entriesBytes = entriesBytes;
    this.metrics = metrics;
  }

  /**
   * The core node {@code slot} asks for these.
   *
   * @param sent the highest revision multicast so far: what lies above is on its way anyway
   * @return refusals
   */
  List<Output> onRequest(int slot, List<Range> ranges, long sent, long nowNanos) {
    metrics.increment(Metric.RETRANSMIT_REQUESTS_RECEIVED);
    var refused = new ArrayList<Range>();
    boolean gone = false;
    for (Range range : ranges) {
      if (range.first() < log.first()) {
        gone = true;
      } else if (askers.size() + range.count() > ENTRIES_MAX) {
        refused.add(range);
      } else {
        for (long r = range.first(); r <= Math.min(range.last(), sent); r++) {
          askers.merge(r, 1L << slot, (before, now) -> before | now);
        }
      }
    }
    if (!askers.isEmpty()) {
      atNanos = Math.min(atNanos, nowNanos + GATHER_NANOS);
    }
    return refusals(slot, gone, refused);
  }

  private List<Output> refusals(int slot, boolean gone, List<Range> refused) {
    var outputs = new ArrayList<Output>();
    if (gone) {
      metrics.increment(Metric.RETRANSMIT_GONE);
      outputs.add(new Output.Unicast(slot, new LanFrame.Gone(log.first())));
    }
    if (!refused.isEmpty()) {
      metrics.increment(Metric.RETRANSMIT_CANNOT);
      outputs.add(new Output.Unicast(slot, new LanFrame.Cannot(refused)));
    }
    return outputs;
  }

  /** When {@link #onTimer} is next due; never while nobody asks. */
  long nextTimerNanos() {
    return atNanos;
  }

  /** Sends what is due, up to a bound; the rest follows a little later. */
  void onTimer(List<Output> outputs, long nowNanos) {
    if (nowNanos < atNanos) {
      return;
    }
    var batch = new ArrayList<EncodedEntry>();
    int batchBytes = 0;
    long batchAskers = 0;
    long total = 0;
    while (!askers.isEmpty() && total < BYTES_MAX) {
      Map.Entry<Long, Long> next = askers.pollFirstEntry();
      if (!log.holds(next.getKey())) {
        continue; // left the log since it was asked for; the next request will be told so
      }
      EncodedEntry entry = log.get(next.getKey());
      total += entry.sizeBytes();
      metrics.increment(Metric.ENTRIES_RESENT);
      boolean oversize = entry.sizeBytes() > entriesBytes;
      boolean fits = batchBytes + entry.sizeBytes() <= entriesBytes;
      if (!batch.isEmpty() && (oversize || !fits || batchAskers != next.getValue())) {
        send(batchAskers, new LanFrame.Entries(true, batch), outputs);
        batch.clear();
        batchBytes = 0;
      }
      if (oversize) {
        send(next.getValue(), LanFrame.Trigger.of(entry), outputs);
      } else {
        batch.add(entry);
        batchBytes += entry.sizeBytes();
        batchAskers = next.getValue();
      }
    }
    if (!batch.isEmpty()) {
      send(batchAskers, new LanFrame.Entries(true, batch), outputs);
    }
    atNanos = askers.isEmpty() ? Long.MAX_VALUE : nowNanos + 2 * GATHER_NANOS;
  }

  private static void send(long askers, LanFrame frame, List<Output> outputs) {
    outputs.add(
        Long.bitCount(askers) == 1
            ? new Output.Unicast(Long.numberOfTrailingZeros(askers), frame)
            : new Output.Multicast(frame));
  }
}
