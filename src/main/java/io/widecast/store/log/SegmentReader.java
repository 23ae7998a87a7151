package io.widecast.store.log;

import io.widecast.wire.ByteReader;
import io.widecast.wire.WireException;
import java.io.Closeable;
import java.io.IOException;

/**
 * Reads the frames of one segment through a window, checking each before it shows it. Never trusts
 * a length: no more is read or allocated than the file has and a frame may take.
 */
final class SegmentReader implements Closeable {

  /** What stands at a place. */
  enum Found {
    FRAME,
    /** The end of the file, or zeros where nothing has been written. */
    NOTHING,
    BROKEN
  }

  private static final int WINDOW_BYTES = 128 << 10;

  /** Groups rise by one for each attempt; so many in a row do not fail. */
  private static final long GROUP_STEP_MAX = 1 << 20;

  private final DiskFile file;
  private final long identity;
  private final long number;
  private final long limit;
  private byte[] window = new byte[WINDOW_BYTES];
  private long windowAt;
  private int windowLength;

  private int start;
  private int length;
  private long group;
  private boolean continuation;

  /**
   * @param limit where to stop: the size of the file, or of the part that may be read
   */
  SegmentReader(DiskFile file, long identity, long number, long limit) {
    this.file = file;
    this.identity = identity;
    this.number = number;
    this.limit = limit;
  }

  /**
   * Looks at {@code offset}; the frame there, if any, is shown by the other methods.
   *
   * @param groupBefore number of the frame before, which this one must follow; -1 for any
   */
  Found at(long offset, long groupBefore) throws IOException {
    if (offset == limit) {
      return Found.NOTHING;
    }
    if (!isPlausible(offset, groupBefore)) {
      return isZeroFrom(offset) ? Found.NOTHING : Found.BROKEN;
    }
    ensure(offset, length);
    start = (int) (offset - windowAt);
    long seed = LogFrame.seed(identity, number, offset);
    return LogFrame.isSound(window, start, length, seed) ? Found.FRAME : Found.BROKEN;
  }

  private boolean isPlausible(long offset, long groupBefore) throws IOException {
    if (limit - offset < LogFrame.HEADER_BYTES) {
      return false;
    }
    ensure(offset, LogFrame.HEADER_BYTES);
    try {
      var in = new ByteReader(window, (int) (offset - windowAt), LogFrame.HEADER_BYTES);
      length = in.u32();
      in.u32();
      group = in.u64();
      int flags = in.u8();
      continuation = flags == LogFrame.CONTINUATION;
      return length > LogFrame.HEADER_BYTES
          && length <= LogFrame.BYTES_MAX
          && length <= limit - offset
          && follows(groupBefore)
          && flags <= LogFrame.CONTINUATION;
    } catch (WireException e) {
      throw new AssertionError(e);
    }
  }

  private boolean follows(long groupBefore) {
    return groupBefore < 0 || group > groupBefore && group - groupBefore <= GROUP_STEP_MAX;
  }

  /** Whether a frame that began a write stands anywhere from {@code offset} on. */
  boolean laterWriteFrom(long offset, long groupBefore) throws IOException {
    for (long place = offset; limit - place > LogFrame.HEADER_BYTES; place++) {
      if (isPlausible(place, groupBefore)
          && !continuation
          && at(place, groupBefore) == Found.FRAME) {
        return true;
      }
    }
    return false;
  }

  private boolean isZeroFrom(long offset) throws IOException {
    for (long place = offset; place < limit; ) {
      int part = (int) Math.min(limit - place, WINDOW_BYTES);
      ensure(place, part);
      for (int i = (int) (place - windowAt); part > 0; i++, part--, place++) {
        if (window[i] != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private void ensure(long offset, int wanted) throws IOException {
    if (offset >= windowAt && offset + wanted <= windowAt + windowLength) {
      return;
    }
    if (wanted > window.length) {
      window = new byte[wanted];
    }
    windowAt = offset;
    windowLength = file.read(offset, window, 0, (int) Math.min(window.length, limit - offset));
    if (windowLength < wanted) {
      throw new IOException(
          Log.segmentName(number) + " ends at " + (offset + windowLength) + ", not at " + limit);
    }
  }

  /** The array the records of the frame stand in; valid until the next look. */
  byte[] array() {
    return window;
  }

  int bodyFrom() {
    return start + LogFrame.HEADER_BYTES;
  }

  int bodyTo() {
    return start + length;
  }

  int length() {
    return length;
  }

  long group() {
    return group;
  }

  /** The offset in the file of what stands at {@code index} of {@link #array}. */
  long fileOffset(int index) {
    return windowAt + index;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
