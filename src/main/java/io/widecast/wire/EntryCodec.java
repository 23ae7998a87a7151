package io.widecast.wire;

import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.RequestId;
import io.widecast.model.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The one binary form of an {@link Entry}, version 1: in the log, in datagrams and on streams.
 *
 * <pre>
 * size     field
 * 4        length      of the whole entry, this field included; 14 .. BYTES_MAX
 * 4        crc         CRC-32C of all that follows
 * 1        flags       bit 0: a request id follows; the others are 0
 * varint   epoch       1 or more
 * varint   revision    1 or more
 * varint   epoch - prevEpoch
 * varint   timeMillis
 * 24       request id  high, low, body hash; only with bit 0
 * varint   pairs       0 .. 1024, then each:
 *   1        kind      1 put, 2 delete, 3 expired
 *   sized    key       1 .. 1024 bytes
 *   varint   version                     puts only, from here
 *   varint   revision - createRevision
 *   varint   expiresAtMillis             0 for never
 *   1        content type                0 octets, 1 text, 2 JSON, 255 spelled: a sized text follows
 *   sized    value     0 .. 1 MiB
 * </pre>
 *
 * Numbers are big-endian; {@code varint} is 7 bits a byte, the lowest group first, without leading
 * zero groups, so that an entry has one form only.
 */
public final class EntryCodec {

  /** Greatest encoded entry: the content limit, and what 1,024 pairs take beside their content. */
  public static final int BYTES_MAX = 2 << 20;

  /** Bytes before the checksummed part. */
  static final int HEADER_BYTES = 8;

  private static final int BYTES_MIN = 14;
  private static final int WITH_REQUEST_ID = 1;
  private static final int PUT = 1;
  private static final int DELETE = 2;
  private static final int EXPIRED = 3;
  private static final int TYPE_SPELLED = 255;
  private static final List<String> TYPES = List.of(Value.OCTETS, Value.TEXT, Value.JSON);

  private EntryCodec() {}

  public static EncodedEntry encode(Entry entry) {
    var out = new ByteWriter(64 + entry.pairs().size() * 64);
    out.u32(0).u32(0).u8(entry.requestId().isPresent() ? WITH_REQUEST_ID : 0);
    out.varint(entry.epoch()).varint(entry.revision());
    out.varint(entry.epoch() - entry.prevEpoch()).varint(entry.timeMillis());
    entry.requestId().ifPresent(id -> out.u64(id.high()).u64(id.low()).u64(id.bodyHash()));
    out.varint(entry.pairs().size());
    for (Pair pair : entry.pairs()) {
      encodePair(out, pair, entry.revision());
    }
    out.setU32(4, out.crcFrom(HEADER_BYTES, 0)).setU32(0, out.size());
    if (out.size() > BYTES_MAX) {
      throw new IllegalArgumentException("entry of " + out.size() + " bytes");
    }
    return new EncodedEntry(entry, out.toBytes());
  }

  private static void encodePair(ByteWriter out, Pair pair, long revision) {
    if (pair instanceof Pair.Put put) {
      out.u8(PUT).sized(put.key().bytes());
      out.varint(put.version()).varint(revision - put.createRevision());
      out.varint(put.expiresAtMillis());
      encodeValue(out, put.value());
    } else if (pair instanceof Pair.Delete delete) {
      out.u8(delete.expired() ? EXPIRED : DELETE).sized(delete.key().bytes());
    } else {
      throw new AssertionError(pair);
    }
  }

  /** Content type and bytes of a value, as in a put. */
  public static void encodeValue(ByteWriter out, Value value) {
    int type = TYPES.indexOf(value.contentType());
    if (type >= 0) {
      out.u8(type);
    } else {
      out.u8(TYPE_SPELLED).text(value.contentType());
    }
    out.sized(value.bytes());
  }

  /** The whole length of the entry that begins at {@code offset}, from its first four bytes. */
  public static int length(byte[] array, int offset, int available) throws WireException {
    int length = new ByteReader(array, offset, available).u32();
    if (length < BYTES_MIN || length > BYTES_MAX) {
      throw new WireException("entry of " + length + " bytes");
    }
    return length;
  }

