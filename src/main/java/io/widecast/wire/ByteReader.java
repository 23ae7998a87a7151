package io.widecast.wire;

import io.widecast.model.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link ByteWriter} writes from a part of an array. Checks every length against what is
 * left before it allocates, so that any bytes may be given to it.
 */
public final class ByteReader {

  private final byte[] array;
  private final int end;
  private int position;

  public ByteReader(byte[] array) {
    this(array, 0, array.length);
  }

  public ByteReader(byte[] array, int offset, int length) {
    this.array = array;
    this.position = offset;
    this.end = offset + length;
  }

  public int position() {
    return position;
  }

  public int remaining() {
    return end - position;
  }

  public int u8() throws WireException {
    need(1);
    return array[position++] & 0xff;
  }

  public int u16() throws WireException {
    return u8() << 8 | u8();
  }

  public int u32() throws WireException {
    need(4);
    int value =
        (array[position] & 0xff) << 24
            | (array[position + 1] & 0xff) << 16
            | (array[position + 2] & 0xff) << 8
            | (array[position + 3] & 0xff);
    position += 4;
    return value;
  }

  /** Eight bytes of a number that is never negative. */
  public long u63() throws WireException {
    long value = u64();
    if (value < 0) {
      throw new WireException("number over 63 bits");
    }
    return value;
  }

  /** Eight bytes as they are, such as a hash. */
  public long u64() throws WireException {
    return (long) u32() << 32 | u32() & 0xffffffffL;
  }

  public long varint() throws WireException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int next = u8();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0) {
          throw new WireException("number with a leading zero group");
        }
        return value;
      }
    }
    throw new WireException("number over 63 bits");
  }

  /** A varint of at most {@code max}. */
  public int count(int max) throws WireException {
    long value = varint();
    if (value > max) {
      throw new WireException(value + " where at most " + max + " is allowed");
    }
    return (int) value;
  }

  public Bytes bytes(int length) throws WireException {
    need(length);
    byte[] copy = Arrays.copyOfRange(array, position, position + length);
    position += length;
    return Bytes.wrap(copy);
  }

  /** Length as a varint of at most {@code max}, then the bytes. */
  public Bytes sized(int max) throws WireException {
    return bytes(count(max));
  }

  /** Length as a varint of at most {@code bytesMax}, then well-formed UTF-8. */
  public String text(int bytesMax) throws WireException {
    int length = count(bytesMax);
    need(length);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(array, position, length))
              .toString();
      position += length;
      return text;
    } catch (CharacterCodingException e) {
      throw new WireException("malformed UTF-8");
    }
  }

  public void skip(int length) throws WireException {
    need(length);
    position += length;
  }

  /** Nothing may be left. */
  public void end() throws WireException {
    if (position != end) {
      throw new WireException((end - position) + " bytes too many");
    }
  }

  private void need(int length) throws WireException {
    if (length < 0 || length > end - position) {
      throw new WireException(
          "cut off: " + length + " bytes wanted, " + (end - position) + " left");
    }
  }
}
