package io.widecast.store.log;

import java.util.Arrays;

/**
 * Where in a segment some of its frames stand: one for about every 64 KiB, with the revision of its
 * first entry. Immutable for readers: a longer index shares the arrays, which only ever grow at the
 * end and are written by one thread.
 */
final class FrameIndex {

  static final FrameIndex EMPTY = new FrameIndex(new long[0], new long[0], 0);

  private static final int STEP_BYTES = 64 << 10;

  private final long[] revisions;
  private final long[] offsets;
  private final int count;

  private FrameIndex(long[] revisions, long[] offsets, int count) {
    this.revisions = revisions;
    this.offsets = offsets;
    this.count = count;
  }

  /** With the frame at {@code offset}, when it is far enough from the last or goes back. */
  FrameIndex with(long revision, long offset) {
    if (count > 0 && offset - offsets[count - 1] < STEP_BYTES && revision > revisions[count - 1]) {
      return this;
    }
    boolean full = count == revisions.length;
    long[] moreRevisions = full ? Arrays.copyOf(revisions, count + 16 + count / 2) : revisions;
    long[] moreOffsets = full ? Arrays.copyOf(offsets, count + 16 + count / 2) : offsets;
    moreRevisions[count] = revision;
    moreOffsets[count] = offset;
    return new FrameIndex(moreRevisions, moreOffsets, count + 1);
  }

  /** The last frame noted whose first entry is not above {@code revision}, or -1. */
  long lastOffsetNotAbove(long revision) {
    for (int i = count - 1; i >= 0; i--) {
      if (revisions[i] <= revision) {
        return offsets[i];
      }
    }
    return -1;
  }
}
