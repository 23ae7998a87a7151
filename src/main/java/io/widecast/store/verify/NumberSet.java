package io.widecast.store.verify;

import java.util.HashMap;
import java.util.Map;

/**
 * A set of numbers that mostly lie close together, such as page ids or VBAs: a bit each, and
 * nothing for the wide gaps that every start leaves.
 */
final class NumberSet {

  private static final int BITS = 12; // of a number that choose its bit in a chunk

  private final Map<Long, long[]> chunks = new HashMap<>(); // never iterated
  private long size;

  /** Whether it was not in before. */
  boolean add(long number) {
    long[] chunk = chunks.computeIfAbsent(number >>> BITS, any -> new long[1 << BITS - 6]);
    int bit = (int) number & (1 << BITS) - 1;
    if ((chunk[bit >>> 6] & 1L << bit) != 0) {
      return false;
    }
    chunk[bit >>> 6] |= 1L << bit;
    size++;
    return true;
  }

  boolean contains(long number) {
    long[] chunk = chunks.get(number >>> BITS);
    int bit = (int) number & (1 << BITS) - 1;
    return chunk != null && (chunk[bit >>> 6] & 1L << bit) != 0;
  }

  long size() {
    return size;
  }
}
