package io.widecast.store;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The map that the committed part of the log leads to, as one format keeps it in memory and on
 * disk.
 *
 * <p>Changed by one thread at a time; {@link #view}, {@link #logFrom} and {@link #checkpointed} are
 * for any.
 */
interface Keyspace extends Closeable {

  /** The map now. */
  View view();

  /** First segment of the log that a start needs behind the last checkpoint. */
  long logFrom();

  /** What the last checkpoint on disk is as of. */
  Token checkpointed();

  /** Applies {@code entries}, which lead to {@code upTo}. */
  void advance(List<EncodedEntry> entries, Token upTo);

  /**
   * Whether so much has come together that a checkpoint is due; any thread.
   *
   * @param loggedBytes appended to the log since the last one began
   */
  boolean checkpointDue(long loggedBytes);

  /**
   * Freezes the map as it is, to be written elsewhere while this goes on.
   *
   * @param newLogFrom first segment of the log that a start from there needs
   */
  Frozen freeze(long newLogFrom) throws IOException;

  /** A checkpoint on its way to disk. */
  interface Frozen {

    /** Writes it; on any one thread. When this returns, a start finds it. */
    void write() throws IOException;

    /** It is over; for the owner, who tells whether it was written. */
    void over(boolean written);

    /** Deletes what nobody needs once it is written; on any one thread. */
    void deleteOthers() throws IOException;
  }

  /** The log begins elsewhere now: remembers that without changing the map. */
  void logFrom(long newLogFrom) throws IOException;

  /** Begins to take in a copy as of {@code at}, beside the map; an unfinished one is dropped. */
  void beginCopy(Token at) throws IOException;

  /**
   * As {@link #beginCopy}, but of a copy that begins as the map is and is brought to {@code at}.
   */
  void beginChanges(Token at) throws IOException;

  /** The copy that is coming in is now brought to {@code at}, which is not older. */
  void continueCopy(Token at);

  /** Rows of the copy, by rising key. One that it has, or has a newer one of, stays. */
  void addCopy(List<KeyVersion> rows) throws IOException;

  /**
   * Removes keys from the copy.
   *
   * @param behind the first key behind this one is looked at first; empty for the first of all
   * @param upTo the last to look at; empty for all the rest
   * @param lost asked for each, by rising key: whether it goes
   */
  void removeFromCopy(Optional<Key> behind, Optional<Key> upTo, Predicate<Key> lost)
      throws IOException;

  /**
   * The copy is whole. Prepares it so that {@link #installCopy} writes little; afterwards the copy
   * can still be dropped.
   *
   * @throws io.widecast.store.log.DiskFullException when there is no room: it is dropped
   */
  void endCopy() throws IOException;

  /**
   * The copy takes the place of map and checkpoint on disk, in one step; {@link #view} shows it.
   */
  void installCopy(long newLogFrom) throws IOException;

  /** Drops a copy that is coming in. */
  void dropCopy() throws IOException;

  /** Lets go of the files. What is not in a checkpoint is in the log. */
  @Override
  void close() throws IOException;
}
