package io.widecast.store.snapfile;

import io.widecast.model.Token;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;

/**
 * What a snapshot file begins with. A file is this header, blocks of rows ({@link FileBlock}) by
 * rising key, and a {@link FileTrailer}; nothing may follow.
 *
 * <pre>
 * offset size field                                       big-endian
 *      0    4 magic           57 43 53 4e ("WCSN")
 *      4    2 version         1
 *      6    2 reserved        0
 *      8    4 length          of what follows up to the checksum, 1 .. 70,000
 *     12    8 epoch           the snapshot's position: nothing later is in the file
 *     20    8 revision
 *     28    8 createdAtMillis wall-clock time of the snapshot
 *     36    8 rows            how many keys
 *     44    8 contentBytes    of all keys and values
 *     52  1+n name            varint length, UTF-8; 1 .. 64 bytes
 *         3+n filter          varint length, UTF-8; empty for a copy of everything, else the patterns
 *                             of the edge node that it is from, comma-separated
 *           4 crc             CRC-32C of all bytes before it
 * </pre>
 *
 * @param filter empty for a copy of everything
 */
public record SnapshotFileHeader(
    String name, Token token, long createdAtMillis, long rows, long contentBytes, String filter) {

  public static final String MEDIA_TYPE = "application/vnd.widecast.snapshot";
  public static final String FILE_SUFFIX = ".wcsnap";

  static final int MAGIC = 0x5743534e;
  static final int VERSION = 1;
  static final int FRONT_BYTES = 12;
  static final int NAME_BYTES_MAX = 64;
  static final int FILTER_BYTES_MAX = 68_000; // more than 64 patterns of 1 KiB
  static final int LENGTH_MAX = 70_000;

  public SnapshotFileHeader {
    if (name.isEmpty() || createdAtMillis < 0 || rows < 0 || contentBytes < 0) {
      throw new IllegalArgumentException(
          "snapshot '" + name + "' of " + rows + " rows, " + contentBytes + " bytes");
    }
  }

  byte[] encode() {
    var body = new ByteWriter(256);
    body.u64(token.epoch()).u64(token.revision()).u64(createdAtMillis);
    body.u64(rows).u64(contentBytes).text(name).text(filter);
    var out = new ByteWriter(FRONT_BYTES + body.size() + 4);
    out.u32(MAGIC).u16(VERSION).u16(0).u32(body.size()).bytes(body.toBytes());
    return out.u32(out.crcFrom(0, 0)).toArray();
  }

  /**
   * The length of the header behind its front, the checksum included.
   *
   * @param front its first {@value #FRONT_BYTES} bytes
   */
  static int restBytes(byte[] front) throws SnapshotFileException {
    try {
      var in = new ByteReader(front);
      if (in.u32() != MAGIC) {
        throw new SnapshotFileException("this is not a snapshot file: it begins otherwise");
      }
      int version = in.u16();
      int reserved = in.u16();
      if (version != VERSION || reserved != 0) {
        throw new SnapshotFileException(
            "a snapshot file of version "
                + version
                + ", this program reads version "
                + VERSION
                + ": use the program that wrote it, or a newer one");
      }
      int length = in.u32();
      if (length < 1 || length > LENGTH_MAX) {
        throw new SnapshotFileException("the header is damaged: a length of " + length);
      }
      return length + 4;
    } catch (WireException e) {
      throw new SnapshotFileException("the header is damaged: " + e.getMessage());
    }
  }

  static SnapshotFileHeader decode(byte[] whole) throws SnapshotFileException {
    int end = whole.length - 4;
    var in = new ByteReader(whole, FRONT_BYTES, whole.length - FRONT_BYTES);
    try {
      long epoch = in.u63();
      long revision = in.u63();
      long createdAtMillis = in.u63();
      long rows = in.u63();
      long contentBytes = in.u63();
      String name = in.text(NAME_BYTES_MAX);
      String filter = in.text(FILTER_BYTES_MAX);
      int crc = in.u32();
      in.end();
      if (crc != Crc.of(0, whole, 0, end)) {
        throw new WireException("its checksum does not match");
      }
      return new SnapshotFileHeader(
          name, new Token(epoch, revision), createdAtMillis, rows, contentBytes, filter);
    } catch (WireException | IllegalArgumentException e) {
      throw new SnapshotFileException("the header is damaged: " + e.getMessage());
    }
  }
}
