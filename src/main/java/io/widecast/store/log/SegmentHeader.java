package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.model.Token;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;

/**
 * The front of a segment file: which one it is, and all that the log before it amounts to, so that
 * earlier segments can be deleted.
 *
 * <pre>
 * offset size field                               big-endian, 80 bytes
 *      0    4 magic        "WCLG"
 *      4    2 version      1
 *      6    2 flags        bit 0: forced; bit 1: restart; the others are 0
 *      8    8 identity     of the directory, see StoreFormat
 *     16    8 number       of the segment, 1 or more
 *     24    8 group        number of the last frame before; 0 at first
 *     32   16 base         epoch and revision of the last entry before
 *     48   16 commit       epoch and revision up to which all is final
 *     64    8 term         of the hard state
 *     72    4 votedFor + 1 of the hard state; bit 30: a newcomer
 *     76    4 crc          CRC-32C of the 76 bytes before
 * </pre>
 *
 * @param forced every write was forced before it was acknowledged, so what it holds but for the
 *     last write must be whole
 * @param restart begins the log anew after a copy: what came before no longer counts
 */
record SegmentHeader(
    boolean forced,
    boolean restart,
    long identity,
    long number,
    long group,
    Token base,
    Token commit,
    HardState hardState) {

  static final int BYTES = 80;

  private static final int MAGIC = 0x57434c47;
  private static final int VERSION = 1;
  private static final int FORCED = 1;
  private static final int RESTART = 2;

  SegmentHeader {
    if (number < 1 || group < 0 || hardState.term() < 0 || hardState.votedFor() < -1) {
      throw new IllegalArgumentException(
          "segment " + number + " after group " + group + ", " + hardState);
    }
  }

  byte[] encode() {
    var out = new ByteWriter(BYTES);
    out.u32(MAGIC).u16(VERSION).u16((forced ? FORCED : 0) | (restart ? RESTART : 0));
    out.u64(identity).u64(number).u64(group);
    out.u64(base.epoch()).u64(base.revision()).u64(commit.epoch()).u64(commit.revision());
    HardStateParts.write(out, hardState);
    return out.u32(out.crcFrom(0, 0)).toArray();
  }

  /** The header in the first bytes of {@code array}, of which {@code length} are there. */
  static SegmentHeader decode(byte[] array, int length) throws WireException {
    var in = new ByteReader(array, 0, Math.min(length, BYTES));
    if (in.u32() != MAGIC) {
      throw new WireException("no segment");
    }
    int version = in.u16();
    if (version != VERSION) {
      throw new WireException("segment of version " + version);
    }
    int flags = in.u16();
    long identity = in.u64();
    long number = in.u63();
    long group = in.u63();
    Token base = new Token(in.u63(), in.u63());
    Token commit = new Token(in.u63(), in.u63());
    HardState hardState = HardStateParts.read(in);
    if (in.u32() != Crc.of(0, array, 0, BYTES - 4)) {
      throw new WireException("segment header checksum");
    }
    if (flags > (FORCED | RESTART)) {
      throw new WireException("segment flags " + flags);
    }
    try {
      return new SegmentHeader(
          (flags & FORCED) != 0,
          (flags & RESTART) != 0,
          identity,
          number,
          group,
          base,
          commit,
          hardState);
    } catch (IllegalArgumentException e) {
      throw new WireException(e.getMessage());
    }
  }
}
