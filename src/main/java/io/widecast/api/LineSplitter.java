package io.widecast.api;

import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines, which end with a line feed or with the stream. A line that
 * lies within one chunk is not copied.
 */
final class LineSplitter {

  /** What takes the lines: the bytes from {@code from} (included) to {@code to} (excluded). */
  interface Lines {
    void line(byte[] bytes, int from, int to);
  }

  private final int lineBytesMax;
  private final Lines lines;
  private byte[] begun = new byte[0]; // of the line that the last chunk left unfinished
  private int begunBytes;

  LineSplitter(int lineBytesMax, Lines lines) {
    this.lineBytesMax = lineBytesMax;
    this.lines = lines;
  }

  /**
   * @throws WidecastException {@link ErrorCode#TOO_LARGE} when a line gets longer than allowed
   */
  void add(byte[] chunk) {
    int from = 0;
    for (int i = 0; i < chunk.length; i++) {
      if (chunk[i] == '\n') {
        complete(chunk, from, i);
        from = i + 1;
      }
    }
    keep(chunk, from, chunk.length);
  }

  /** The stream has ended: hands over what the last line feed did not. */
  void end() {
    if (begunBytes > 0) {
      complete(begun, 0, 0);
    }
  }

  private void complete(byte[] chunk, int from, int to) {
    if (begunBytes == 0) {
      check(to - from);
      lines.line(chunk, from, to);
      return;
    }
    keep(chunk, from, to);
    int bytes = begunBytes;
    begunBytes = 0;
    lines.line(begun, 0, bytes);
  }

  private void keep(byte[] chunk, int from, int to) {
    int bytes = to - from;
    check(begunBytes + bytes);
    if (begunBytes + bytes > begun.length) {
      begun = Arrays.copyOf(begun, Math.max(begunBytes + bytes, 2 * begun.length));
    }
    System.arraycopy(chunk, from, begun, begunBytes, bytes);
    begunBytes += bytes;
  }

  private void check(int bytes) {
    if (bytes > lineBytesMax) {
      throw new WidecastException(
          ErrorCode.TOO_LARGE, "a line takes up to " + lineBytesMax + " bytes; this one is longer");
    }
  }
}
