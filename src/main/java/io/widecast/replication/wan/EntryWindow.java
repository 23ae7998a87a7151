package io.widecast.replication.wan;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest committed entries of a node in memory, for those that read behind it: by rising
 * revision, perhaps with holes (an edge's), bounded in bytes. Not thread-safe: each owner has its
 * own; entries are shared.
 */
public final class EntryWindow {

  private final long bytesMax;
  private final ArrayList<EncodedEntry> entries = new ArrayList<>();
  private int head; // index of the oldest
  private long sizeBytes;
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
        entries.add(entry);
        sizeBytes += entry.sizeBytes();
      }
    }
    last = position;
    while (sizeBytes > bytesMax && head < entries.size()) {
      EncodedEntry oldest = entries.set(head++, null);
      sizeBytes -= oldest.sizeBytes();
      before = oldest.entry().token();
    }
    if (head > 1024 && head > entries.size() / 2) {
      entries.subList(0, head).clear();
      head = 0;
    }
  }

  /** The copy was replaced: nothing before {@code position} is known. */
  public void onJump(Token position) {
    entries.clear();
    head = 0;
    sizeBytes = 0;
    before = position;
    last = position;
  }

  public Token last() {
    return last;
  }

  /** Revision of the newest entry held, or of the position before when none is. */
  public long lastRevision() {
    return entries.size() == head ? before.revision() : entries.get(entries.size() - 1).revision();
  }

  /** Every entry from this revision on is held. */
  public long first() {
    return before.revision() + 1;
  }

  /** Whether {@code position} can be one of this history, as far as what is held here tells. */
  public boolean agrees(Token position) {
    int index = indexAfter(position.revision()) - 1;
    if (index >= head && entries.get(index).revision() == position.revision()) {
      return entries.get(index).entry().epoch() == position.epoch();
    }
    return position.epoch() <= last.epoch();
  }

  /** Up to {@code max} entries above {@code revision}, by rising revision. */
  public List<EncodedEntry> after(long revision, int max) {
    int from = indexAfter(revision);
    return List.copyOf(entries.subList(from, Math.min(entries.size(), from + max)));
  }

  /** Index of the first entry above {@code revision}. */
  private int indexAfter(long revision) {
    int low = head;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).revision() <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
