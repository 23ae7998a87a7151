package io.widecast.store.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * One directory of files, as far as a store needs it: a real one, or a simulated one whose power
 * can be cut. Names are plain, without a path. What is written is safe from a power cut after
 * {@link DiskFile#force}, and a file's creation, renaming or deletion after {@link #forceNames}.
 *
 * <p>Everything fails with {@link DiskFullException} when there is no room, and with another {@code
 * IOException} when the disk does not do what it should. Methods may be called on any thread.
 */
public interface Disk {

  /** Names of all files, sorted. */
  List<String> list() throws IOException;

  /** A new empty file, in place of any of that name. */
  DiskFile create(String name) throws IOException;

  /** An existing file, to read and write. */
  DiskFile open(String name) throws IOException;

  void delete(String name) throws IOException;

  /** Gives {@code from} the name {@code to}, in place of any of that name, in one step. */
  void rename(String from, String to) throws IOException;

  void forceNames() throws IOException;

  /** Bytes that can still be written, as far as the disk knows. */
  long freeBytes() throws IOException;

  /**
   * Keeps every other process, and every other store in this one, away until the result is closed.
   *
   * @throws StoreException naming who holds it, when somebody does
   */
  Closeable lock() throws IOException;

  /** What to call the directory in a message. */
  String place();
}
