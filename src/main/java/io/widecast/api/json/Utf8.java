package io.widecast.api.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks UTF-8 without decoding it (RFC 3629: no overlong form, no surrogate, nothing above
 * U+10FFFF). Eight bytes at a time while they are ASCII, which nearly all are.
 */
public final class Utf8 {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  public static boolean isValid(byte[] bytes) {
    return isValid(bytes, 0, bytes.length);
  }

  /** Whether the bytes from {@code from} (included) to {@code to} (excluded) are UTF-8. */
  public static boolean isValid(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      if (i + 8 <= to && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
        i += 8;
      } else if (bytes[i] >= 0) {
        i++;
      } else {
        int length = sequenceLength(bytes, i, to);
        if (length == 0) {
          return false;
        }
        i += length;
      }
    }
    return true;
  }

  /** Bytes of the well-formed sequence that begins at {@code i} with a byte above 0x7F, or 0. */
  private static int sequenceLength(byte[] bytes, int i, int to) {
    int first = bytes[i] & 0xFF;
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > to) {
      return 0;
    }
    int second = bytes[i + 1] & 0xFF;
    int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80; // overlong below
    int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF; // surrogates, beyond Unicode
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int k = 2; k < length; k++) {
      if ((bytes[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
