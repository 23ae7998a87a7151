package io.widecast.store;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterators;
import java.util.stream.StreamSupport;

/**
 * The whole map as it stood at one position: immutable, readable on any thread for as long as
 * somebody holds it. Getting one costs nothing. Reading one may wait for a disk, unless it says
 * otherwise, and so is not for an event loop.
 */
public interface View {

  /** Everything up to here is in it, nothing later. */
  Token token();

  /**
   * History begins here at this moment, not at that of the view: whoever wants what came after a
   * position below it is told to begin anew. {@link Token#NONE} where nobody ended it.
   */
  default Token horizon() {
    return Token.NONE;
  }

  /** How many keys are present. */
  long size();

  /** Bytes of all present keys and values. */
  long contentBytes();

  Optional<Versioned> find(Key key);

  /**
   * What {@link #find} would say, if that can be said without waiting for a disk; empty when it
   * cannot. For event loops, which then go to a worker.
   */
  default Optional<Optional<Versioned>> findNow(Key key) {
    return isInMemory() ? Optional.of(find(key)) : Optional.empty();
  }

  /**
   * As {@link #find}, but with an empty value: where a key stands, for who orders the next write.
   * Reads less, and succeeds where only the value is damaged.
   */
  default Optional<Versioned> findState(Key key) {
    return find(key);
  }

  /** To {@link #findState} what {@link #findNow} is to {@link #find}. */
  default Optional<Optional<Versioned>> findStateNow(Key key) {
    return findNow(key);
  }

  /** Whether {@link #findState} surely never waits for a disk now: saves asking for each key. */
  default boolean hasStatesInMemory() {
    return isInMemory();
  }

  /** Whether nothing that is read from it ever waits for a disk. */
  default boolean isInMemory() {
    return false;
  }

  /** Present keys from the first that is not below {@code from}, in byte order; empty for all. */
  Iterator<KeyVersion> from(Bytes from);

  /**
   * Those of {@link #from(Bytes)} that begin with {@code prefix}, up to the first that does not:
   * whatever is the matter with that one and what follows, it is not met.
   */
  default Iterator<KeyVersion> from(Bytes from, Bytes prefix) {
    return new PrefixRows(from(from), prefix);
  }

  /** All present keys by rising key, for where they stand: their values do not count. */
  default Iterator<KeyVersion> states() {
    return from(Bytes.EMPTY);
  }

  /** Keys that have a time to live, by rising key. */
  default Iterator<KeyVersion> expiring() {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(from(Bytes.EMPTY), 0), false)
        .filter(row -> row.versioned().expiresAtMillis() > 0)
        .iterator();
  }
}
