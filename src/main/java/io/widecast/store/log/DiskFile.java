package io.widecast.store.log;

import java.io.Closeable;
import java.io.IOException;

/** An open file of a {@link Disk}. Reads and writes name their offset; there is no position. */
public interface DiskFile extends Closeable {

  long size() throws IOException;

  /** Reads {@code length} bytes, fewer only where the file ends; how many. */
  int read(long offset, byte[] into, int from, int length) throws IOException;

  /** Writes all bytes, beyond the end too; what lies between is then zero. */
  void write(long offset, byte[] bytes, int from, int length) throws IOException;

  void truncate(long size) throws IOException;

  /** Returns when all that was written survives a power cut. */
  void force() throws IOException;

  @Override
  void close() throws IOException;
}
