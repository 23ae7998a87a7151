package io.widecast.watch;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.wire.EntryTail;
import java.util.Optional;

/** The newest entries, within bounds, for watchers that come back after a short while. */
final class RecentEntries {

  /** Who keeps up reads none of them here, so few are worth holding as objects. */
  private static final int FRESH_MAX = 256;

  private final int entriesMax;
  private final long bytesMax;
  private final EntryTail entries = new EntryTail(FRESH_MAX);
  private long floor; // everything above it, up to the hub's position, is here

  RecentEntries(int entriesMax, long bytesMax) {
    this.entriesMax = entriesMax;
    this.bytesMax = bytesMax;
  }

  /** Forgets all: what follows comes after {@code revision}. */
  void startAfter(long revision) {
    entries.clear();
    floor = revision;
  }

  void add(EncodedEntry entry) {
    entries.addLast(entry);
    while (entries.size() > entriesMax || entries.sizeBytes() > bytesMax && entries.size() > 1) {
      floor = entries.revision(entries.first());
      entries.removeFirst();
    }
  }

  /** Whether everything above {@code revision} is here. */
  boolean covers(long revision) {
    return revision >= floor;
  }

  /** The first entry above {@code revision}. */
  Optional<Entry> after(long revision) {
    long number = entries.numberAbove(revision);
    return number < entries.end() ? Optional.of(entries.get(number).entry()) : Optional.empty();
  }

  Optional<Entry> find(long revision) {
    return after(revision - 1).filter(entry -> entry.revision() == revision);
  }
}
