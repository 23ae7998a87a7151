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
 * with one write in flight. Knows how far the log is durable, through cuts as well.
 */
final class LogPipeline {

  private final List<EncodedEntry> entries = new ArrayList<>(); // to write next, after cutFrom
  private long entriesBytes;
  private long cutFrom; // to cut first; 0 for nothing
  private Optional<HardState> hardState = Optional.empty(); // to write, when it changed
  private LogWrite inFlight; // null when none is
  private long inFlightEnd; // log end once that is durable
  private long writtenEnd; // log end of what is durable or in flight
  private long durable; // revision

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

  /** Bytes of entries that wait for the write before them. */
  long backlogBytes() {
    return entriesBytes;
  }

  /** The write in flight is on disk: returns it. */
  LogWrite onDurable() {
    LogWrite done = inFlight;
    inFlight = null;
    durable = Math.max(durable, inFlightEnd);
    return done;
  }

  /** The write in flight, to be tried again as it is. */
  LogWrite inFlight() {
    return inFlight;
  }

  long durable() {
    return durable;
  }
}
