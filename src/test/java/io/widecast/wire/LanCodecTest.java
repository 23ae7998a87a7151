package io.widecast.wire;

import static io.widecast.wire.Seal.raw;
import static io.widecast.wire.WireExamples.LAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.WireExamples.Example;
import io.widecast.wire.WireException.Kind;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanCodecTest {

  private static final String[] HEADER = {
    "2 magic", "1 version", "1 type", "8 cluster", "1 sender", "8 term", "8 commit"
  };

  static Stream<Example<LanFrame>> examples() {
    return WireExamples.lanFrames();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void encodesToTheGoldenBytesAndBack(Example<LanFrame> example) throws WireException {
    String file = "lan/v1/" + example.name() + ".hex";
    LanPacket packet = WireExamples.packet(example.value());

    byte[] encoded = LAN.encode(packet);

    Stream<String> body = Stream.concat(Arrays.stream(HEADER), Arrays.stream(example.fields()));
    String[] fields = Stream.concat(body, Stream.of("4 crc")).toArray(String[]::new);
    Golden.check(file, "datagram, version 1: " + example.name(), encoded, fields);
    assertThat(LAN.decode(Golden.bytes(file))).isEqualTo(packet);
  }

  @Test
  void everyFrameHasAnExample() {
    Set<Class<?>> shown =
        examples().map(example -> example.value().getClass()).collect(Collectors.toSet());

    assertThat(shown).containsExactlyInAnyOrder(LanFrame.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryCutAndWhateverFollows(Example<LanFrame> example) {
    byte[] whole = LAN.encode(WireExamples.packet(example.value()));

    for (int length = 0; length < whole.length; length++) {
      refused(Kind.MALFORMED, Arrays.copyOf(whole, length));
    }
    refused(Kind.MALFORMED, Arrays.copyOf(whole, whole.length + 1));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryCutOfTheBodyUnderAGoodChecksum(Example<LanFrame> example) {
    byte[] whole = LAN.encode(WireExamples.packet(example.value()));

    for (int length = LanCodec.OVERHEAD_BYTES; length < whole.length; length++) {
      if (length != cutBetweenEntries(example.value())) {
        refused(Kind.MALFORMED, Seal.checksum(Arrays.copyOf(whole, length)));
      }
    }
  }

  /** A datagram of two entries, cut after the first, is a good one of one entry. */
  private static int cutBetweenEntries(LanFrame frame) {
    return frame instanceof LanFrame.Entries entries && entries.entries().size() > 1
        ? LanCodec.ENTRIES_OVERHEAD_BYTES + entries.entries().get(0).sizeBytes()
        : -1;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryChangeOfOneByteByItsKind(Example<LanFrame> example) {
    byte[] whole = LAN.encode(WireExamples.packet(example.value()));

    for (int i = 0; i < whole.length; i++) {
      Kind kind = i == 2 ? Kind.WRONG_VERSION : i >= 4 && i < 12 ? Kind.FOREIGN : Kind.MALFORMED;
      for (int change = 1; change < 256; change++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) change;
        refused(kind, flipped);
      }
    }
  }

  @Test
  void refusesOtherClustersAndVersionsUnderAGoodChecksum() {
    byte[] ours = LAN.encode(WireExamples.packet(new LanFrame.Ack(7, 0)));
    byte[] theirs = new LanCodec(7).encode(WireExamples.packet(new LanFrame.Ack(7, 0)));
    byte[] newer = ours.clone();
    newer[2] = 2;
    byte[] posing = theirs.clone(); // our number on it, their checksum
    System.arraycopy(ours, 4, posing, 4, 8);

    refused(Kind.FOREIGN, theirs);
    refused(Kind.WRONG_VERSION, Seal.checksum(newer));
    refused(Kind.MALFORMED, posing);
  }

  static Stream<Named<byte[]>> outOfRange() {
    return Stream.of(
        bad("type 0", 0, out -> out.varint(1)),
        bad("type 11", 11, out -> out.varint(1)),
        Named.of("sender 64", Seal.lan(64, 4, 0, 3, out -> out.varint(1))),
        Named.of("term of 64 bits", Seal.lan(1, -1, 0, 3, out -> out.varint(1))),
        Named.of("commit of 64 bits", Seal.lan(1, 4, -1, 3, out -> out.varint(1))),
        bad("no entries", 1, raw(0)),
        bad("resent 2", 1, out -> out.u8(2).bytes(WireExamples.PUT.bytes())),
        bad("a bad entry", 1, raw(0, 0, 0, 0, 14, 1, 2, 3, 4, 0, 1, 1, 0, 0, 0)),
        bad("4,097 entries", 1, LanCodecTest::tooManyEntries),
        bad("low water 0 in a beacon", 2, raw(3, 7, 0)),
        bad("number of 64 bits", 3, raw(255, 255, 255, 255, 255, 255, 255, 255, 255, 1)),
        bad("number with a zero group", 3, raw(0x80, 0)),
        bad("no ranges", 4, raw(0)),
        bad("33 ranges", 4, ranges(33, 1)),
        bad("1,025 entries asked for", 4, ranges(1, 1025)),
        bad("1,025 entries in ranges", 4, ranges(5, 205)),
        bad("range of nothing", 4, raw(1, 7, 0)),
        bad("range from 0", 4, raw(1, 0, 1)),
        bad("range beyond the numbers", 4, out -> out.varint(1).varint(Long.MAX_VALUE).varint(2)),
        bad("no ranges refused", 5, raw(0)),
        bad("33 ranges refused", 5, ranges(33, 1)),
        bad("low water 0", 6, raw(0)),
        bad("trigger of epoch 0", 7, trigger(0, 7, 0, 100)),
        bad("trigger of revision 0", 7, trigger(3, 0, 0, 100)),
        bad("trigger of prevEpoch -1", 7, trigger(3, 7, 4, 100)),
        bad("trigger for 0 bytes", 7, trigger(3, 7, 1, 0)),
        bad("trigger for too much", 7, trigger(3, 7, 1, EntryCodec.BYTES_MAX + 1)),
        bad("hello of nobody", 8, hello("", "", 0)),
        bad("hello of PARIS", 8, hello("PARIS", "", 0)),
        bad("hello of 65 characters", 8, hello("a".repeat(65), "", 0)),
        bad("hello from a long URL", 8, hello("a", "h".repeat(256), 0)),
        bad("hello, syncing 2", 8, hello("a", "", 2)),
        bad("vote request for term 0", 9, raw(0, 3, 7, 0)),
        bad("vote request, trial 2", 9, raw(4, 3, 7, 2)),
        bad("vote reply for term 0", 10, raw(0, 1, 0)),
        bad("vote reply, granted 2", 10, raw(4, 2, 0)),
        bad("vote reply, trial 2", 10, raw(4, 1, 2)));
  }

  @ParameterizedTest
  @MethodSource("outOfRange")
  void refusesWhatIsOutOfRangeUnderAGoodChecksum(byte[] datagram) {
    refused(Kind.MALFORMED, datagram);
  }

  @Test
  void recordsRefuseWhatCouldNotBeDecoded() {
    assertRefused(() -> new LanPacket(-1, 0, 0, new LanFrame.Ack(0, 0)));
    assertRefused(() -> new LanFrame.Ack(-1, 0));
    assertRefused(() -> new Range(Long.MAX_VALUE, 1));
    assertRefused(() -> new LanFrame.Entries(false, List.of()));
    assertRefused(() -> new LanFrame.Cannot(Collections.nCopies(33, new Range(1, 1))));
    assertRefused(() -> hello(70_000, "http://a"));
    assertRefused(() -> hello(7, "http://" + "ä".repeat(125)));
    assertThat(hello(7, "http://" + "ä".repeat(124))).isNotNull();
  }

  private static LanFrame hello(int port, String http) {
    return new LanFrame.Hello(
        new NodeId("a"), port, 0, http, 0, Token.NONE, Token.NONE, false, 0, List.of());
  }

  private static void assertRefused(Runnable construction) {
    assertThatThrownBy(construction::run).isInstanceOf(IllegalArgumentException.class);
  }

  private static Named<byte[]> bad(String name, int type, Consumer<ByteWriter> body) {
    return Named.of(name, Seal.lan(type, body));
  }

  private static void tooManyEntries(ByteWriter out) {
    out.u8(0);
    for (int i = 0; i <= LanFrame.ENTRIES_MAX; i++) {
      out.bytes(WireExamples.EMPTY.bytes());
    }
  }

  private static Consumer<ByteWriter> ranges(int ranges, int count) {
    return out -> {
      out.varint(ranges);
      for (int i = 0; i < ranges; i++) {
        out.varint(1 + 1000L * i).varint(count);
      }
    };
  }

  private static Consumer<ByteWriter> trigger(long epoch, long revision, long since, long size) {
    return out -> out.varint(epoch).varint(revision).varint(since).varint(size).u32(0);
  }

  private static Consumer<ByteWriter> hello(String id, String http, int syncing) {
    return out -> out.text(id).u16(1).u16(2).text(http).u64(0).bytes(Seal.of(4)).u8(syncing);
  }

  private static void refused(Kind kind, byte[] datagram) {
    var refusal = catchThrowableOfType(WireException.class, () -> LAN.decode(datagram));
    assertThat(refusal).as("refusal of %d bytes", datagram.length).isNotNull();
    assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(kind);
  }

  @Test
  void knowsTheSenderAtSight() {
    byte[] datagram = new LanCodec(7).encode(new LanPacket(5, 1, 0, new LanFrame.Ack(3, 0)));

    assertThat(LanCodec.isFrom(5, datagram)).isTrue();
    assertThat(LanCodec.isFrom(4, datagram)).isFalse();
    assertThat(LanCodec.isFrom(5, Arrays.copyOf(datagram, 12))).isFalse();
  }
}
