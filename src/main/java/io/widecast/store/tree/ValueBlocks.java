package io.widecast.store.tree;

import io.widecast.model.Bytes;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.store.segment.BlockKind;
import io.widecast.store.segment.Segments;
import io.widecast.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Values as blocks: a content type (1 byte for a usual one, else 255, its length and its ASCII) and
 * the bytes, cut into a run of blocks where one is not enough. An empty value has a block too.
 */
public final class ValueBlocks {

  /** Content of the longest value. */
  static final int BYTES_MAX = 2 + Value.CONTENT_TYPE_CHARS_MAX + Value.BYTES_MAX;

  private static final int SMALL_BYTES = 1024;
  private static final int SPELLED = 255;
  private static final List<String> TYPES = List.of(Value.OCTETS, Value.TEXT, Value.JSON);

  private ValueBlocks() {}

  /** How many blocks a content of {@code length} bytes takes. */
  public static int count(int length) {
    return (length + Segments.PAYLOAD_MAX - 1) / Segments.PAYLOAD_MAX;
  }

  /** What of {@code value} goes into blocks. */
  static byte[] content(Value value) {
    int type = TYPES.indexOf(value.contentType());
    byte[] spelled =
        type < 0 ? value.contentType().getBytes(StandardCharsets.US_ASCII) : new byte[0];
    int front = type < 0 ? 2 + spelled.length : 1;
    byte[] bytes = value.bytes().unsafeArray();
    byte[] content = new byte[front + bytes.length];
    if (type < 0) {
      content[0] = (byte) SPELLED;
      content[1] = (byte) spelled.length;
      System.arraycopy(spelled, 0, content, 2, spelled.length);
    } else {
      content[0] = (byte) type;
    }
    System.arraycopy(bytes, 0, content, front, bytes.length);
    return content;
  }

  private static Value value(byte[] content, int from, int length) throws WireException {
    int type = content[from] & 0xff;
    if (type < TYPES.size()) {
      return new Value(bytes(content, from + 1, from + length), TYPES.get(type));
    }
    int front = length < 2 ? 0 : 2 + (content[from + 1] & 0xff);
    if (type != SPELLED || front < 3 || front > length) {
      throw new WireException("content type " + type);
    }
    return new Value(
        bytes(content, from + front, from + length),
        new String(content, from + 2, front - 2, StandardCharsets.US_ASCII));
  }

  private static Bytes bytes(byte[] content, int from, int to) {
    return Bytes.wrap(Arrays.copyOfRange(content, from, to));
  }

  /**
   * Stores a value under numbers from {@code vba} on.
   *
   * @return the row for it; {@link #count} of its length says how many numbers were taken
   */
  public static Cell store(Segments segments, MiddleMap map, long vba, byte[] key, Versioned held) {
    byte[] content = content(held.value());
    int count = count(content.length);
    for (int i = 0; i < count; i++) {
      int from = i * Segments.PAYLOAD_MAX;
      int part = Math.min(Segments.PAYLOAD_MAX, content.length - from);
      map.put(vba + i, segments.append(vba + i, content, from, part));
    }
    return new Cell(
        key,
        held.token(),
        Cell.PUT,
        held.createRevision(),
        held.version(),
        held.expiresAtMillis(),
        content.length,
        front(content),
        vba);
  }

  /** Whether the value that {@code cell} names can be read without waiting for a disk. */
  public static boolean isInMemory(Segments segments, Cell cell, LongUnaryOperator addresses) {
    for (int i = 0; i < count(cell.length()); i++) {
      long pba = addresses.applyAsLong(cell.vba() + i);
      if (pba == 0 || !segments.isInMemory(pba)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The value that {@code cell} names.
   *
   * @param addresses the middle map; 0 for a VBA that it does not hold
   */
  public static Value read(Segments segments, Cell cell, LongUnaryOperator addresses) {
    try {
      if (count(cell.length()) == 1) {
        Segments.Payload content = block(segments, cell, cell.vba(), addresses);
        check(cell, content.length());
        return value(content.array(), content.from(), content.length());
      }
      byte[] content = new byte[cell.length()];
      int done = 0;
      for (int i = 0; i < count(cell.length()); i++) {
        Segments.Payload part = block(segments, cell, cell.vba() + i, addresses);
        check(cell, Math.max(cell.length(), done + part.length()));
        System.arraycopy(part.array(), part.from(), content, done, part.length());
        done += part.length();
      }
      check(cell, done);
      return value(content, 0, content.length);
    } catch (WireException | IllegalArgumentException e) {
      throw new IllegalStateException("value of " + cell + " is broken: " + e.getMessage(), e);
    }
  }

  /** The middle map for many VBAs at once; 0 for one that it does not hold. */
  @FunctionalInterface
  public interface Addresses {
    void find(long[] vbas, int count, long[] pbas);
  }

  /**
   * The values of {@code cells} that are small and in memory; null for the others, for deletes, and
   * for what is damaged: {@link #read} says more. Faster than one after the other.
   */
  public static Value[] readHeld(Segments segments, List<Cell> cells, Addresses addresses) {
    var values = new Value[cells.size()];
    var indexes = new int[values.length];
    var vbas = new long[values.length];
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      Cell cell = cells.get(i);
      if (cell.isPut() && cell.length() <= SMALL_BYTES) {
        indexes[count] = i;
        vbas[count++] = cell.vba();
      }
    }
    var pbas = new long[count];
    addresses.find(vbas, count, pbas);
    Segments.Payload[] contents = segments.viewHeld(pbas, count, BlockKind.VALUE, vbas);
    for (int i = 0; i < count; i++) {
      Segments.Payload content = contents[i];
      if (content != null && content.length() == cells.get(indexes[i]).length()) {
        try {
          values[indexes[i]] = value(content.array(), content.from(), content.length());
        } catch (WireException | IllegalArgumentException e) {
          values[indexes[i]] = null;
        }
      }
    }
    return values;
  }

  private static void check(Cell cell, int length) throws WireException {
    if (length != cell.length()) {
      throw new WireException(length + " bytes where " + cell.length() + " belong");
    }
  }

  private static Segments.Payload block(
      Segments segments, Cell cell, long vba, LongUnaryOperator addresses) {
    long pba = addresses.applyAsLong(vba);
    if (pba == 0) {
      throw new DanglingException(cell, vba);
    }
    return segments.view(pba, BlockKind.VALUE, vba);
  }

  /** How much of a content is content type. */
  static int front(byte[] content) {
    return (content[0] & 0xff) == SPELLED ? 2 + (content[1] & 0xff) : 1;
  }
}
