package io.widecast.replication.wan;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Filter;
import io.widecast.model.Token;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sending half of one edge node's stream, in the core node that serves it: what its filter accepts,
 * in order, each once, never more in flight than a bound.
 *
 * <p>It pulls: a cursor walks over this node's own committed entries as the edge's acknowledgements
 * make room, so that a slow edge costs a cursor and not a queue. When the cursor falls behind the
 * entries in memory it asks for the log on disk, and when that no longer reaches back, or the edge
 * brings a position of another history, it sends a copy of the map first. Nothing that the filter
 * rejects crosses the WAN (I1.5): watermarks tell the edge that it is current.
 *
 * <p>Not thread-safe: owned by {@code StreamServerVerticle}. Source: systems.md S1 steps 5, 15 to
 * 18.
 */
public final class EdgeStream {

  /** What the owner has to do, in this order. */
  public sealed interface Output {

    /** Send this frame. */
    record Send(StreamFrame frame) implements Output {}

    /**
     * Answer with {@link EdgeStream#onLog}: committed entries after {@code revision}, from disk.
     */
    record ReadLog(long revision) implements Output {}

    /** Send the map of now, filtered, then call {@link EdgeStream#onCopySent}. */
    record SendCopy() implements Output {}
  }

  /** Sent and not acknowledged: what a path of 100 ms carries at 40 MB/s. */
  static final long IN_FLIGHT_BYTES_MAX = 4 << 20;

  public static final long NEVER = Long.MAX_VALUE;

  static final long WATERMARK_NANOS = 100_000_000L;
  static final long KEEPALIVE_NANOS = 1_000_000_000L;

  private static final int SCAN_MAX = 4096; // entries looked at in one go, lest a loop is held up

  private enum Phase {
    LIVE,
    READING_LOG,
    COPYING
  }

  private record InFlight(long revision, long bytes) {}

  private final Filter filter;
  private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
  private Phase phase = Phase.LIVE;
  private Token cursor; // everything up to here was sent or rejected
  private Token toldUpTo; // the edge knows that it has everything up to here
  private Token acked;
  private long prevRevision; // last revision sent on this stream, 0 for none
  private long inFlightBytes;
  private long watermarkAtNanos;
  private boolean waitsForAck; // behind what memory holds, and without room to read on

  /**
   * @param position of the edge's copy: {@link Token#NONE} asks for a copy
   */
  public EdgeStream(Filter filter, Token position, long nowNanos) {
    this.filter = filter;
    this.cursor = position;
    this.toldUpTo = position;
    this.acked = position;
    this.watermarkAtNanos = nowNanos;
  }

  /** The first outputs: a copy when the edge's position is not one of this history. */
  public List<Output> start(EntryWindow window, long nowNanos) {
    boolean ahead = cursor.compareTo(window.last()) > 0; // this node lags: the edge waits for it
    if (cursor.revision() == 0 || !ahead && !window.agrees(cursor)) {
      phase = Phase.COPYING;
      return List.of(new Output.SendCopy());
    }
    return pump(window, nowNanos);
  }

  /** The window moved on, or there is room: sends what there is to send. */
  public List<Output> pump(EntryWindow window, long nowNanos) {
    if (phase != Phase.LIVE) {
      return List.of();
    }
    var outputs = new ArrayList<Output>();
    waitsForAck = false;
    if (isBehind(window)) {
      waitsForAck = !hasRoom();
      if (!waitsForAck) {
        phase = Phase.READING_LOG;
        outputs.add(new Output.ReadLog(cursor.revision()));
      }
      return outputs;
    }
    boolean more = true;
    while (more && hasRoom() && cursor.compareTo(window.last()) < 0) {
      List<EncodedEntry> next = window.after(cursor.revision(), SCAN_MAX);
      more = send(next, outputs);
      if (next.isEmpty() || cursor.revision() >= window.lastRevision()) {
        cursor = cursor.compareTo(window.last()) < 0 ? window.last() : cursor; // a watermark
        break;
      }
    }
    if (cursor.compareTo(toldUpTo) > 0 && nowNanos >= watermarkAtNanos
        || nowNanos >= watermarkAtNanos + KEEPALIVE_NANOS) {
      watermark(outputs);
      watermarkAtNanos = nowNanos + WATERMARK_NANOS;
    }
    return outputs;
  }

  /** Whether what comes after the cursor is no longer in memory. */
  private boolean isBehind(EntryWindow window) {
    return cursor.compareTo(window.last()) < 0 && cursor.revision() < window.first() - 1;
  }

