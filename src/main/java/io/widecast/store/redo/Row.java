package io.widecast.store.redo;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.ByteReader;
import io.widecast.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One key and what it holds, in one array: the form of a row in the map in memory and in {@link
 * RedoObject} files alike, so that neither a load nor a checkpoint converts anything, and a row in
 * memory costs its content and about 30 bytes.
 *
 * <pre>
 * offset size     field
 *      0    2     key length      1 .. 1024
 *      2    1     kind            1 put, 2 tombstone
 *      3    4     value length    0 .. 1 MiB; 0 for a tombstone
 *      7    …     key
 *         varint  epoch           of the publish that wrote it
 *         varint  revision
 *                                 a tombstone ends here
 *         varint  revision - createRevision
 *         varint  version
 *         varint  expiresAtMillis 0 for never
 *           1     content type    0 octets, 1 text, 2 JSON, 255 spelled: length (1 byte) and ASCII follow
 *           …     value           to the end
 * </pre>
 *
 * The two lengths stand in front, at fixed places, because the map compares keys and adds up sizes
 * far more often than it decodes. Arrays handed out here are never changed by anybody.
 */
public final class Row {

  /** Greatest row: the longest key, value and content type, and the numbers. */
  public static final int BYTES_MAX = 7 + Key.BYTES_MAX + 5 * 9 + 2 + 255 + Value.BYTES_MAX;

  private static final int KEY_OFFSET = 7;
  private static final int PUT = 1;
  private static final int TOMBSTONE = 2;
  private static final int TYPE_SPELLED = 255;
  private static final List<String> TYPES = List.of(Value.OCTETS, Value.TEXT, Value.JSON);

  private Row() {}

  /** What {@code put}, inside the entry at {@code token}, leaves behind. */
  public static byte[] of(Pair.Put put, Token token) {
    return of(
        put.key(), put.value(), token, put.createRevision(), put.version(), put.expiresAtMillis());
  }

  public static byte[] of(KeyVersion row) {
    Versioned held = row.versioned();
    return of(
        row.key(),
        held.value(),
        held.token(),
        held.createRevision(),
        held.version(),
        held.expiresAtMillis());
  }

  private static byte[] of(
      Key key, Value value, Token token, long createRevision, long version, long expiresAtMillis) {
    int type = TYPES.indexOf(value.contentType());
    byte[] spelled =
        type < 0 ? value.contentType().getBytes(StandardCharsets.US_ASCII) : new byte[0];
    long age = token.revision() - createRevision;
    int valueLength = value.bytes().length();
    int size =
        KEY_OFFSET
            + key.sizeBytes()
            + varintBytes(token.epoch())
            + varintBytes(token.revision())
            + varintBytes(age)
            + varintBytes(version)
            + varintBytes(expiresAtMillis)
            + (type < 0 ? 2 + spelled.length : 1)
            + valueLength;
    byte[] row = new byte[size];
    int at = putFront(row, key, PUT, valueLength, token);
    at = putVarint(row, at, age);
    at = putVarint(row, at, version);
    at = putVarint(row, at, expiresAtMillis);
    if (type < 0) {
      row[at++] = (byte) TYPE_SPELLED;
      row[at++] = (byte) spelled.length;
      System.arraycopy(spelled, 0, row, at, spelled.length);
    } else {
      row[at] = (byte) type;
    }
    System.arraycopy(value.bytes().unsafeArray(), 0, row, size - valueLength, valueLength);
    return row;
  }

  /** The key is absent since {@code token}: what a delta object holds for a delete. */
  public static byte[] tombstone(Key key, Token token) {
    byte[] row =
        new byte
            [KEY_OFFSET
                + key.sizeBytes()
                + varintBytes(token.epoch())
                + varintBytes(token.revision())];
    putFront(row, key, TOMBSTONE, 0, token);
    return row;
  }

  private static int putFront(byte[] row, Key key, int kind, int valueLength, Token token) {
    int keyLength = key.sizeBytes();
    row[0] = (byte) (keyLength >>> 8);
    row[1] = (byte) keyLength;
    row[2] = (byte) kind;
    row[3] = (byte) (valueLength >>> 24);
    row[4] = (byte) (valueLength >>> 16);
    row[5] = (byte) (valueLength >>> 8);
    row[6] = (byte) valueLength;
    System.arraycopy(key.bytes().unsafeArray(), 0, row, KEY_OFFSET, keyLength);
    return putVarint(row, putVarint(row, KEY_OFFSET + keyLength, token.epoch()), token.revision());
  }

