package io.widecast.store.redo;

import io.widecast.model.Token;

/**
 * A frozen point of the map, in a file {@code object-<id>}: all rows of it, or what its parent
 * lacks.
 *
 * <pre>
 * header, 36 bytes              block, up to BLOCK_BYTES and one row
 *  0 4 magic     "WCRO"          0 4 length    of the whole block
 *  4 2 version   1               4 4 crc       of all that follows, seeded with identity,
 *  6 1 kind      1 root, 2 delta               id and offset
 *  7 1 reserved  0               8 1 type      1 rows, 2 footer
 *  8 8 identity                  9   rows: each a length (varint) and a {@link Row}
 * 16 8 id        1 or more           footer: rows (8), epoch (8), revision (8); ends the file
 * 24 8 parent    0 for a root
 * 32 4 crc       of the 32 bytes before
 * </pre>
 *
 * Rows come by rising key, in the whole object. A delta holds tombstones for keys its parent has.
 *
 * @param parent the object whose state a delta changes, 0 for a root
 * @param position the map is that as of here
 * @param bytes of the file
 */
public record RedoObject(long id, long parent, Kind kind, Token position, long rows, long bytes) {

  static final int MAGIC = 0x5743524f;
  static final int VERSION = 1;
  static final int HEADER_BYTES = 36;
  static final int BLOCK_HEADER_BYTES = 9;
  static final int ROWS = 1;
  static final int FOOTER = 2;
  static final int FOOTER_BYTES = BLOCK_HEADER_BYTES + 24;

  /** A block that has reached this is ended. */
  static final int BLOCK_BYTES = 64 << 10;

  static final int BLOCK_BYTES_MAX = BLOCK_BYTES + Row.BYTES_MAX + 16;

  private static final String PREFIX = "object-";

  /** A root holds a whole state, a delta the difference to its parent's. */
  public enum Kind {
    ROOT,
    DELTA
  }

  public RedoObject {
    if (id < 1 || parent < 0 || parent >= id || rows < 0 || bytes < 0) {
      throw new IllegalArgumentException("object " + id + " of parent " + parent);
    }
    if ((kind == Kind.ROOT) != (parent == 0)) {
      throw new IllegalArgumentException(kind + " with parent " + parent);
    }
  }

  public String fileName() {
    return fileName(id);
  }

  static String fileName(long id) {
    return String.format("%s%016x", PREFIX, id);
  }

  /** Whether {@code name} is that of an object. */
  public static boolean isFileName(String name) {
    return name.matches(PREFIX + "[0-9a-f]{16}");
  }

  static long seed(long identity, long id, long offset) {
    return ~identity ^ id * 0x9e3779b97f4a7c15L ^ offset * 0xc2b2ae3d27d4eb4fL;
  }
}
