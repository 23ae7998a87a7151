package io.widecast.store.snapfile;

import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What a snapshot file ends with: a file without it was cut off.
 *
 * <pre>
 * offset size field
 *      0    4 length   0: no block, the end
 *      4    4 reserved 0
 *      8    8 rows     in all blocks
 *     16   32 sha256   of the whole file up to here: header, blocks and these 16 bytes
 *     48    4 crc      CRC-32C of the trailer's bytes before it
 * </pre>
 */
final class FileTrailer {

  static final int BYTES = 52;

  private static final int HASHED_BYTES = 16;

  private FileTrailer() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) { // every JDK has it
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param digest of everything before; takes in the trailer's own first bytes
   */
  static byte[] encode(long rows, MessageDigest digest) {
    var out = new ByteWriter(BYTES).u32(0).u32(0).u64(rows);
    digest.update(out.unsafeArray(), 0, HASHED_BYTES);
    byte[] hash = digest.digest();
    out.bytes(hash, 0, hash.length);
    return out.u32(out.crcFrom(0, 0)).toArray();
  }

  /** Checks that {@code trailer} ends a file of so many rows whose bytes are {@code digest}'s. */
  static void check(byte[] trailer, long rows, MessageDigest digest) throws SnapshotFileException {
    try {
      var in = new ByteReader(trailer, 0, BYTES);
      boolean front = in.u32() == 0 && in.u32() == 0;
      long counted = in.u63();
      digest.update(trailer, 0, HASHED_BYTES);
      byte[] hash = in.bytes(32).unsafeArray();
      if (!front || in.u32() != Crc.of(0, trailer, 0, BYTES - 4)) {
        throw new SnapshotFileException("the trailer is damaged: its checksum does not match");
      }
      if (counted != rows) {
        throw new SnapshotFileException(
            "the file has " + rows + " rows, its trailer counts " + counted);
      }
      if (!Arrays.equals(hash, digest.digest())) {
        throw new SnapshotFileException("the file's checksum (SHA-256) does not match");
      }
    } catch (WireException e) {
      throw new SnapshotFileException("the trailer is damaged: " + e.getMessage());
    }
  }
}
