package io.widecast.replication.log;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.wire.EntryTail;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest part of a core node's log, in memory: revisions {@code first..last} without a hole,
 * and the epoch of the entry before them. The durable log holds the same and more. Costs O(1) for
 * each operation but {@link #cutFrom}; memory is bounded by {@link #trim}. Not thread-safe: owned
 * by the node's replication.
 */
public final class EntryLog {

  private final EntryTail tail = new EntryTail();
  private long firstNumber; // in the tail, of revision first
  private long first; // lowest revision held, last + 1 when empty
  private Token last; // of the newest entry, held or not
  private long epochBeforeFirst; // of entry first - 1

  /** A log that holds nothing and continues after {@code last}. */
  public EntryLog(Token last) {
    reset(last);
  }

  /** Forgets everything: a copy of the map as of {@code position} stands for it now. */
  public void reset(Token position) {
    tail.clear();
    firstNumber = tail.end();
    last = position;
    first = position.revision() + 1;
    epochBeforeFirst = position.epoch();
  }

  /** Adds the entry after {@link #last}; it must fit there. */
  public void append(EncodedEntry entry) {
    if (entry.revision() != last.revision() + 1 || entry.entry().prevEpoch() != last.epoch()) {
      throw new IllegalStateException(
          "entry "
              + entry.entry().token()
              + " of prevEpoch "
              + entry.entry().prevEpoch()
              + " does not follow "
              + last);
    }
    tail.addLast(entry);
    last = entry.entry().token();
  }

  /** Drops every entry from {@code revision} on, which must be held or be the next. */
  public void cutFrom(long revision) {
    if (revision < first || revision > last.revision() + 1) {
      throw new IllegalStateException("cut from " + revision + " of " + first + ".." + last);
    }
    long epoch = epochAt(revision - 1);
    for (long r = revision; r <= last.revision(); r++) {
      tail.removeLast();
    }
    last = new Token(epoch, revision - 1);
  }

  /** Forgets the oldest entries below {@code revision} while more than {@code bytes} are held. */
  public void trim(long revision, long bytes) {
    while (tail.sizeBytes() > bytes && first < revision && first <= last.revision()) {
      epochBeforeFirst = tail.epoch(firstNumber);
      tail.removeFirst();
      firstNumber++;
      first++;
    }
  }

  public Token last() {
    return last;
  }

  /** Lowest revision held, or one above {@link #last} when none is. */
  public long first() {
    return first;
  }

  public boolean holds(long revision) {
    return revision >= first && revision <= last.revision();
  }

  /**
   * The entry at {@code revision}, which must be held; decoded anew unless it is among the newest.
   */
  public EncodedEntry get(long revision) {
    return tail.get(number(revision));
  }

  /** Encoded size of the entry at {@code revision}, which must be held. */
  public int sizeBytesAt(long revision) {
    return tail.sizeBytes(number(revision));
  }

  /** Whether {@link #epochAt} can tell. */
  public boolean knowsEpochAt(long revision) {
    return revision >= first - 1 && revision <= last.revision();
  }

  /** Epoch of the entry at {@code revision}: of one that is held, or of the one just before. */
  public long epochAt(long revision) {
    if (revision == last.revision()) {
      return last.epoch();
    }
    return revision == first - 1 ? epochBeforeFirst : tail.epoch(number(revision));
  }

  /** The entries {@code from..to}, all of which must be held. */
  public List<EncodedEntry> slice(long from, long to) {
    var entries = new ArrayList<EncodedEntry>((int) Math.max(0, to - from + 1));
    for (long revision = from; revision <= to; revision++) {
      entries.add(get(revision));
    }
    return entries;
  }

  public long sizeBytes() {
    return tail.sizeBytes();
  }

  private long number(long revision) {
    if (!holds(revision)) {
      throw new IllegalStateException(revision + " of " + first + ".." + last);
    }
    return firstNumber + (revision - first);
  }
}
