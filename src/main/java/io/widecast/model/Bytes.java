package io.widecast.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An immutable byte string, ordered bytewise (unsigned), as keys are. Safe on any thread. */
public final class Bytes implements Comparable<Bytes> {

  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** A copy of {@code array}. */
  public static Bytes copyOf(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array.clone());
  }

  /** Takes {@code array} over without copying it: the caller must not write to it again. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return array.length;
  }

  public byte at(int index) {
    return array[index];
  }

  /** A copy of the content. */
  public byte[] toArray() {
    return array.clone();
  }

  /**
   * The content itself, for handing to an I/O call that only reads. Writing to it breaks every
   * holder.
   */
  public byte[] unsafeArray() {
    return array;
  }

  /** Whether {@code longer} begins with this. */
  public boolean isPrefixOf(byte[] longer) {
    return longer.length >= array.length
        && Arrays.equals(longer, 0, array.length, array, 0, array.length);
  }

  /** Decoded as UTF-8; malformed parts become the replacement character. */
  public String toUtf8() {
    return new String(array, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(array, other.array);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  @Override
  public String toString() {
    return toUtf8();
  }
}
