package io.widecast.wire;

import static io.widecast.wire.Seal.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.RequestId;
import io.widecast.model.Value;
import io.widecast.wire.WireExamples.Example;
import io.widecast.wire.WireException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryCodecTest {

  static Stream<Example<EncodedEntry>> examples() {
    return WireExamples.entries();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void encodesToTheGoldenBytesAndBack(Example<EncodedEntry> example) throws WireException {
    String file = "entry/v1/" + example.name() + ".hex";

    byte[] encoded = EntryCodec.encode(example.value().entry()).bytes().toArray();

    Golden.check(file, "entry, version 1: " + example.name(), encoded, example.fields());
    assertThat(EntryCodec.decode(Bytes.wrap(Golden.bytes(file)))).isEqualTo(example.value());
  }

  @Test
  void anExampleHoldsEveryKindOfPair() {
    var kinds =
        examples()
            .flatMap(example -> example.value().entry().pairs().stream())
            .map(Object::getClass)
            .collect(Collectors.toSet());

    assertThat(kinds).contains(Pair.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryCut(Example<EncodedEntry> example) {
    byte[] whole = example.value().bytes().toArray();

    for (int length = 0; length < whole.length; length++) {
      refused(Arrays.copyOf(whole, length));
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void refusesEveryChangeOfOneByte(Example<EncodedEntry> example) {
    byte[] whole = example.value().bytes().toArray();

    for (int i = 0; i < whole.length; i++) {
      for (int change = 1; change < 256; change++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) change;
        refused(flipped);
      }
    }
  }

  @Test
  void takesTheFirstOfSeveralAndLeavesTheRest() throws WireException {
    var out = new ByteWriter(64).u8(7);
    out.bytes(WireExamples.PUT.bytes()).bytes(WireExamples.EMPTY.bytes());
    byte[] array = out.toArray();

    EncodedEntry first = EntryCodec.decode(array, 1, array.length - 1);
    int at = 1 + first.sizeBytes();
    EncodedEntry second = EntryCodec.decode(array, at, array.length - at);

    assertThat(List.of(first, second)).containsExactly(WireExamples.PUT, WireExamples.EMPTY);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theHeadIsWhatTheEntrySays(Example<EncodedEntry> example) throws WireException {
    Entry entry = example.value().entry();
    int size = example.value().sizeBytes();
    byte[] array = Arrays.copyOf(example.value().bytes().toArray(), size + 3);

    assertThat(EntryCodec.head(array, 0, array.length))
        .isEqualTo(new EntryCodec.Head(size, entry.epoch(), entry.revision(), entry.timeMillis()));
    assertThatThrownBy(() -> EntryCodec.head(array, 0, size - 1)).isInstanceOf(WireException.class);
  }

  static Stream<Named<Consumer<ByteWriter>>> outOfRange() {
    return Stream.of(
        bad("unknown flag", out -> out.u8(2).varint(3).varint(7).varint(1).varint(0).varint(0)),
        bad("epoch 0", out -> out.u8(0).varint(0).varint(7).varint(0).varint(0).varint(0)),
        bad("revision 0", out -> out.u8(0).varint(3).varint(0).varint(1).varint(0).varint(0)),
        bad(
            "prevEpoch below 0",
            out -> out.u8(0).varint(3).varint(7).varint(4).varint(0).varint(0)),
        bad("64 bits", head().andThen(raw(255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0))),
        bad("a zero group in front", head().andThen(raw(0x80, 0, 0))),
        bad("1,025 pairs", head().andThen(out -> out.varint(0).varint(1025))),
        bad("a pair too few", pairs(2, pair(2, "a"))),
        bad("a pair too many", pairs(1, pair(2, "a").andThen(pair(2, "b")))),
        bad("kind 0", pairs(1, pair(0, "a"))),
        bad("kind 4", pairs(1, pair(4, "a"))),
        bad("key of 0 bytes", pairs(1, pair(2, ""))),
        bad("key of 1,025 bytes", pairs(1, pair(2, "k".repeat(1025)))),
        bad("key longer than what follows", pairs(1, raw(2, 9, 'a'))),
        bad("version 0", pairs(1, put(0, 0, 0, raw(0, 0)))),
        bad("createRevision 0", pairs(1, put(1, 7, 0, raw(0, 0)))),
        bad("content type 3", pairs(1, put(1, 0, 0, raw(3, 0)))),
        bad("no content type", pairs(1, put(1, 0, 0, raw(255, 0, 0)))),
        bad("a control character in it", pairs(1, put(1, 0, 0, raw(255, 1, 10, 0)))),
        bad("malformed UTF-8 in it", pairs(1, put(1, 0, 0, raw(255, 1, 0xff, 0)))),
        bad("256 characters in it", pairs(1, put(1, 0, 0, spelled("t".repeat(256))))),
        bad("a spelled type with a number", pairs(1, put(1, 0, 0, spelled(Value.TEXT)))),
        bad("value over 1 MiB", pairs(1, put(1, 0, 0, value(Value.BYTES_MAX + 1)))),
        bad("value longer than what follows", pairs(1, put(1, 0, 0, raw(0, 0x80, 0x80, 4)))));
  }

  @ParameterizedTest
  @MethodSource("outOfRange")
  void refusesWhatIsOutOfRangeUnderAGoodChecksum(Consumer<ByteWriter> body) {
    refused(Seal.entry(body));
  }

  @Test
  void refusesLengthsBeforeItLooksFurther() {
    for (int length : new int[] {0, 13, EntryCodec.BYTES_MAX + 1, Integer.MAX_VALUE, -1}) {
      refused(new ByteWriter(16).u32(length).u64(0).u64(0).toArray());
    }
  }

  @Test
  void theGreatestPublishFits() throws WireException {
    var pairs = new ArrayList<Pair>();
    int value = Entry.CONTENT_BYTES_MAX / Entry.PAIRS_MAX - 4;
    for (int i = 0; i < Entry.PAIRS_MAX; i++) {
      var key = Key.of(String.format("%04d", i));
      var content = new Value(Seal.of(value), "t".repeat(Value.CONTENT_TYPE_CHARS_MAX));
      pairs.add(new Pair.Put(key, content, Long.MAX_VALUE, 1, Long.MAX_VALUE));
    }
    long most = Long.MAX_VALUE;
    var id = Optional.of(new RequestId(-1, -1, -1));

    EncodedEntry encoded = EntryCodec.encode(new Entry(most, most, 0, most, id, pairs));

    assertThat(encoded.sizeBytes()).isLessThan(EntryCodec.BYTES_MAX);
    assertThat(EntryCodec.decode(encoded.bytes())).isEqualTo(encoded);
  }

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyEntryComesBackAsItWas(int seed) throws WireException {
    Entry entry = randomEntry(new java.util.SplittableRandom(seed));

    EncodedEntry encoded = EntryCodec.encode(entry);

    assertThat(EntryCodec.decode(encoded.bytes()).entry()).isEqualTo(entry);
  }

  static Entry randomEntry(RandomGenerator random) {
    long epoch = 1 + (random.nextLong() >>> random.nextInt(1, 63)) / 2;
    long revision = 1 + (random.nextLong() >>> random.nextInt(1, 63)) / 2;
    var pairs = new ArrayList<Pair>();
    for (int i = random.nextInt(5); i > 0; i--) {
      pairs.add(randomPair(random, revision));
    }
    Optional<RequestId> id =
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new RequestId(random.nextLong(), random.nextLong(), random.nextLong()));
    return new Entry(
        epoch, revision, random.nextLong(epoch + 1), random.nextLong(1L << 50), id, pairs);
  }

  private static Pair randomPair(RandomGenerator random, long revision) {
    var key = new Key(randomBytes(random, random.nextInt(1, 40)));
    if (random.nextInt(3) == 0) {
      return new Pair.Delete(key, random.nextBoolean());
    }
    var types = List.of(Value.TEXT, Value.JSON, Value.OCTETS, "image/png", "a/b; charset=c");
    var value =
        new Value(
            randomBytes(random, random.nextInt(300)), types.get(random.nextInt(types.size())));
    return new Pair.Put(
        key,
        value,
        random.nextLong(1, Long.MAX_VALUE),
        random.nextLong(1, revision + 1),
        random.nextLong(1L << 50));
  }

  private static Bytes randomBytes(RandomGenerator random, int length) {
    var array = new byte[length];
    random.nextBytes(array);
    return Bytes.wrap(array);
  }

  // ---- bodies to be refused

  private static Named<Consumer<ByteWriter>> bad(String name, Consumer<ByteWriter> body) {
    return Named.of(name, body);
  }

  /** No flags, epoch 3, revision 7 after epoch 2: the time and what follows are left to say. */
  private static Consumer<ByteWriter> head() {
    return out -> out.u8(0).varint(3).varint(7).varint(1);
  }

  private static Consumer<ByteWriter> pairs(int count, Consumer<ByteWriter> pairs) {
    return head().andThen(out -> out.varint(0).varint(count)).andThen(pairs);
  }

  private static Consumer<ByteWriter> pair(int kind, String key) {
    return out -> out.u8(kind).text(key);
  }

  private static Consumer<ByteWriter> put(
      long version, long sinceCreated, long expires, Consumer<ByteWriter> value) {
    return pair(1, "a")
        .andThen(out -> out.varint(version).varint(sinceCreated).varint(expires))
        .andThen(value);
  }

  private static Consumer<ByteWriter> spelled(String type) {
    return out -> out.u8(255).text(type).varint(0);
  }

  private static Consumer<ByteWriter> value(int length) {
    return out -> out.u8(0).sized(Seal.of(length));
  }

  private static void refused(byte[] bytes) {
    var refusal =
        catchThrowableOfType(WireException.class, () -> EntryCodec.decode(Bytes.wrap(bytes)));
    assertThat(refusal).as("refusal of %d bytes", bytes.length).isNotNull();
    assertThat(refusal.kind()).isEqualTo(Kind.MALFORMED);
    assertThat(refusal.getMessage()).isNotBlank();
  }
}
