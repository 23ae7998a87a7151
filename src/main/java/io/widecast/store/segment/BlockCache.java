package io.widecast.store.segment;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Keeps the chunks of segments that were read, and the files that are open, within a budget: a
 * clock over all chunks, each with a bit that says whether it was used since the hand came by.
 *
 * <p>Any thread; one lock, taken when something is added and not for a hit.
 */
final class BlockCache {

  private static final int FILES_MAX = 256;

  private record Chunk(Segment segment, int index) {}

  private long budgetBytes;
  private final ArrayDeque<Chunk> clock = new ArrayDeque<>();
  private final ArrayDeque<Segment> open = new ArrayDeque<>();
  private long bytes;

  BlockCache(long budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  synchronized long bytes() {
    return bytes;
  }

  /** Changes the budget; what is beyond it goes when something is added. */
  synchronized void limit(long newBudgetBytes) {
    budgetBytes = newBudgetBytes;
  }

  /** Chunks of a segment that is gone. */
  synchronized void removed(long chunkBytes) {
    bytes -= chunkBytes;
  }

  synchronized void added(Segment segment, int index) {
    bytes += segment.chunkBytes(index);
    clock.add(new Chunk(segment, index));
    int looks = 2 * clock.size();
    while (bytes > budgetBytes && looks-- > 0 && !clock.isEmpty()) {
      Chunk oldest = clock.remove();
      if (!oldest.segment.isDropped() && oldest.segment.testAndClearUsed(oldest.index)) {
        clock.add(oldest);
      } else {
        bytes -= oldest.segment.evict(oldest.index);
      }
    }
  }

  /** A segment's file was opened; the caller holds its lock, so nothing is closed here. */
  synchronized void opened(Segment segment) {
    open.add(segment);
  }

  /** Closes what is open beyond the limit; the caller holds no lock. */
  void closeOldest() throws IOException {
    for (Segment oldest = tooMany(); oldest != null; oldest = tooMany()) {
      oldest.closeFile(); // the next read opens it again
    }
  }

  private synchronized Segment tooMany() {
    return open.size() > FILES_MAX ? open.remove() : null;
  }
}
