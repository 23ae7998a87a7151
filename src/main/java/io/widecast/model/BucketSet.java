package io.widecast.model;

import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Some of the {@value #BUCKETS} buckets that keys fall into by their hash: a bitmap. Immutable.
 * Source: systems.md 0.1 and S6.
 */
public final class BucketSet {

  /** Fixed for good: it is in what nodes tell each other, and in their files. */
  public static final int BUCKETS = 65_536;

  public static final BucketSet NONE = new BucketSet(new BitSet());

  private final BitSet bits;

  private BucketSet(BitSet bits) {
    this.bits = bits;
  }

  /** Those that {@code test} takes. */
  public static BucketSet of(IntPredicate test) {
    var bits = new BitSet(BUCKETS);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      if (test.test(bucket)) {
        bits.set(bucket);
      }
    }
    return bits.isEmpty() ? NONE : new BucketSet(bits);
  }

  /** The bucket of {@code key}: the leading bits of a hash, 0 to {@value #BUCKETS} - 1. */
  public static int bucketOf(Key key) {
    long hash = 0xcbf29ce484222325L; // FNV-1a, then the finalizer of MurmurHash3
    for (byte b : key.bytes().unsafeArray()) {
      hash = (hash ^ b) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return (int) (hash >>> 48);
  }

  public boolean contains(int bucket) {
    return bits.get(bucket);
  }

  public boolean contains(Key key) {
    return !bits.isEmpty() && bits.get(bucketOf(key));
  }

  /** The first bucket from {@code bucket} on that is in it; -1 for none. */
  public int next(int bucket) {
    return bits.nextSetBit(bucket);
  }

  public boolean isEmpty() {
    return bits.isEmpty();
  }

  public int count() {
    return bits.cardinality();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BucketSet set && bits.equals(set.bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  @Override
  public String toString() {
    return count() + " buckets";
  }
}