  /**
   * Whether {@code row} has this form in every field.
   *
   * @throws WireException saying what is wrong
   */
  public static void check(byte[] row) throws WireException {
    if (row.length < KEY_OFFSET + 1 || row.length > BYTES_MAX) {
      throw new WireException("row of " + row.length + " bytes");
    }
    try {
      if (isTombstone(row)) {
        var in = new ByteReader(row, KEY_OFFSET, row.length - KEY_OFFSET);
        new Key(in.bytes(keyLength(row)));
        readToken(in);
        in.end();
        if (valueLength(row) != 0) {
          throw new WireException("tombstone with a value");
        }
      } else {
        read(row);
      }
    } catch (IllegalArgumentException e) { // a field out of its range
      throw new WireException(e.getMessage());
    }
  }

  /** Decodes a row that {@link #check} passed or this class made, and that is no tombstone. */
  public static KeyVersion decode(byte[] row) {
    try {
      return read(row);
    } catch (WireException e) {
      throw new IllegalStateException("a row in memory is broken: " + e.getMessage(), e);
    }
  }

  /** {@link #decode} without the key: what a look-up needs. */
  public static Versioned decodeHeld(byte[] row) {
    try {
      return readHeld(row);
    } catch (WireException e) {
      throw new IllegalStateException("a row in memory is broken: " + e.getMessage(), e);
    }
  }

  private static KeyVersion read(byte[] row) throws WireException {
    var in = new ByteReader(row, KEY_OFFSET, row.length - KEY_OFFSET);
    return new KeyVersion(new Key(in.bytes(keyLength(row))), readHeld(row));
  }

  private static Versioned readHeld(byte[] row) throws WireException {
    if (row[2] != PUT) {
      throw new WireException("row of kind " + row[2]);
    }
    int from = KEY_OFFSET + keyLength(row);
    var in = new ByteReader(row, from, row.length - from);
    Token token = readToken(in);
    long createRevision = token.revision() - in.varint();
    long version = in.varint();
    long expiresAtMillis = in.varint();
    int type = in.u8();
    String contentType;
    if (type == TYPE_SPELLED) {
      Bytes spelled = in.bytes(in.u8());
      contentType = new String(spelled.unsafeArray(), StandardCharsets.US_ASCII);
    } else if (type < TYPES.size()) {
      contentType = TYPES.get(type);
    } else {
      throw new WireException("content type " + type);
    }
    if (valueLength(row) != in.remaining()) {
      throw new WireException("value of " + valueLength(row) + ", " + in.remaining() + " left");
    }
    if (createRevision < 1 || version < 1) {
      throw new WireException("created " + createRevision + ", version " + version);
    }
    var value = new Value(in.bytes(in.remaining()), contentType);
    return new Versioned(value, token, createRevision, version, expiresAtMillis);
  }

  private static Token readToken(ByteReader in) throws WireException {
    return new Token(in.varint(), in.varint());
  }

  public static boolean isTombstone(byte[] row) {
    return row[2] == TOMBSTONE;
  }

  public static Key key(byte[] row) {
    return new Key(Bytes.wrap(rawKey(row)));
  }

  /** A copy of the key's bytes. */
  public static byte[] rawKey(byte[] row) {
    return Arrays.copyOfRange(row, KEY_OFFSET, KEY_OFFSET + keyLength(row));
  }

  /** Revision of the publish that wrote it. */
  public static long revision(byte[] row) {
    int at = KEY_OFFSET + keyLength(row);
    while (row[at++] < 0) { // the epoch's groups
    }
    long revision = 0;
    for (int shift = 0; ; shift += 7) {
      byte group = row[at++];
      revision |= (long) (group & 0x7f) << shift;
      if (group >= 0) {
        return revision;
      }
    }
  }

  /** Bytes of key and value. */
  public static int contentBytes(byte[] row) {
    return keyLength(row) + valueLength(row);
  }

  /** Bytewise order of the keys of two rows. */
  public static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(
        a, KEY_OFFSET, KEY_OFFSET + keyLength(a), b, KEY_OFFSET, KEY_OFFSET + keyLength(b));
  }

  /** Bytewise order of a row's key and {@code rawKey}. */
  public static int compareToKey(byte[] row, byte[] rawKey) {
    return Arrays.compareUnsigned(
        row, KEY_OFFSET, KEY_OFFSET + keyLength(row), rawKey, 0, rawKey.length);
  }

  private static int keyLength(byte[] row) {
    return (row[0] & 0xff) << 8 | row[1] & 0xff;
  }

  private static int valueLength(byte[] row) {
    return (row[3] & 0xff) << 24 | (row[4] & 0xff) << 16 | (row[5] & 0xff) << 8 | row[6] & 0xff;
  }

  private static int varintBytes(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
  }

  private static int putVarint(byte[] row, int offset, long value) {
    int at = offset;
    long rest = value;
    while (rest >= 0x80) {
      row[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    row[at++] = (byte) rest;
    return at;
  }
}
