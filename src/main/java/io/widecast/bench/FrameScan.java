package io.widecast.bench;

import java.nio.charset.StandardCharsets;

/**
 * Finds the few numbers that a benchmark needs in a frame of the WebSocket, without building
 * objects: the measuring process shares the machine with what it measures.
 *
 * <p>Every value published by a benchmark begins with the number of its publish, {@link #DIGITS}
 * digits long, so that no string inside a frame is mistaken for a member.
 */
final class FrameScan {

  static final int DIGITS = 9;

  private static final byte[] TOKEN = bytes("\"token\":\"");
  private static final byte[] VALUE = bytes("\"value\":\"");
  private static final byte[] ID = bytes("\"id\":");
  private static final byte[] SKIPPED = bytes("\"skipped\":");
  private static final byte[] OK = bytes("\"ok\":true");

  private FrameScan() {}

  /** Told the number of each publish in a frame. */
  interface Numbers {
    void accept(int number);
  }

  /** A reply begins with the id of its request; what belongs to a watch does not. */
  static boolean isReply(byte[] frame) {
    return indexOf(frame, ID, 0) == 1;
  }

  static boolean isOk(byte[] reply) {
    return indexOf(reply, OK, 0) >= 0;
  }

  /** The {@code id} of a reply, -1 when there is none. */
  static long id(byte[] reply) {
    return number(reply, indexOf(reply, ID, 0), ID.length);
  }

  /** The revision of the first token in the frame, -1 when there is none. */
  static long revision(byte[] frame) {
    int at = indexOf(frame, TOKEN, 0);
    if (at < 0) {
      return -1;
    }
    int dot = at + TOKEN.length;
    while (dot < frame.length && frame[dot] != '.') {
      dot++;
    }
    return number(frame, dot, 1);
  }

  /** How many events the frame leaves out. */
  static long skipped(byte[] frame) {
    return Math.max(0, number(frame, indexOf(frame, SKIPPED, 0), SKIPPED.length));
  }

  /** Tells {@code numbers} of each value in the frame, in its order. */
  static void numbers(byte[] frame, Numbers numbers) {
    int at = indexOf(frame, VALUE, 0);
    while (at >= 0) {
      int from = at + VALUE.length;
      if (from + DIGITS <= frame.length) {
        int number = 0;
        for (int i = from; i < from + DIGITS; i++) {
          number = number * 10 + (frame[i] - '0');
        }
        numbers.accept(number);
      }
      at = indexOf(frame, VALUE, from + DIGITS);
    }
  }

  private static long number(byte[] frame, int at, int skip) {
    if (at < 0) {
      return -1;
    }
    long number = -1;
    for (int i = at + skip; i < frame.length && frame[i] >= '0' && frame[i] <= '9'; i++) {
      number = Math.max(number, 0) * 10 + (frame[i] - '0');
    }
    return number;
  }

  static int indexOf(byte[] in, byte[] wanted, int from) {
    byte first = wanted[0];
    for (int i = Math.max(0, from); i <= in.length - wanted.length; i++) {
      if (in[i] == first && matches(in, wanted, i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean matches(byte[] in, byte[] wanted, int at) {
    for (int i = 1; i < wanted.length; i++) {
      if (in[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
