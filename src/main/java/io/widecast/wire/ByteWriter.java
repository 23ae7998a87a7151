package io.widecast.wire;

import io.widecast.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Appends big-endian numbers, variable-length numbers and byte strings to a growing array. */
public final class ByteWriter {

  private byte[] array;
  private int size;

  public ByteWriter(int capacity) {
    array = new byte[Math.max(capacity, 16)];
  }

  public int size() {
    return size;
  }

  /** Forgets what was written and keeps the memory. */
  public void clear() {
    size = 0;
  }

  public ByteWriter u8(int value) {
    reserve(1);
    array[size++] = (byte) value;
    return this;
  }

  public ByteWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  public ByteWriter u32(int value) {
    reserve(4);
    putInt(size, value);
    size += 4;
    return this;
  }

  public ByteWriter u64(long value) {
    return u32((int) (value >>> 32)).u32((int) value);
  }

  /** A number of 0 or more in groups of 7 bits, the lowest first: 1 to 9 bytes. */
  public ByteWriter varint(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    reserve(9);
    long rest = value;
    while (rest >= 0x80) {
      array[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[size++] = (byte) rest;
    return this;
  }

  public ByteWriter bytes(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, array, size, length);
    size += length;
    return this;
  }

  public ByteWriter bytes(Bytes source) {
    return bytes(source.unsafeArray(), 0, source.length());
  }

  /** Length as a varint, then the bytes. */
  public ByteWriter sized(Bytes source) {
    return varint(source.length()).bytes(source);
  }

  /** Length in UTF-8 bytes as a varint, then these. */
  public ByteWriter text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return varint(utf8.length).bytes(utf8, 0, utf8.length);
  }

  /** Overwrites a byte that was written before. */
  public ByteWriter setU8(int offset, int value) {
    if (offset >= size) {
      throw new IllegalArgumentException("offset " + offset + " of " + size);
    }
    array[offset] = (byte) value;
    return this;
  }

  /** Overwrites four bytes that were written before. */
  public ByteWriter setU32(int offset, int value) {
    if (offset + 4 > size) {
      throw new IllegalArgumentException("offset " + offset + " of " + size);
    }
    putInt(offset, value);
    return this;
  }

  /** CRC-32C of everything from {@code offset} on, continuing from {@code seed}. */
  public int crcFrom(int offset, long seed) {
    return Crc.of(seed, array, offset, size - offset);
  }

  /**
   * The array behind it, for an I/O call that reads the first {@link #size} bytes at once; the next
   * write may change or leave it.
   */
  public byte[] unsafeArray() {
    return array;
  }

  public byte[] toArray() {
    return Arrays.copyOf(array, size);
  }

  public Bytes toBytes() {
    return Bytes.wrap(toArray());
  }

  private void putInt(int offset, int value) {
    array[offset] = (byte) (value >>> 24);
    array[offset + 1] = (byte) (value >>> 16);
    array[offset + 2] = (byte) (value >>> 8);
    array[offset + 3] = (byte) value;
  }

  private void reserve(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + more));
    }
  }
}
