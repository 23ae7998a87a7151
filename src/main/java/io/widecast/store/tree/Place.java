package io.widecast.store.tree;

import io.widecast.model.Bytes;
import java.util.Arrays;

/**
 * A place in the order of a logical map: by rising key, and for one key the newest revision first.
 *
 * @param key not to be changed
 */
public record Place(byte[] key, long revision) implements Comparable<Place> {

  /** Before every row. */
  public static final Place FIRST = new Place(new byte[0], Long.MAX_VALUE);

  /** Before every row of {@code key}. */
  public static Place before(Bytes key) {
    return new Place(key.unsafeArray(), Long.MAX_VALUE);
  }

  /** Behind every row of {@code key}. */
  public static Place behind(byte[] key) {
    return new Place(Arrays.copyOf(key, key.length + 1), Long.MAX_VALUE);
  }

  /** The place right behind this one. */
  public Place next() {
    return revision == 0 ? behind(key) : new Place(key, revision - 1);
  }

  @Override
  public int compareTo(Place other) {
    int order = Arrays.compareUnsigned(key, other.key);
    return order != 0 ? order : Long.compare(other.revision, revision);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Place place && compareTo(place) == 0;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key) * 31 + Long.hashCode(revision);
  }

  @Override
  public String toString() {
    return "'" + Bytes.copyOf(key).toUtf8() + "' at " + revision;
  }
}
