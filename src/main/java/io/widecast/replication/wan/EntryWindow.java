package io.widecast.replication.wan;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.wire.EntryTail;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest committed entries of a node in memory, for those that read behind it: by rising
 * revision, perhaps with holes (an edge's), bounded in bytes. Not thread-safe: each owner has its
 * own; entries are shared.
 */
public final class EntryWindow {

  private final long bytesMax;
  private final EntryTail entries = new EntryTail();
  private Token before; // position before the oldest entry
  private Token last; // position of the node's copy: of the newest entry, or a later watermark

  public EntryWindow(Token last, long bytesMax) {
    this.last = last;
    this.before = last;
    this.bytesMax = bytesMax;
  }

  /** The copy moved on by {@code more} to {@code position}. */
  public void onApplied(List<EncodedEntry> more, Token position) {
    for (EncodedEntry entry : more) {
      if (entry.revision() > last.revision()) {
        entries.addLast(entry);
      }
    }
    last = position;
    while (entries.sizeBytes() > bytesMax && !entries.isEmpty()) {
      long oldest = entries.first();
      before = new Token(entries.epoch(oldest), entries.revision(oldest));
      entries.removeFirst();
    }
  }

  /** The copy was replaced: nothing before {@code position} is known. */
  public void onJump(Token position) {
    entries.clear();
    before = position;
    last = position;
  }

  public Token last() {
    return last;
  }

  /** Revision of the newest entry held, or of the position before when none is. */
  public long lastRevision() {
    return entries.isEmpty() ? before.revision() : entries.revision(entries.end() - 1);
  }

  /** Every entry from this revision on is held. */
  public long first() {
    return before.revision() + 1;
  }

  /** Whether {@code position} can be one of this history, as far as what is held here tells. */
  public boolean agrees(Token position) {
    long number = entries.numberAbove(position.revision() - 1);
    if (number < entries.end() && entries.revision(number) == position.revision()) {
      return entries.epoch(number) == position.epoch();
    }
    return position.epoch() <= last.epoch();
  }

  /** Up to {@code max} entries above {@code revision}, by rising revision. */
  public List<EncodedEntry> after(long revision, int max) {
    long from = entries.numberAbove(revision);
    long to = Math.min(entries.end(), from + max);
    var found = new ArrayList<EncodedEntry>((int) (to - from));
    for (long number = from; number < to; number++) {
      found.add(entries.get(number));
    }
    return found;
  }
}
