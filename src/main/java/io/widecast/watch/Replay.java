package io.widecast.watch;

import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;

/**
 * Reads the entries above a position in order, until it is level with the hub: out of the recent
 * ones while they reach back far enough, else out of the log, slice by slice. Holds one slice at
 * most.
 */
final class Replay {

  private final WatchHub hub;
  private Token last; // of the last entry read, or where this began
  private long position; // everything up to here was read
  private boolean verified;
  private boolean lost;
  private List<EncodedEntry> slice = List.of();
  private int next; // in the slice
  private boolean asking; // the log is needed
  private Optional<LogRead> asked = Optional.empty(); // of the log, and not answered yet
  private long askedAt; // the hub's revision when the log was asked

  /**
   * @param verify whether {@code from} comes from a client: if it turns out to be no position of
   *     the order that this node knows, the replay is lost
   */
  Replay(WatchHub hub, Token from, boolean verify) {
    this.hub = hub;
    this.last = from;
    this.position = from.revision();
    this.verified = !verify;
  }

  long position() {
    return position;
  }

  /** Of the last entry read. */
  Token last() {
    return last;
  }

  /** Where this began is a position of this node's order, as far as can be told. */
  boolean verified() {
    return verified;
  }

  /** The log no longer reaches back to the position, or the position is not one of this order. */
  boolean lost() {
    return lost;
  }

  /** Everything up to the hub's position was read. */
  boolean level() {
    return !lost && position >= hub.position().revision();
  }

  /** The next entry; empty when level, lost, or before the log was read. */
  Optional<Entry> next() {
    while (!lost && !asking && position < hub.position().revision()) {
      Optional<Entry> entry;
      if (hub.recent().covers(position)) {
        entry = hub.recent().after(position);
        if (entry.isEmpty()) {
          position = hub.position().revision();
        }
      } else if (next < slice.size()) {
        entry = Optional.of(slice.get(next++).entry()).filter(e -> e.revision() > position);
      } else {
        slice = List.of();
        asking = true;
        return Optional.empty();
      }
      if (entry.isPresent()) {
        return read(entry.get());
      }
    }
    if (!lost && !verified && position >= hub.position().revision()) {
      verifyLevel();
    }
    return Optional.empty();
  }

  private Optional<Entry> read(Entry entry) {
    if (entry.revision() > hub.position().revision()) {
      slice = List.of(); // the log is ahead of the hub, which will come to it by itself
      next = 0;
      position = hub.position().revision();
      return Optional.empty();
    }
    if (!verified && !follows(entry)) {
      lost = true;
      return Optional.empty();
    }
    verified = true;
    position = entry.revision();
    last = entry.token();
    return Optional.of(entry);
  }

  /**
   * Whether {@code entry}, the first above the position, can come after it: right after, it names
   * its predecessor's epoch; further on, where an edge holds no entry, epochs only rise.
   */
  private boolean follows(Entry entry) {
    return entry.revision() == last.revision() + 1
        ? entry.prevEpoch() == last.epoch()
        : entry.prevEpoch() >= last.epoch();
  }

  private void verifyLevel() {
    Token at = hub.position();
    boolean same = last.revision() == at.revision();
    lost =
        last.revision() > at.revision()
            || (same ? last.epoch() != at.epoch() : last.epoch() > at.epoch());
    verified = true;
  }

  /** What of the log is needed, once for each need; {@link #onLog} has to follow. */
  Optional<LogRead> wantsLog() {
    if (!asking || asked.isPresent()) {
      return Optional.empty();
    }
    askedAt = hub.position().revision();
    asked = Optional.of(new LogRead(position, hub.limits().logBytes()));
    return asked;
  }

  /** The answer to {@code of}; one to somebody else's question begins elsewhere, and is dropped. */
  @SuppressWarnings("ReferenceEquality") // an earlier reader may have asked the same
  void onLog(LogRead of, LogSlice read) {
    if (asked.isEmpty() || asked.get() != of) {
      return;
    }
    asking = false;
    asked = Optional.empty();
    lost |= !read.complete();
    slice = read.entries();
    next = 0;
    if (slice.isEmpty()) {
      position = Math.max(position, askedAt); // nothing held in between, as at an edge
    }
  }
}