  /**
   * What stands at the front of an entry, for walking a log without decoding every pair.
   *
   * @param length of the whole entry
   */
  public record Head(int length, long epoch, long revision, long timeMillis) {}

  /** The head of the entry at {@code offset}; its checksum is not looked at. */
  public static Head head(byte[] array, int offset, int available) throws WireException {
    int length = length(array, offset, available);
    if (length > available) {
      throw new WireException("entry of " + length + " bytes, " + available + " left");
    }
    var in = new ByteReader(array, offset + HEADER_BYTES, length - HEADER_BYTES);
    in.skip(1);
    long epoch = in.varint();
    long revision = in.varint();
    in.varint();
    return new Head(length, epoch, revision, in.varint());
  }

  /** The entry that {@code bytes} holds, and nothing beside it. */
  public static EncodedEntry decode(Bytes bytes) throws WireException {
    return decode(bytes.unsafeArray(), 0, bytes.length());
  }

  /** The entry at {@code offset}; further bytes up to {@code available} may follow it. */
  public static EncodedEntry decode(byte[] array, int offset, int available) throws WireException {
    int length = length(array, offset, available);
    if (length > available) {
      throw new WireException("entry of " + length + " bytes, " + available + " left");
    }
    var in = new ByteReader(array, offset + 4, length - 4);
    if (in.u32() != Crc.of(0, array, offset + HEADER_BYTES, length - HEADER_BYTES)) {
      throw new WireException("entry checksum");
    }
    try {
      Entry entry = decodeBody(in);
      in.end();
      return new EncodedEntry(
          entry, Bytes.wrap(Arrays.copyOfRange(array, offset, offset + length)));
    } catch (IllegalArgumentException e) { // a field out of its range
      throw new WireException(e.getMessage());
    }
  }

  private static Entry decodeBody(ByteReader in) throws WireException {
    int flags = in.u8();
    if (flags > WITH_REQUEST_ID) {
      throw new WireException("entry flags " + flags);
    }
    long epoch = in.varint();
    long revision = in.varint();
    long prevEpoch = epoch - in.varint();
    long timeMillis = in.varint();
    Optional<RequestId> requestId =
        flags == WITH_REQUEST_ID
            ? Optional.of(new RequestId(in.u64(), in.u64(), in.u64()))
            : Optional.empty();
    int count = in.count(Entry.PAIRS_MAX);
    var pairs = new ArrayList<Pair>(Math.min(count, in.remaining()));
    for (int i = 0; i < count; i++) {
      pairs.add(decodePair(in, revision));
    }
    return new Entry(epoch, revision, prevEpoch, timeMillis, requestId, pairs);
  }

  private static Pair decodePair(ByteReader in, long revision) throws WireException {
    int kind = in.u8();
    var key = new Key(in.sized(Key.BYTES_MAX));
    return switch (kind) {
      case PUT -> {
        long version = in.varint();
        long createRevision = revision - in.varint();
        long expiresAtMillis = in.varint();
        yield new Pair.Put(key, decodeValue(in), version, createRevision, expiresAtMillis);
      }
      case DELETE -> new Pair.Delete(key, false);
      case EXPIRED -> new Pair.Delete(key, true);
      default -> throw new WireException("pair of kind " + kind);
    };
  }

  /** What {@link #encodeValue} wrote. May throw IllegalArgumentException for a bad content type. */
  public static Value decodeValue(ByteReader in) throws WireException {
    int type = in.u8();
    String contentType;
    if (type == TYPE_SPELLED) {
      contentType = in.text(Value.CONTENT_TYPE_CHARS_MAX);
      if (TYPES.contains(contentType)) {
        throw new WireException("content type " + contentType + " has a number of its own");
      }
    } else if (type < TYPES.size()) {
      contentType = TYPES.get(type);
    } else {
      throw new WireException("content type " + type);
    }
    return new Value(in.sized(Value.BYTES_MAX), contentType);
  }
}