  /** When {@link #pump} is next due without another reason, or {@link #NEVER}. */
  public long nextTimerNanos() {
    if (phase != Phase.LIVE || waitsForAck) {
      return NEVER; // the log, the end of the copy or an acknowledgement comes first
    }
    return cursor.compareTo(toldUpTo) > 0 ? watermarkAtNanos : watermarkAtNanos + KEEPALIVE_NANOS;
  }

  /**
   * What the log on disk holds after the cursor; {@code complete} when it reaches back that far.
   */
  public List<Output> onLog(
      boolean complete, List<EncodedEntry> entries, EntryWindow window, long nowNanos) {
    if (phase != Phase.READING_LOG) {
      return List.of();
    }
    if (!complete || entries.isEmpty()) {
      phase = Phase.COPYING;
      return List.of(new Output.SendCopy());
    }
    phase = Phase.LIVE;
    var outputs = new ArrayList<Output>();
    send(entries, outputs);
    outputs.addAll(pump(window, nowNanos));
    return outputs;
  }

  /**
   * The map was replaced by a copy: what led to it is not known here. An edge that is further than
   * the copy waits for this node: a copy would take it back.
   *
   * @param window after its own jump
   */
  public List<Output> onJump(EntryWindow window) {
    if (phase == Phase.COPYING || !isBehind(window)) {
      return List.of(); // a copy under way is of a view that stays readable
    }
    phase = Phase.COPYING;
    return List.of(new Output.SendCopy());
  }

  /** A copy of the map as of {@code at} was sent, end included. */
  public List<Output> onCopySent(Token at, EntryWindow window, long nowNanos) {
    phase = Phase.LIVE;
    cursor = at;
    toldUpTo = at;
    prevRevision = at.revision();
    inFlight.clear();
    inFlightBytes = 0;
    return pump(window, nowNanos);
  }

  /** The edge has everything up to {@code position} on disk. */
  public void onAck(Token position) {
    if (position.compareTo(acked) > 0) {
      acked = position;
    }
    while (!inFlight.isEmpty() && inFlight.peekFirst().revision() <= position.revision()) {
      inFlightBytes -= inFlight.pollFirst().bytes();
    }
  }

  public Filter filter() {
    return filter;
  }

  public Token acked() {
    return acked;
  }

  public long inFlightBytes() {
    return inFlightBytes;
  }

  /** Whether it gets entries as they come, and no copy. */
  public boolean isLevel() {
    return phase != Phase.COPYING;
  }

  private boolean hasRoom() {
    return inFlightBytes < IN_FLIGHT_BYTES_MAX;
  }

  /** Sends the accepted ones while there is room; false when the room is used up. */
  private boolean send(List<EncodedEntry> entries, List<Output> outputs) {
    var batch = new ArrayList<EncodedEntry>();
    long batchBytes = 0;
    for (EncodedEntry entry : entries) {
      if (!hasRoom()) {
        break;
      }
      cursor = entry.entry().token();
      Optional<EncodedEntry> accepted = narrow(entry);
      if (accepted.isEmpty()) {
        continue;
      }
      batch.add(accepted.get());
      batchBytes += accepted.get().sizeBytes();
      inFlightBytes += accepted.get().sizeBytes();
      inFlight.addLast(new InFlight(entry.revision(), accepted.get().sizeBytes()));
      if (batchBytes >= StreamFrame.BATCH_BYTES || batch.size() == StreamFrame.ENTRIES_MAX) {
        flush(batch, outputs);
        batchBytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      flush(batch, outputs);
    }
    return hasRoom();
  }

  private Optional<EncodedEntry> narrow(EncodedEntry entry) {
    if (filter.acceptsAll()) {
      return entry.entry().pairs().isEmpty() ? Optional.empty() : Optional.of(entry);
    }
    Optional<Entry> narrowed = filter.narrow(entry.entry());
    return narrowed.map(copy -> copy == entry.entry() ? entry : EntryCodec.encode(copy));
  }

  private void flush(List<EncodedEntry> batch, List<Output> outputs) {
    outputs.add(new Output.Send(new StreamFrame.Entries(prevRevision, batch, cursor)));
    prevRevision = batch.get(batch.size() - 1).revision();
    toldUpTo = cursor;
    batch.clear();
  }

  private void watermark(List<Output> outputs) {
    outputs.add(new Output.Send(new StreamFrame.Entries(prevRevision, List.of(), cursor)));
    toldUpTo = cursor;
  }
}
