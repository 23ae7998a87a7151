package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.model.EncodedEntry;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.RequestParts;
import io.widecast.wire.WireException;
import java.util.List;

/**
 * The unit of a log write: what one fsync makes durable, as one checksummed frame (a very large
 * write is several, all but the first marked as continuations).
 *
 * <pre>
 * size   field
 * 4      length     of the whole frame; 18 .. BYTES_MAX
 * 4      crc        CRC-32C of all that follows, seeded with identity, segment and offset
 * 8      group      rises with every attempt to write, also with one that failed
 * 1      flags      bit 0: continuation; the others are 0
 *        records, each:
 * 1        type     1 entry: as wire.EntryCodec writes it
 *                   2 hard state: term (8), votedFor + 1 (4); bit 30 of that: a newcomer
 *                   3 commit: epoch, revision (varints)
 *                   4 cut: the last entry that still counts: epoch, revision (varints)
 *                   5 requests, final ones of entries that this log no longer holds: as
 *                     wire.RequestParts writes them
 * </pre>
 *
 * The seed makes a frame valid at its own place only. The rising group tells a frame from what an
 * earlier failed write left behind it. And since a frame that is no continuation was begun only
 * when everything before it was on disk, finding one behind a broken frame proves damage, whereas a
 * broken frame with none behind it is a write that the power cut caught: see {@link LogScan}.
 */
final class LogFrame {

  static final int HEADER_BYTES = 17;

  /** Beyond this a frame ends and a continuation begins; one entry may still go over it. */
  static final int BYTES_SOFT_MAX = 4 << 20;

  static final int BYTES_MAX = BYTES_SOFT_MAX + EntryCodec.BYTES_MAX + 64;

  static final int CONTINUATION = 1;

  private static final int ENTRY = 1;
  private static final int HARD_STATE = 2;
  private static final int COMMIT = 3;
  private static final int CUT = 4;
  private static final int REQUESTS = 5;

  private LogFrame() {}

  static long seed(long identity, long segment, long offset) {
    return identity ^ segment * 0x9e3779b97f4a7c15L ^ offset * 0xc2b2ae3d27d4eb4fL;
  }

  /** Begins a frame at the writer's end. */
  static void begin(ByteWriter out, long group, boolean continuation) {
    out.u32(0).u32(0).u64(group).u8(continuation ? CONTINUATION : 0);
  }

  static void entry(ByteWriter out, EncodedEntry entry) {
    out.u8(ENTRY).bytes(entry.bytes());
  }

  static void hardState(ByteWriter out, HardState state) {
    HardStateParts.write(out.u8(HARD_STATE), state);
  }

  static void commit(ByteWriter out, Token commit) {
    out.u8(COMMIT).varint(commit.epoch()).varint(commit.revision());
  }

  static void cut(ByteWriter out, Token last) {
    out.u8(CUT).varint(last.epoch()).varint(last.revision());
  }

  /**
   * @param requests at most {@link RequestParts#LIST_MAX}
   */
  static void requests(ByteWriter out, List<RecentRequest> requests) {
    RequestParts.write(out.u8(REQUESTS), requests);
  }

  /** Fills in length and checksum of the frame that began at {@code start} in the writer. */
  static void end(ByteWriter out, int start, long seed) {
    out.setU32(start, out.size() - start);
    out.setU32(start + 4, out.crcFrom(start + 8, seed));
  }

  /** Receives the records of a frame, in order. */
  interface Records {

    /**
     * @param offset of the entry in {@code array}
     */
    void entry(byte[] array, int offset, EntryCodec.Head head) throws WireException;

    void hardState(HardState state) throws WireException;

    void commit(Token commit) throws WireException;

    /**
     * @param offset of the record in the array
     */
    void cut(int offset, Token last) throws WireException;

    void requests(List<RecentRequest> requests) throws WireException;
  }

  /** Walks the records in {@code array} from {@code from} up to {@code to}, of a sound frame. */
  static void read(byte[] array, int from, int to, Records records) throws WireException {
    int at = from;
    while (at < to) {
      var in = new ByteReader(array, at + 1, to - at - 1);
      switch (array[at]) {
        case ENTRY -> {
          EntryCodec.Head head = EntryCodec.head(array, at + 1, to - at - 1);
          records.entry(array, at + 1, head);
          in.skip(head.length());
        }
        case HARD_STATE -> records.hardState(HardStateParts.read(in));
        case COMMIT -> records.commit(new Token(in.varint(), in.varint()));
        case CUT -> records.cut(at, new Token(in.varint(), in.varint()));
        case REQUESTS -> records.requests(RequestParts.read(in));
        default -> throw new WireException("record of type " + array[at]);
      }
      at = in.position();
    }
  }

  /** Whether the {@code length} bytes at {@code at} are a whole frame, made for {@code seed}. */
  static boolean isSound(byte[] array, int at, int length, long seed) {
    int crc = array[at + 4] << 24 | (array[at + 5] & 0xff) << 16;
    crc |= (array[at + 6] & 0xff) << 8 | array[at + 7] & 0xff;
    return crc == Crc.of(seed, array, at + 8, length - 8);
  }
}
