package io.widecast.store.segment;

import io.widecast.wire.ByteWriter;

/**
 * Fills one segment with blocks and, at its end, with the summary of them. For one thread. The form
 * of a segment is described at {@link Segments}.
 */
final class SegmentBuilder {

  static final int HEADER_BYTES = 32;
  static final int MAGIC = 0x57435347;
  static final int VERSION = 1;

  /** A block's header at the most: checksum, length, kind, id. */
  private static final int BLOCK_HEADER_MAX = 4 + 3 + 1 + 9;

  /** What one block adds to the summary at the most. */
  private static final int SUMMARY_BLOCK_BYTES = 13;

  static final int SEGMENT_BYTES_MIN =
      HEADER_BYTES + Segments.PAYLOAD_MAX + 3 * BLOCK_HEADER_MAX + 2 * SUMMARY_BLOCK_BYTES + 64;

  private final long identity;
  private final int capacity;
  private final Segment segment;
  private final ByteWriter summary = new ByteWriter(256);
  private final ByteWriter scratch;
  private long summarizedId;

  SegmentBuilder(long identity, long number, Stream stream, int capacity, ByteWriter scratch) {
    this.identity = identity;
    this.capacity = capacity;
    this.scratch = scratch;
    this.segment = Segment.open(number, stream, capacity);
    scratch.clear();
    scratch.u32(MAGIC).u16(VERSION).u16(stream.ordinal()).u64(identity).u64(number);
    scratch.u32(scratch.crcFrom(0, 0)).u32(0);
    copyIn(scratch);
  }

  private void copyIn(ByteWriter bytes) {
    byte[] target = segment.reserve(bytes.size(), capacity);
    System.arraycopy(bytes.unsafeArray(), 0, target, segment.end(), bytes.size());
    segment.extend(bytes.size());
  }

  static long seed(long identity, long segment, int offset) {
    return identity ^ segment * 0x9e3779b97f4a7c15L ^ offset * 0xc2b2ae3d27d4eb4fL;
  }

  Segment segment() {
    return segment;
  }

  /** Whether one more block of {@code length} bytes, and the summary, still fit. */
  boolean fits(int length) {
    int summaryBytes = summary.size() + SUMMARY_BLOCK_BYTES;
    int summaryBlocks = summaryBytes / Segments.PAYLOAD_MAX + 1;
    int needed = BLOCK_HEADER_MAX + length + 3;
    needed += summaryBytes + summaryBlocks * (BLOCK_HEADER_MAX + 3);
    return segment.end() + needed <= capacity;
  }

  /** Appends a block and counts it as live. */
  long append(BlockKind kind, long id, byte[] payload, int from, int length) {
    long pba = put(kind, id, payload, from, length);
    segment.liveBlocks++;
    segment.liveBytes += Pba.length(pba);
    long step = id - summarizedId;
    summary.u8(kind.ordinal()).varint(step << 1 ^ step >> 63);
    summary.varint(Pba.length(pba) / Pba.UNIT);
    summarizedId = id;
    return pba;
  }

  private long put(BlockKind kind, long id, byte[] payload, int from, int length) {
    int offset = segment.end();
    scratch.clear();
    scratch.u32(0).varint(length).u8(kind.ordinal()).varint(id).bytes(payload, from, length);
    while (scratch.size() % Pba.UNIT != 0) {
      scratch.u8(0);
    }
    scratch.setU32(0, scratch.crcFrom(4, seed(identity, segment.number, offset)));
    copyIn(scratch);
    return Pba.of(segment.number, offset, scratch.size());
  }

  /** Writes the summary; nothing more is appended. */
  Segment seal() {
    segment.summaryAt = segment.end();
    byte[] bytes = summary.toArray();
    for (int done = 0; done < bytes.length; done += Segments.PAYLOAD_MAX) {
      int part = Math.min(Segments.PAYLOAD_MAX, bytes.length - done);
      put(BlockKind.SUMMARY, done, bytes, done, part);
    }
    segment.sealed = true;
    return segment;
  }
}
