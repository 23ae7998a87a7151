package io.widecast.replication;

import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gathers what has to be written while the write before it is on its way to the disk: group commit,
 * with one write in flight. A write that the disk would not take goes again after a while, as it
 * is. Knows how far the log is durable, through cuts as well.
 */
final class LogPipeline {

  static final long RETRY_NANOS = 500_000_000L;

  private static final long NEVER = CoreNode.NEVER;
  private static final long BACKLOG_BYTES_MAX = 32 << 20; // waiting for a slow or full disk

  private final List<EncodedEntry> entries = new ArrayList<>(); // to write next, after cutFrom
  private long entriesBytes;
  private long cutFrom; // to cut first; 0 for nothing
  private Optional<HardState> hardState = Optional.empty(); // to write, when it changed
  private LogWrite inFlight; // null when none is
  private long inFlightEnd; // log end once that is durable
  private long writtenEnd; // log end of what is durable or in flight
  private long durable; // revision
  private boolean full; // the last write failed
  private long retryAtNanos = NEVER;

  LogPipeline(long durable) {
    this.durable = durable;
    this.writtenEnd = durable;
    this.inFlightEnd = durable;
  }

  void append(List<EncodedEntry> more) {
    more.forEach(this::append);
  }

  void append(EncodedEntry entry) {
    entries.add(entry);
    entriesBytes += entry.sizeBytes();
  }

  void cut(long revision) {
    entries.removeIf(entry -> entry.revision() >= revision);
    entriesBytes = entries.stream().mapToLong(EncodedEntry::sizeBytes).sum();
    if (revision <= writtenEnd) {
      cutFrom = cutFrom == 0 ? revision : Math.min(cutFrom, revision);
      writtenEnd = revision - 1;
    }
    durable = Math.min(durable, revision - 1);
    inFlightEnd = Math.min(inFlightEnd, revision - 1);
  }

  void remember(HardState state) {
    hardState = Optional.of(state);
  }

  /**
   * A copy up to {@code position} stands in for the log, on disk. A write that is in flight has
   * failed, or it would be there before the copy: only its term and vote still count.
   */
  void reset(Token position) {
    long revision = position.revision();
    if (inFlight != null) {
      inFlight = new LogWrite(inFlight.hardState(), 0, List.of(), position, 1);
    }
    entries.clear();
    entriesBytes = 0;
    cutFrom = 0;
    durable = revision;
    writtenEnd = revision;
    inFlightEnd = revision;
  }

  /**
   * The next write, when there is something to write and none is in flight.
   *
   * @param copying a copy is on its way to the disk: only term and vote may go there beside it
   */
  Optional<LogWrite> next(Token commit, long keepFrom, boolean copying) {
    if (copying) {
      return inFlight == null && hardState.isPresent()
          ? Optional.of(nextHardState(commit, keepFrom))
          : Optional.empty();
    }
    if (inFlight != null || entries.isEmpty() && cutFrom == 0 && hardState.isEmpty()) {
      return Optional.empty();
    }
    inFlight = new LogWrite(hardState, cutFrom, entries, commit, keepFrom);
    if (!entries.isEmpty()) {
      writtenEnd = entries.get(entries.size() - 1).revision();
    }
    inFlightEnd = writtenEnd;
    entries.clear();
    entriesBytes = 0;
    cutFrom = 0;
    hardState = Optional.empty();
    return Optional.of(inFlight);
  }

  private LogWrite nextHardState(Token commit, long keepFrom) {
    inFlight = new LogWrite(hardState, 0, List.of(), commit, keepFrom);
    inFlightEnd = durable;
    hardState = Optional.empty();
    return inFlight;
  }

  /** Whether more waits for the write before it than is good: take nothing new meanwhile. */
  boolean isBehind() {
    return entriesBytes > BACKLOG_BYTES_MAX;
  }

  /** The write in flight is on disk: returns it. */
  LogWrite onDurable() {
    LogWrite done = inFlight;
    inFlight = null;
    full = false;
    durable = Math.max(durable, inFlightEnd);
    return done;
  }

  /** The disk would not take the write in flight. */
  void onFailed(long nowNanos) {
    full = true;
    retryAtNanos = nowNanos + RETRY_NANOS;
  }

  /** Whether the disk does not take writes, as far as is known. */
  boolean isFull() {
    return full;
  }

  /** When {@link #retry} is next due; never while nothing failed. */
  long nextTimerNanos() {
    return retryAtNanos;
  }

  /**
   * The write that failed, when it is time for it to go again.
   *
   * @param copying a copy is on its way to the disk that may stand in for it: it waits for that
   */
  Optional<LogWrite> retry(boolean copying, long nowNanos) {
    if (nowNanos < retryAtNanos) {
      return Optional.empty();
    }
    retryAtNanos = copying ? nowNanos + RETRY_NANOS : NEVER;
    return copying ? Optional.empty() : Optional.of(inFlight);
  }

  /** Revision up to which the log is on disk. */
  long durable() {
    return durable;
  }

  /** Everything up to here is on disk or with it: acknowledged, or soon to be. */
  long written() {
    return writtenEnd;
  }
}
