package io.widecast.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A storage engine as {@link StoreBench} measures it: ours, and in the tests' class path others.
 * For one thread; what an engine does in the background it does by itself.
 */
public interface StoreEngine extends AutoCloseable {

  /** What to call it in a table. */
  String name();

  /** Opens a directory, with what is in it. */
  void open(Path directory) throws IOException;

  /** Writes a batch in one step: {@code keys[i]} to {@code values[i]}; on disk when it returns. */
  void put(List<byte[]> keys, List<byte[]> values) throws IOException;

  /** Bytes of the value, or -1 for a key that is absent. */
  int get(byte[] key) throws IOException;

  /** Walks all keys in order, with their values; how many there are. */
  long scan() throws IOException;

  /** Freezes the state under {@code name}, for as long as the process lasts. */
  void snapshot(String name) throws IOException;

  /** Gives a snapshot up; its space comes back at once or later. */
  void dropSnapshot(String name) throws IOException;

  /** Returns when nothing is done in the background any more and what can be given back is. */
  void settle() throws IOException;

  /** Anything worth telling about the inside, for a line of its own; empty for nothing. */
  default String figures() {
    return "";
  }

  @Override
  void close() throws IOException;
}
