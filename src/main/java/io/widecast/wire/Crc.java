package io.widecast.wire;

import java.util.zip.CRC32C;

/** CRC-32C, started from a seed so that bytes of another cluster or another place do not pass. */
public final class Crc {

  private Crc() {}

  public static int of(long seed, byte[] array, int offset, int length) {
    var crc = new CRC32C();
    if (seed != 0) {
      for (int shift = 56; shift >= 0; shift -= 8) {
        crc.update((int) (seed >>> shift) & 0xff);
      }
    }
    crc.update(array, offset, length);
    return (int) crc.getValue();
  }
}
