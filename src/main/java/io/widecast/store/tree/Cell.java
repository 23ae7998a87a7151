package io.widecast.store.tree;

import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.util.Arrays;

/**
 * A row of the logical map L: what one publish did to one key, without the value. All versions of a
 * key inside the history stand side by side, the newest first.
 *
 * <pre>
 * size    field
 * 2       key length       1 .. 1024
 * …       key
 * varint  revision         of the publish
 * varint  epoch
 * 1       kind             1 put, 2 delete, 3 delete by expiry, 4 put with an unusual content type;
 *                          deletes end here
 * varint  revision - createRevision
 * varint  version
 * varint  expiresAtMillis  0 for never
 * varint  length           of the value's block content: its content type and its bytes
 * varint  front            of kind 4 only: how much of it the content type is; else that is 1
 * varint  vba              of its first block; more than one where it is longer than a block
 * </pre>
 *
 * @param key not to be changed
 * @param kind {@link #PUT}, {@link #DELETE} or {@link #EXPIRED}
 */
public record Cell(
    byte[] key,
    Token token,
    int kind,
    long createRevision,
    long version,
    long expiresAtMillis,
    int length,
    int front,
    long vba) {

  public static final int PUT = 1;
  public static final int DELETE = 2;
  public static final int EXPIRED = 3;
  private static final int PUT_SPELLED = 4;

  /** The longest key and eight numbers. */
  static final int BYTES_MAX = 2 + Key.BYTES_MAX + 1 + 8 * 9;

  /** A delete. */
  public static Cell delete(byte[] key, Token token, boolean expired) {
    return new Cell(key, token, expired ? EXPIRED : DELETE, 0, 0, 0, 0, 0, 0);
  }

  public boolean isPut() {
    return kind == PUT;
  }

  public Place place() {
    return new Place(key, token.revision());
  }

  public long revision() {
    return token.revision();
  }

  /** Of the value alone, without its content type. */
  public int valueBytes() {
    return length - front;
  }

  void encode(ByteWriter out) {
    out.u16(key.length).bytes(key, 0, key.length);
    out.varint(token.revision()).varint(token.epoch());
    out.u8(isPut() && front != 1 ? PUT_SPELLED : kind);
    if (isPut()) {
      out.varint(token.revision() - createRevision).varint(version).varint(expiresAtMillis);
      out.varint(length);
      if (front != 1) {
        out.varint(front);
      }
      out.varint(vba);
    }
  }

  static Cell decode(byte[] heap, int offset) {
    try {
      return read(new ByteReader(heap, offset, heap.length - offset));
    } catch (WireException e) {
      throw new IllegalStateException("a row in memory is broken: " + e.getMessage(), e);
    }
  }

  static Cell read(ByteReader in) throws WireException {
    int keyLength = in.u16();
    if (keyLength < 1 || keyLength > Key.BYTES_MAX) {
      throw new WireException("key of " + keyLength + " bytes");
    }
    byte[] key = in.bytes(keyLength).unsafeArray();
    long revision = in.varint();
    var token = new Token(in.varint(), revision);
    int kind = in.u8();
    if (kind == DELETE || kind == EXPIRED) {
      return delete(key, token, kind == EXPIRED);
    }
    if (kind != PUT && kind != PUT_SPELLED) {
      throw new WireException("row of kind " + kind);
    }
    long createRevision = revision - in.varint();
    long version = in.varint();
    long expiresAtMillis = in.varint();
    int length = in.count(ValueBlocks.BYTES_MAX);
    int front = kind == PUT ? 1 : in.count(length);
    long vba = in.varint();
    if (createRevision < 1 || version < 1 || front < 1 || length < front || vba < 1) {
      throw new WireException("row created " + createRevision + ", version " + version);
    }
    return new Cell(key, token, PUT, createRevision, version, expiresAtMillis, length, front, vba);
  }

  // ---- fields of an encoded cell, without decoding it

  static int keyLength(byte[] heap, int offset) {
    return (heap[offset] & 0xff) << 8 | heap[offset + 1] & 0xff;
  }

  static int compareKey(byte[] heap, int offset, byte[] key) {
    int from = offset + 2;
    return Arrays.compareUnsigned(heap, from, from + keyLength(heap, offset), key, 0, key.length);
  }

  static long revision(byte[] heap, int offset) {
    int at = offset + 2 + keyLength(heap, offset);
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte group = heap[at++];
      value |= (long) (group & 0x7f) << shift;
      if (group >= 0) {
        return value;
      }
    }
  }

  static boolean isDelete(byte[] heap, int offset) {
    int at = offset + 2 + keyLength(heap, offset);
    while (heap[at++] < 0) { // revision
    }
    while (heap[at++] < 0) { // epoch
    }
    return heap[at] == DELETE || heap[at] == EXPIRED;
  }

  static int compare(byte[] heap, int offset, byte[] key, long revision) {
    int order = compareKey(heap, offset, key);
    return order != 0 ? order : Long.compare(revision, revision(heap, offset));
  }

  static Place place(byte[] heap, int offset) {
    int from = offset + 2;
    byte[] key = Arrays.copyOfRange(heap, from, from + keyLength(heap, offset));
    return new Place(key, revision(heap, offset));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cell cell
        && Arrays.equals(key, cell.key)
        && token.equals(cell.token)
        && kind == cell.kind
        && createRevision == cell.createRevision
        && version == cell.version
        && expiresAtMillis == cell.expiresAtMillis
        && length == cell.length
        && front == cell.front
        && vba == cell.vba;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key) * 31 + token.hashCode();
  }

  @Override
  public String toString() {
    return place() + (isPut() ? " vba " + vba : " deleted");
  }
}
