package io.widecast.store.snapfile;

import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Some rows of a snapshot file, by rising key, also from block to block.
 *
 * <pre>
 * offset size field
 *      0    4 length   of the rows, 1 .. {@value #LENGTH_MAX}
 *      4    4 count    of the rows, 1 or more
 *      8    8 first    index of its first row in the whole file, from 0
 *     16    n rows     see {@link FileRow}
 *           4 crc      CRC-32C of all bytes of the block before it
 * </pre>
 *
 * A block ends with the row that makes it {@value #FULL_BYTES} bytes or more.
 */
final class FileBlock {

  static final int FRONT_BYTES = 16;
  static final int FULL_BYTES = 64 << 10;
  static final int LENGTH_MAX = FULL_BYTES + FileRow.BYTES_MAX;

  private FileBlock() {}

  /**
   * A block of the next rows, of which there is one at least.
   *
   * @param first index of the first of them
   */
  static byte[] encode(Iterator<KeyVersion> rows, long first, List<KeyVersion> taken) {
    var out = new ByteWriter(FULL_BYTES + 1024);
    out.u32(0).u32(0).u64(first);
    while (rows.hasNext() && out.size() - FRONT_BYTES < FULL_BYTES) {
      KeyVersion row = rows.next();
      FileRow.write(out, row);
      taken.add(row);
    }
    out.setU32(0, out.size() - FRONT_BYTES).setU32(4, taken.size());
    return out.u32(out.crcFrom(0, 0)).toArray();
  }

  /**
   * The rows of {@code block}, which has the length that its front says.
   *
   * @param first index that its first row must have
   * @param at position of the snapshot: no row is of a later one
   */
  static List<KeyVersion> decode(byte[] block, long first, Token at) throws SnapshotFileException {
    try {
      int end = block.length - 4;
      if (new ByteReader(block, end, 4).u32() != Crc.of(0, block, 0, end)) {
        throw new WireException("its checksum does not match");
      }
      var in = new ByteReader(block, 4, end - 4);
      int count = in.u32();
      long index = in.u63();
      if (index != first) {
        throw new WireException("it begins with row " + index + ": blocks are missing or moved");
      }
      var rows = new ArrayList<KeyVersion>();
      while (in.remaining() > 0) {
        KeyVersion row = FileRow.read(in);
        if (row.versioned().token().compareTo(at) > 0) {
          throw new WireException("'" + row.key() + "' is of a later position than the snapshot");
        }
        rows.add(row);
      }
      if (rows.size() != count) {
        throw new WireException(rows.size() + " rows, " + count + " announced");
      }
      return rows;
    } catch (WireException | IllegalArgumentException e) {
      throw new SnapshotFileException(
          "the block at row " + first + " is damaged: " + e.getMessage());
    }
  }
}
