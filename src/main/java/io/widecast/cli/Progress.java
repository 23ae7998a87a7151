package io.widecast.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A bar on a terminal's stderr; nothing anywhere else. Fed by the thread that reads, at most ten
 * times a second.
 */
final class Progress implements AutoCloseable {

  private static final long INTERVAL_NANOS = 100_000_000;
  private static final int BAR_CHARS = 30;

  private final Terminal terminal;
  private final long sizeBytes;
  private final long startNanos = System.nanoTime();
  private long readBytes;
  private long lines;
  private long shownNanos;
  private boolean shown;

  /**
   * @param sizeBytes of the whole input, 0 when not known
   */
  Progress(Terminal terminal, long sizeBytes) {
    this.terminal = terminal;
    this.sizeBytes = sizeBytes;
  }

  /** {@code in}, its bytes counted. */
  InputStream counting(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        readBytes += read < 0 ? 0 : 1;
        return read;
      }

      @Override
      public int read(byte[] array, int offset, int length) throws IOException {
        int read = super.read(array, offset, length);
        readBytes += Math.max(0, read);
        return read;
      }
    };
  }

  /** Counts the lines of what was handed on, and shows where it stands. */
  synchronized void lines(byte[] part) {
    for (byte b : part) {
      lines += b == '\n' ? 1 : 0;
    }
    long now = System.nanoTime();
    if (terminal.errIsTerminal() && now - shownNanos > INTERVAL_NANOS) {
      shownNanos = now;
      shown = true;
      terminal.err().print("\r" + text((now - startNanos) / 1e9));
    }
  }

  private String text(double seconds) {
    String rate = "%,d lines, %,d/s".formatted(lines, Math.round(lines / Math.max(seconds, 0.001)));
    if (sizeBytes == 0) {
      return rate;
    }
    int filled = (int) (BAR_CHARS * Math.min(readBytes, sizeBytes) / sizeBytes);
    String bar = "#".repeat(filled) + "-".repeat(BAR_CHARS - filled);
    return "[%s] %3d %%  %s".formatted(bar, 100 * Math.min(readBytes, sizeBytes) / sizeBytes, rate);
  }

  /** Takes the bar away. */
  @Override
  public synchronized void close() {
    if (shown) {
      terminal.err().print("\r" + " ".repeat(78) + "\r");
      shown = false;
    }
  }
}
