package io.widecast.wire;

import static io.widecast.wire.WireExamples.CLUSTER;

import io.widecast.model.Bytes;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Bytes as a writer with other ideas would send them: any content, lengths and checksum right. */
final class Seal {

  private Seal() {}

  /** An entry whose checksummed part is what {@code body} writes. */
  static byte[] entry(Consumer<ByteWriter> body) {
    var out = new ByteWriter(64).u32(0).u32(0);
    body.accept(out);
    return entry(out.toArray());
  }

  /** {@code bytes} with length and checksum of an entry put right. */
  static byte[] entry(byte[] bytes) {
    ByteBuffer.wrap(bytes)
        .putInt(0, bytes.length)
        .putInt(4, Crc.of(0, bytes, EntryCodec.HEADER_BYTES, bytes.length - 8));
    return bytes;
  }

  /** A datagram of that type, with good fields in its header. */
  static byte[] lan(int type, Consumer<ByteWriter> body) {
    return lan(1, 4, 1041, type, body);
  }

  static byte[] lan(int sender, long term, long commit, int type, Consumer<ByteWriter> body) {
    var out = new ByteWriter(64).u16(LanCodec.MAGIC).u8(LanCodec.VERSION).u8(type);
    out.u64(CLUSTER).u8(sender).u64(term).u64(commit);
    body.accept(out);
    return checksum(out.u32(0).toArray());
  }

  /** The frame of a stream without its length. */
  static byte[] stream(int type, Consumer<ByteWriter> body) {
    var out = new ByteWriter(64).u8(StreamCodec.VERSION).u8(type).u64(CLUSTER);
    body.accept(out);
    return checksum(out.u32(0).toArray());
  }

  /** {@code bytes} with the last four set to the checksum of those before. */
  static byte[] checksum(byte[] bytes) {
    int end = bytes.length - 4;
    ByteBuffer.wrap(bytes).putInt(end, Crc.of(CLUSTER, bytes, 0, end));
    return bytes;
  }

  /** A number of more than 63 bits, or one that is written longer than it need be. */
  static Consumer<ByteWriter> raw(int... bytes) {
    return out -> {
      for (int value : bytes) {
        out.u8(value);
      }
    };
  }

  static Bytes of(int length) {
    return Bytes.wrap(new byte[length]);
  }
}
