package io.widecast.replication.order;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master.Output;
import io.widecast.wire.LanFrame;
import java.util.ArrayList;
import java.util.List;

/**
 * Multicasts each entry of the log once, in order, several to a datagram; announces those that are
 * too large for one; and tells by beacons how far it has come. It runs ahead of the majority by at
 * most {@link #WINDOW_BYTES}, which keeps bursts within what receivers' sockets hold.
 *
 * <p>Not thread-safe: owned by {@link Master}. Source: systems.md S1 steps 4, 10 and 14.
 */
final class Sending {

  /** How far multicasting may run ahead of the majority; half of what a socket buffers for sure. */
  static final long WINDOW_BYTES = 1 << 20;

  static final long BEACON_NANOS = 100_000_000L;

  private final EntryLog log;
  private final int entriesBytes; // of a datagram
  private final Metrics metrics;
  private long taken; // a majority has everything up to here
  private long sent; // multicast up to here
  private long windowBytes; // of entries taken + 1..sent
  private boolean commitUntold; // no frame has carried the present commit yet
  private long round; // of the read index
  private boolean roundUntold; // no beacon has carried it yet
  private long beaconAtNanos;

  /**
   * @param commit what lies above is sent, whoever sent it before
   */
  Sending(EntryLog log, long commit, int entriesBytes, Metrics metrics, long nowNanos) {
    this.log = log;
    this.entriesBytes = entriesBytes;
    this.metrics = metrics;
    this.taken = commit;
    this.sent = commit;
    this.beaconAtNanos = nowNanos;
  }

  /** The highest revision that was multicast, or announced. */
  long sent() {
    return sent;
  }

  /**
   * A majority has everything up to {@code revision}: the window moves on. Not with the commit,
   * which may wait for an entry of this term that the window would hold back for ever.
   */
  void onMajority(long revision) {
    if (revision <= taken) {
      return;
    }
    for (long r = taken + 1; r <= Math.min(revision, sent); r++) {
      windowBytes -= log.sizeBytesAt(r);
    }
    if (revision > sent) { // alone: nobody to send to, and nothing in flight
      sent = revision;
      windowBytes = 0;
    }
    taken = revision;
  }

  /** The commit has risen: the next frame says so. */
  void onCommit() {
    commitUntold = true;
  }

  /** A round of the read index has begun: a beacon says so. */
  void onRound(long begun) {
    round = begun;
    roundUntold = true;
  }

  /** Sends what the window allows. */
  void pump(List<Output> outputs) {
    var batch = new ArrayList<EncodedEntry>();
    int batchBytes = 0;
    while (sent < log.last().revision() && windowBytes < WINDOW_BYTES) {
      EncodedEntry entry = log.get(++sent);
      windowBytes += entry.sizeBytes();
      if (batchBytes + entry.sizeBytes() > entriesBytes && !batch.isEmpty()) {
        multicast(batch, outputs);
        batchBytes = 0;
      }
      if (entry.sizeBytes() > entriesBytes) {
        metrics.increment(Metric.OVERSIZE_TRIGGERS);
        outputs.add(new Output.Multicast(LanFrame.Trigger.of(entry)));
      } else {
        batch.add(entry);
        batchBytes += entry.sizeBytes();
      }
    }
    if (!batch.isEmpty()) {
      multicast(batch, outputs);
    }
  }

  private void multicast(List<EncodedEntry> batch, List<Output> outputs) {
    outputs.add(new Output.Multicast(new LanFrame.Entries(false, batch)));
    batch.clear();
    commitUntold = false;
  }

  /** A commit that no frame has carried yet, or a round, is told by a beacon. */
  void tellNews(long lowWater, List<Output> outputs, long nowNanos) {
    if (commitUntold || roundUntold) {
      beacon(lowWater, outputs, nowNanos);
    }
  }

  /** When {@link #onTimer} is next due. */
  long nextTimerNanos() {
    return beaconAtNanos;
  }

  /** A beacon, when it is time for one. */
  void onTimer(long lowWater, List<Output> outputs, long nowNanos) {
    if (nowNanos >= beaconAtNanos) {
      pump(outputs);
      beacon(lowWater, outputs, nowNanos);
    }
  }

  private void beacon(long lowWater, List<Output> outputs, long nowNanos) {
    // Highest of what was sent: what the window still holds back is not missing anywhere.
    var highest = new Token(log.epochAt(sent), sent);
    outputs.add(new Output.Multicast(new LanFrame.Beacon(highest, lowWater, round)));
    commitUntold = false;
    roundUntold = false;
    beaconAtNanos = nowNanos + BEACON_NANOS;
  }
}
