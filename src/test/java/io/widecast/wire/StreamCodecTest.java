package io.widecast.wire;

import static io.widecast.wire.Seal.raw;
import static io.widecast.wire.WireExamples.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.widecast.model.AckLevel;
import io.widecast.model.BucketSet;
import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.wire.WireExamples.Example;
import io.widecast.wire.WireException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamCodecTest {

  private static final String[] HEADER = {"4 length", "1 version", "1 type", "8 cluster"};

  static Stream<Example<StreamFrame>> examples() {
    return WireExamples.streamFrames();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void encodesToTheGoldenBytesAndBack(Example<StreamFrame> example) throws WireException {
    String file = "stream/v1/" + example.name() + ".hex";

    byte[] encoded = STREAM.encode(example.value());

    Stream<String> body = Stream.concat(Arrays.stream(HEADER), Arrays.stream(example.fields()));
    String[] fields = Stream.concat(body, Stream.of("4 crc")).toArray(String[]::new);
    Golden.check(file, "frame of a stream, version 1: " + example.name(), encoded, fields);
    byte[] golden = Golden.bytes(file);
    assertThat(StreamCodec.length(golden, 0, golden.length)).isEqualTo(golden.length - 4);
    assertThat(STREAM.decode(body(golden))).isEqualTo(example.value());
  }

  @Test
  void everyFrameAndEveryPartOfOneHasAnExample() {
    Set<Class<?>> frames =
        examples().map(example -> example.value().getClass()).collect(Collectors.toSet());
    assertThat(frames).containsExactlyInAnyOrder(StreamFrame.class.getPermittedSubclasses());
    assertThat(frames).hasSize(StreamCodec.Type.values().length);

    var parts = examples().flatMap(example -> parts(example.value())).collect(Collectors.toSet());
    assertThat(parts).contains(Draft.class.getPermittedSubclasses());
    assertThat(parts).contains(Compare.class.getPermittedSubclasses());
    assertThat(parts).contains(PublishOutcome.class.getPermittedSubclasses());
  }

  private static Stream<Class<?>> parts(StreamFrame frame) {
    Stream<?> parts = Stream.of();
    if (frame instanceof StreamFrame.Publish publish) {
      PublishRequest request = publish.requests().get(0);
      parts = Stream.concat(request.drafts().stream(), request.compares().stream());
    } else if (frame instanceof StreamFrame.Outcomes outcomes) {
      parts = outcomes.outcomes().stream();
    }
    return parts.map(Object::getClass);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryCutWithAndWithoutAGoodChecksum(Example<StreamFrame> example) {
    byte[] body = body(STREAM.encode(example.value()));

    for (int length = 0; length < body.length; length++) {
      refused(Kind.MALFORMED, Arrays.copyOf(body, length));
      if (length >= 14) {
        refused(Kind.MALFORMED, Seal.checksum(Arrays.copyOf(body, length)));
      }
    }
    refused(Kind.MALFORMED, Arrays.copyOf(body, body.length + 1));
    refused(Kind.MALFORMED, Seal.checksum(Arrays.copyOf(body, body.length + 1)));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryChangeOfOneByteByItsKind(Example<StreamFrame> example) {
    byte[] body = body(STREAM.encode(example.value()));

    for (int i = 0; i < body.length; i++) {
      Kind kind = i == 0 ? Kind.WRONG_VERSION : i >= 2 && i < 10 ? Kind.FOREIGN : Kind.MALFORMED;
      for (int change = 1; change < 256; change++) {
        byte[] flipped = body.clone();
        flipped[i] ^= (byte) change;
        refused(kind, flipped);
      }
    }
  }

  @Test
  void refusesOtherClustersAndVersionsUnderAGoodChecksum() {
    byte[] ours = body(STREAM.encode(new StreamFrame.AskCopy(Token.NONE, Holding.NOTHING)));
    byte[] theirs =
        body(new StreamCodec(7).encode(new StreamFrame.AskCopy(Token.NONE, Holding.NOTHING)));
    byte[] newer = ours.clone();
    newer[0] = 2;
    byte[] posing = theirs.clone(); // our number on it, their checksum
    System.arraycopy(ours, 2, posing, 2, 8);

    refused(Kind.FOREIGN, theirs);
    refused(Kind.WRONG_VERSION, Seal.checksum(newer));
    refused(Kind.MALFORMED, posing);
  }

  @Test
  void refusesLengthsThatNoFrameHas() throws WireException {
    for (int length : new int[] {0, 13, StreamCodec.FRAME_BYTES_MAX + 1, Integer.MAX_VALUE, -1}) {
      byte[] bytes = new ByteWriter(16).u32(length).toArray();
      assertThatThrownBy(() -> StreamCodec.length(bytes, 0, 4)).isInstanceOf(WireException.class);
    }
    assertThatThrownBy(() -> StreamCodec.length(new byte[3], 0, 3))
        .isInstanceOf(WireException.class);
    assertThat(StreamCodec.length(new byte[] {0, 0, 0, 14}, 0, 4)).isEqualTo(14);
  }

  static Stream<Named<byte[]>> outOfRange() {
    return Stream.of(
        bad("type 0", 0, out -> {}),
        bad("type 16", 16, out -> {}),
        bad("greeting of nobody", 1, greeting("", "a", raw(0), "")),
        bad("greeting of A", 1, greeting("A", "a", raw(0), "")),
        bad("greeting from no site", 1, greeting("a", "", raw(0), "")),
        bad("greeting, filter 2", 1, greeting("a", "a", raw(2), "")),
        bad("greeting, no patterns", 1, greeting("a", "a", raw(1, 0), "")),
        bad("greeting, 65 patterns", 1, greeting("a", "a", patterns(65, "**"), "")),
        bad("greeting, empty pattern", 1, greeting("a", "a", patterns(1, ""), "")),
        bad("greeting, pattern f*", 1, greeting("a", "a", patterns(1, "f*"), "")),
        bad("greeting, long pattern", 1, greeting("a", "a", patterns(1, "f".repeat(1025)), "")),
        bad("greeting, long URL", 1, greeting("a", "a", raw(0), "h".repeat(256))),
        bad("refusal of 4,097 bytes", 2, out -> out.text("x".repeat(4097))),
        bad("refusal, malformed UTF-8", 2, raw(1, 0xff)),
        bad("refusal, a lone surrogate", 2, raw(3, 0xed, 0xa0, 0x80)),
        bad("entries, one too few", 3, raw(0, 3, 7, 1)),
        bad("entries, 16,385", 3, out -> out.varint(0).varint(3).varint(7).varint(16_385)),
        bad("entries, a bad one", 3, raw(0, 3, 7, 1, 0, 0, 0, 14, 1, 2, 3, 4, 0, 1, 1, 0, 0, 0)),
        bad("ack of 64 bits", 4, raw(3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)),
        bad("changed of nothing", 5, changed(raw(0))),
        bad("changed, 9 stretches", 5, changed(raw(9))),
        bad("changed, form 2", 5, changed(raw(1, 2))),
        bad("changed, 6,001 numbers", 5, changed(out -> out.varint(1).u8(0).varint(6_001))),
        bad(
            "changed, bucket 65,536",
            5,
            changed(out -> out.varint(1).u8(0).varint(1).varint(65_536))),
        bad("changed, half a bitmap", 5, changed(raw(1, 1, 255, 255))),
        bad(
            "changed, 4,097 epochs",
            5,
            out -> out.varint(3).varint(7).u8(1).varint(1).u8(0).varint(0).varint(4_097)),
        bad("held, no stretch", 10, raw(3, 7, 0)),
        bad("held, 9 stretches", 10, raw(3, 7, 9)),
        bad("held, the last ends", 10, raw(3, 7, 1, 1, 1, 'a', 3, 5)),
        bad("held, the first does not end", 10, raw(3, 7, 2, 0, 3, 5, 0, 3, 4)),
        bad("held, newer behind older", 10, raw(3, 7, 2, 1, 1, 'a', 3, 5, 0, 3, 6)),
        bad("held, ends that fall", 10, raw(3, 7, 3, 1, 1, 'b', 3, 5, 1, 1, 'a', 3, 4, 0, 3, 1)),
        bad("held, nothing before something", 10, raw(3, 7, 2, 1, 1, 'a', 0, 0, 0, 0, 0)),
        bad("rows, one too few", 6, raw(1)),
        bad("rows, 16,385", 6, out -> out.varint(16_385)),
        bad("row without a key", 6, row("", 3, 7, 0, 1)),
        bad("row of revision 0", 6, row("a", 3, 0, 0, 1)),
        bad("row of version 0", 6, row("a", 3, 7, 0, 0)),
        bad("row of createRevision 0", 6, row("a", 3, 7, 7, 1)),
        bad("row of createRevision -1", 6, row("a", 3, 7, 8, 1)),
        bad("fetch of nothing", 8, raw(7, 0)),
        bad("fetch from 0", 8, raw(0, 1)),
        bad("fetch of 1,025", 8, out -> out.varint(7).varint(1025)),
        bad("fetch beyond the numbers", 8, out -> out.varint(Long.MAX_VALUE).varint(1)),
        bad("copy asked for, and more", 10, raw(0)),
        bad("no requests", 11, raw(1, 0)),
        bad("4,097 requests", 11, out -> out.varint(1).varint(4097)),
        bad("request of nothing", 11, request(raw(0), raw(0), raw(0, 1), 5000)),
        bad("request, 1,025 drafts", 11, out -> out.varint(1).varint(1).varint(1025)),
        bad("request, draft of kind 4", 11, request(raw(1, 4, 1, 'a'), raw(0), raw(0, 1), 5000)),
        bad("request, key twice", 11, request(TWICE, raw(0), raw(0, 1), 5000)),
        bad("request, ttl too long", 11, request(TTL_TOO_LONG, raw(0), raw(0, 1), 5000)),
        bad("request, condition of kind 0", 11, request(ONE, raw(1, 0, 1, 'a'), raw(0, 1), 5000)),
        bad("request, condition of kind 5", 11, request(ONE, raw(1, 5, 1, 'a'), raw(0, 1), 5000)),
        bad("request, id 2", 11, request(ONE, raw(0), raw(2, 1), 5000)),
        bad("request, level 4", 11, request(ONE, raw(0), raw(0, 4), 5000)),
        bad("request, timeout 0", 11, request(ONE, raw(0), raw(0, 1), 0)),
        bad("request, timeout too long", 11, request(ONE, raw(0), raw(0, 1), 600_001)),
        bad("4,097 outcomes", 12, out -> out.varint(1).varint(4097)),
        bad("outcome of kind 0", 12, raw(1, 1, 0)),
        bad("outcome of kind 3", 12, raw(1, 1, 3)),
        bad(
            "written, 1,025 pairs",
            12,
            out -> out.varint(1).varint(1).u8(1).varint(3).varint(7).varint(1025).u8(0)),
        bad("written, created 2", 12, raw(1, 1, 1, 3, 7, 1, 2)),
        bad("refused, unknown type", 12, refusedOutcome("no-such-type", "x", raw(0))),
        bad("refused, long type", 12, refusedOutcome("x".repeat(65), "x", raw(0))),
        bad("refused, long detail", 12, refusedOutcome("no-master", "x".repeat(4097), raw(0))),
        bad("refused, 17 extras", 12, refusedOutcome("no-master", "x", raw(17))),
        bad("refused, extra of form 4", 12, refusedOutcome("no-master", "x", raw(1, 1, 'a', 4))),
        bad("named requests, one too few", 15, raw(1)),
        bad("1,025 named requests", 15, out -> out.varint(1025)),
        bad("named request at revision 0", 15, named(3, 0, 1, 0)),
        bad("named request of 1,025 pairs", 15, named(3, 7, 1025, 0)),
        bad("named request, created 2", 15, named(3, 7, 1, 2)),
        bad("1,025 edges", 13, out -> out.varint(1025)),
        bad("an edge, level 2", 13, edge(2)),
        bad("1,025 sites", 14, out -> out.varint(3).varint(7).text("").varint(1025)),
        bad("master with a bad name", 14, out -> out.varint(3).varint(7).text("A").varint(0)),
        bad("a site, home 2", 14, site(2, raw(0))),
        bad("a site, 1,089 nodes", 14, site(1, out -> out.varint(1089))),
        bad("a node, role 4", 14, site(1, node(4, 0, 0))),
        bad("a node, state 5", 14, site(1, node(0, 5, 0))),
        bad("a node, unicast 2", 14, site(1, node(0, 0, 2))));
  }

  @ParameterizedTest
  @MethodSource("outOfRange")
  void refusesWhatIsOutOfRangeUnderAGoodChecksum(byte[] body) {
    refused(Kind.MALFORMED, body);
  }

  @Test
  void theBodiesAboveAreRefusedForNothingElse() throws WireException {
    assertThat(decode(1, greeting("a", "a", patterns(1, "**"), ""))).isNotNull();
    assertThat(decode(5, changed(raw(1, 0, 1, 7)))).isNotNull();
    assertThat(decode(10, raw(3, 7, 2, 1, 1, 'a', 3, 5, 0, 0, 0))).isNotNull();
    assertThat(decode(6, row("a", 3, 7, 6, 1))).isNotNull();
    assertThat(decode(11, request(ONE, raw(1, 1, 1, 'a'), raw(0, 3), 1))).isNotNull();
    assertThat(decode(12, refusedOutcome("no-master", "x", raw(1, 1, 'a', 0)))).isNotNull();
    assertThat(decode(13, edge(1))).isNotNull();
    assertThat(decode(14, site(1, node(3, 4, 1)))).isNotNull();
  }

  @Test
  void everyErrorCrossesTheWire() throws WireException {
    for (ErrorCode code : ErrorCode.values()) {
      var frame =
          new StreamFrame.Outcomes(1, List.of(new PublishOutcome.Refused(code, code.title())));

      assertThat(STREAM.decode(body(STREAM.encode(frame)))).isEqualTo(frame);
    }
  }

  @Test
  void cutsSentencesThatAreTooLongRatherThanTheConnection() throws WireException {
    for (String character : List.of("x", "…", "\ud83d\ude00")) {
      String detail = "a" + character.repeat(4096 / Bytes.utf8(character).length() + 1);
      var refused = new PublishOutcome.Refused(ErrorCode.BAD_KEY, detail, Map.of("detail", detail));

      var outcomes =
          (StreamFrame.Outcomes)
              STREAM.decode(body(STREAM.encode(new StreamFrame.Outcomes(1, List.of(refused)))));
      var refusal =
          (StreamFrame.Refusal) STREAM.decode(body(STREAM.encode(new StreamFrame.Refusal(detail))));

      String kept = refusal.detail();
      assertThat(kept).endsWith("…").doesNotContain("?");
      assertThat(detail).startsWith(kept.substring(0, kept.length() - 1));
      assertThat(outcomes.outcomes())
          .containsExactly(
              new PublishOutcome.Refused(ErrorCode.BAD_KEY, kept, Map.of("detail", kept)));
    }
  }

  @Test
  void refusesToSendWhatCannotBeRead() {
    var extras = new java.util.TreeMap<String, Object>();
    for (int i = 0; i <= 16; i++) {
      extras.put("extra" + i, true);
    }
    var refused = new PublishOutcome.Refused(ErrorCode.INTERNAL, "x", extras);
    var huge = new Value(Seal.of(Value.BYTES_MAX), Value.OCTETS);
    var request =
        new PublishRequest(
            List.of(new Draft.Put(Key.of("a"), huge, 0)),
            List.of(),
            Optional.empty(),
            AckLevel.DURABLE,
            1);

    assertUnsendable(() -> STREAM.encode(new StreamFrame.Outcomes(1, List.of(refused))));
    assertUnsendable(
        () -> STREAM.encode(new StreamFrame.Publish(1, java.util.Collections.nCopies(4, request))));
    assertUnsendable(
        () ->
            new StreamFrame.Greeting(
                new NodeId("a"),
                new NodeId("a"),
                Optional.empty(),
                Token.NONE,
                Holding.NOTHING,
                "h".repeat(256)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 12, 65_536})
  void bucketsComeAsTheyAre(int every) throws WireException {
    var some = BucketSet.of(bucket -> bucket % every == 0); // 12: more bytes than a bitmap
    var runs = new ArrayList<Token>();
    for (int i = 0; i < ChangedSince.EPOCHS_MAX; i++) {
      runs.add(new Token(i, Long.MAX_VALUE / 2 + i));
    }
    var changed =
        new ChangedSince(java.util.Collections.nCopies(Holding.STRETCHES_MAX, some), runs);
    var begin = new StreamFrame.CopyBegin(new Token(3, 1042), Optional.of(changed));

    byte[] frame = STREAM.encode(begin);
    byte[] body = java.util.Arrays.copyOfRange(frame, StreamCodec.LENGTH_BYTES, frame.length);

    assertThat(STREAM.decode(body)).isEqualTo(begin);
    assertThat(frame.length).isLessThan(8 * 8_300 + 80_000);
  }

  @Test
  void theGreatestRequestFits() throws WireException {
    var drafts = new ArrayList<Draft>();
    var compares = new ArrayList<Compare>();
    int value = Entry.CONTENT_BYTES_MAX / Entry.PAIRS_MAX - 4;
    for (int i = 0; i < Entry.PAIRS_MAX; i++) {
      var content = new Value(Seal.of(value), "t".repeat(Value.CONTENT_TYPE_CHARS_MAX));
      drafts.add(new Draft.Put(Key.of(String.format("%04d", i)), content, Draft.TTL_MILLIS_MAX));
      compares.add(
          new Compare.AtToken(Key.of("k".repeat(1024)), new Token(Long.MAX_VALUE, Long.MAX_VALUE)));
    }
    var request =
        new PublishRequest(
            drafts, compares, Optional.empty(), AckLevel.ALL, PublishRequest.TIMEOUT_MILLIS_MAX);
    var frame = new StreamFrame.Publish(Long.MAX_VALUE, List.of(request));

    assertThat(STREAM.decode(body(STREAM.encode(frame)))).isEqualTo(frame);
  }

  @Test
  void theClusterNumberHangsOnEveryPartAndIsTheSameEverywhere() {
    long number = StreamCodec.clusterNumber("widecast", List.of("a", "b"));

    // SHA-256 of "widecast\na\nb" begins so, says sha256sum.
    assertThat(number).isEqualTo(0x9fe7_3e52_dd43_1fbdL);
    assertThat(
            Stream.of(
                StreamCodec.clusterNumber("widecasu", List.of("a", "b")),
                StreamCodec.clusterNumber("widecast", List.of("b", "a")),
                StreamCodec.clusterNumber("widecast", List.of("ab")),
                StreamCodec.clusterNumber("widecast", List.of())))
        .doesNotContain(number)
        .doesNotHaveDuplicates();
  }

  // ---- bodies to be refused

  private static final Consumer<ByteWriter> ONE = raw(1, 2, 1, 'a');
  private static final Consumer<ByteWriter> TWICE = raw(2, 2, 1, 'a', 2, 1, 'a');
  private static final Consumer<ByteWriter> TTL_TOO_LONG =
      out -> out.varint(1).u8(1).text("a").varint(Draft.TTL_MILLIS_MAX + 1).u8(0).varint(0);

  private static Named<byte[]> bad(String name, int type, Consumer<ByteWriter> body) {
    return Named.of(name, Seal.stream(type, body));
  }

  private static StreamFrame decode(int type, Consumer<ByteWriter> body) throws WireException {
    return STREAM.decode(Seal.stream(type, body));
  }

  private static Consumer<ByteWriter> greeting(
      String id, String site, Consumer<ByteWriter> filter, String http) {
    return out -> {
      filter.accept(out.text(id).text(site));
      holding(1, 0, 0).accept(out.varint(0).varint(0));
      out.text(http);
    };
  }

  /** One stretch, at {@code epoch} and {@code revision}. */
  private static Consumer<ByteWriter> holding(int stretches, long epoch, long revision) {
    return out -> out.varint(stretches).u8(0).varint(epoch).varint(revision);
  }

  private static Consumer<ByteWriter> changed(Consumer<ByteWriter> sets) {
    return out -> {
      sets.accept(out.varint(3).varint(7).u8(1));
      out.varint(0);
    };
  }

  private static Consumer<ByteWriter> patterns(int count, String pattern) {
    return out -> {
      out.u8(1).varint(count);
      for (int i = 0; i < count; i++) {
        out.text(pattern);
      }
    };
  }

  private static Consumer<ByteWriter> row(
      String key, long epoch, long revision, long sinceCreated, long version) {
    return out -> {
      out.varint(1).text(key).varint(epoch).varint(revision);
      out.varint(sinceCreated).varint(version).varint(0).u8(0).varint(0);
      out.varint(0).text("a");
    };
  }

  private static Consumer<ByteWriter> named(long epoch, long revision, int pairs, int created) {
    return out -> {
      out.varint(1).u64(1).u64(2).u64(3).varint(epoch).varint(revision);
      out.varint(pairs).u8(created).varint(1);
    };
  }

  private static Consumer<ByteWriter> request(
      Consumer<ByteWriter> drafts,
      Consumer<ByteWriter> compares,
      Consumer<ByteWriter> idAndAck,
      long timeoutMillis) {
    return out -> {
      out.varint(1).varint(1);
      drafts.andThen(compares).andThen(idAndAck).accept(out);
      out.varint(timeoutMillis);
    };
  }

  private static Consumer<ByteWriter> refusedOutcome(
      String type, String detail, Consumer<ByteWriter> extras) {
    return out -> extras.accept(out.varint(1).varint(1).u8(2).text(type).text(detail));
  }

  private static Consumer<ByteWriter> edge(int level) {
    return out -> {
      out.varint(1).text("a").text("b").varint(1).text(Filter.ALL.toString());
      out.varint(7).u8(level).varint(0).text("");
    };
  }

  private static Consumer<ByteWriter> site(int home, Consumer<ByteWriter> nodes) {
    return out -> nodes.accept(out.varint(3).varint(7).text("").varint(1).text("a").u8(home));
  }

  private static Consumer<ByteWriter> node(int role, int state, int unicast) {
    return out -> {
      out.varint(1).text("a").u8(role).u8(state).varint(7).varint(0);
      out.varint(0).varint(0).text("").u8(unicast);
    };
  }

  private static byte[] body(byte[] frame) {
    return Arrays.copyOfRange(frame, StreamCodec.LENGTH_BYTES, frame.length);
  }

  private static void assertUnsendable(Runnable sending) {
    assertThatThrownBy(sending::run).isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(Kind kind, byte[] body) {
    var refusal = catchThrowableOfType(WireException.class, () -> STREAM.decode(body));
    assertThat(refusal).as("refusal of %d bytes", body.length).isNotNull();
    assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(kind);
  }
}
