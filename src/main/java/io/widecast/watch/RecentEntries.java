package io.widecast.watch;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import java.util.Optional;

/** The newest entries, within bounds, for watchers that come back after a short while. */
final class RecentEntries {

  private final int entriesMax;
  private final long bytesMax;
  private final Ring<EncodedEntry> entries = new Ring<>();
  private long bytes;
  private long floor; // everything above it, up to the hub's position, is here

  RecentEntries(int entriesMax, long bytesMax) {
    this.entriesMax = entriesMax;
    this.bytesMax = bytesMax;
  }

  /** Forgets all: what follows comes after {@code revision}. */
  void startAfter(long revision) {
    entries.removeUpTo(entries.end());
    bytes = 0;
    floor = revision;
  }

  void add(EncodedEntry entry) {
    entries.addLast(entry);
    bytes += entry.sizeBytes();
    while (entries.size() > entriesMax || bytes > bytesMax && entries.size() > 1) {
      EncodedEntry oldest = entries.removeFirst();
      bytes -= oldest.sizeBytes();
      floor = oldest.revision();
    }
  }

  /** Whether everything above {@code revision} is here. */
  boolean covers(long revision) {
    return revision >= floor;
  }

  /** The first entry above {@code revision}. */
  Optional<Entry> after(long revision) {
    long number = numberAbove(revision);
    return number < entries.end() ? Optional.of(entries.get(number).entry()) : Optional.empty();
  }

  Optional<Entry> find(long revision) {
    return after(revision - 1).filter(entry -> entry.revision() == revision);
  }

  private long numberAbove(long revision) {
    long low = entries.first();
    long high = entries.end();
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (entries.get(middle).revision() > revision) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
