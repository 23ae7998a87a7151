package io.widecast.store.segment;

/**
 * Physical block addresses: segment, offset in it and length, in one {@code long}.
 *
 * <pre>
 * bits  field
 * 1     0
 * 28    segment   1 .. 2^28 - 1: numbers only rise, so this is 1 PiB written in a store's life
 * 20    offset    in units of 4 bytes
 * 15    length    of the whole block in units of 4 bytes, header and padding included
 * </pre>
 *
 * 0 is no address. Source: systems.md 0.1, PBA.
 */
public final class Pba {

  static final int UNIT = 4;
  static final long SEGMENT_MAX = (1L << 28) - 1;
  static final int OFFSET_MAX = ((1 << 20) - 1) * UNIT;
  static final int LENGTH_MAX = ((1 << 15) - 1) * UNIT;

  private static final int LENGTH_BITS = 15;
  private static final int OFFSET_BITS = 20;

  private Pba() {}

  static long of(long segment, int offset, int length) {
    if (segment < 1 || segment > SEGMENT_MAX) {
      throw new IllegalStateException(
          "segment " + segment + ": a store ends after " + SEGMENT_MAX + "; restore it into a new");
    }
    if (offset % UNIT != 0 || length % UNIT != 0 || length > LENGTH_MAX || offset > OFFSET_MAX) {
      throw new IllegalArgumentException("block of " + length + " at " + offset);
    }
    return segment << (OFFSET_BITS + LENGTH_BITS)
        | (long) (offset / UNIT) << LENGTH_BITS
        | length / UNIT;
  }

  public static long segment(long pba) {
    return pba >>> (OFFSET_BITS + LENGTH_BITS);
  }

  /** In bytes from the segment's start. */
  public static int offset(long pba) {
    return (int) (pba >>> LENGTH_BITS & ((1 << OFFSET_BITS) - 1)) * UNIT;
  }

  /** Bytes that the whole block takes. */
  public static int length(long pba) {
    return (int) (pba & ((1 << LENGTH_BITS) - 1)) * UNIT;
  }

  /** Where it lies among all bytes ever written, in units: what neighbours differ little in. */
  public static long position(long pba) {
    return pba >>> LENGTH_BITS;
  }

  /** The address at {@code position} of so many bytes. */
  public static long at(long position, int length) {
    return position << LENGTH_BITS | length / UNIT;
  }

  public static String text(long pba) {
    return "segment " + segment(pba) + " offset " + offset(pba) + " length " + length(pba);
  }
}
