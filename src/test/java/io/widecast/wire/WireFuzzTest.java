package io.widecast.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.widecast.model.Bytes;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes at all: refused by a {@link WireException} or taken for what they say, at a cost in
 * memory that their own length bounds. A failure names its seed.
 */
class WireFuzzTest {

  private static final int RUNS = 100_000;

  /** What decoding may allocate: some objects for each byte, and some for the refusal. */
  private static final long ALLOCATED_FIXED = 64 << 10;

  private static final long ALLOCATED_A_BYTE = 64;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * One of the codecs.
   *
   * @param reseal puts length and checksum right
   * @param again decodes, and encodes what came of it
   * @param oneForm whether what is taken has one form only
   */
  record Target(List<byte[]> good, UnaryOperator<byte[]> reseal, Recode again, boolean oneForm) {}

  interface Recode {
    byte[] apply(byte[] bytes) throws WireException;
  }

  static Stream<Named<Target>> targets() {
    return Stream.of(
        Named.of(
            "entries",
            new Target(
                WireExamples.entries().map(each -> each.value().bytes().toArray()).toList(),
                Seal::entry,
                bytes -> {
                  var entry = EntryCodec.decode(Bytes.wrap(bytes)).entry();
                  return EntryCodec.encode(entry).bytes().toArray();
                },
                true)),
        Named.of(
            "datagrams",
            new Target(
                WireExamples.lanFrames()
                    .map(each -> WireExamples.LAN.encode(WireExamples.packet(each.value())))
                    .toList(),
                Seal::checksum,
                bytes -> WireExamples.LAN.encode(WireExamples.LAN.decode(bytes)),
                true)),
        Named.of(
            "frames of streams",
            new Target(
                WireExamples.streamFrames()
                    .map(each -> body(WireExamples.STREAM.encode(each.value())))
                    .toList(),
                Seal::checksum,
                bytes -> body(WireExamples.STREAM.encode(WireExamples.STREAM.decode(bytes))),
                false))); // the extras of an outcome may come in any order
  }

  private static byte[] body(byte[] frame) {
    return Arrays.copyOfRange(frame, StreamCodec.LENGTH_BYTES, frame.length);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void randomBytesAreRefused(Target target) {
    for (int seed = 0; seed < RUNS; seed++) {
      var random = new SplittableRandom(seed);
      var bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);

      assertThat(isTaken(target, bytes, seed)).as("seed %d", seed).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void changedFramesUnderAGoodChecksumAreRefusedOrTakenForWhatTheySay(Target target) {
    int taken = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      var random = new SplittableRandom(seed);
      byte[] good = target.good().get(random.nextInt(target.good().size()));
      byte[] changed = target.reseal().apply(changed(good, random));

      taken += isTaken(target, changed, seed) ? 1 : 0;
    }
    assertThat(taken).as("else the checksums are not right").isPositive();
  }

  /** Some bytes become others, most often small ones; now and then the end is cut or drawn out. */
  private static byte[] changed(byte[] good, SplittableRandom random) {
    int length = Math.max(14, good.length + (random.nextInt(4) == 0 ? random.nextInt(-9, 9) : 0));
    byte[] changed = Arrays.copyOf(good, length);
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      int value = random.nextBoolean() ? random.nextInt(256) : random.nextInt(4);
      changed[random.nextInt(length)] = (byte) value;
    }
    return changed;
  }

  private static boolean isTaken(Target target, byte[] bytes, int seed) {
    byte[] given = bytes.clone();
    Optional<byte[]> again = recoded(target, bytes, seed);

    assertThat(bytes).as("seed %d", seed).isEqualTo(given);
    if (again.isPresent() && target.oneForm()) {
      assertThat(again.get()).as("seed %d", seed).isEqualTo(given);
    }
    return again.isPresent();
  }

  private static Optional<byte[]> recoded(Target target, byte[] bytes, int seed) {
    long bound = ALLOCATED_FIXED + ALLOCATED_A_BYTE * bytes.length;
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Optional<byte[]> again = attempt(target, bytes, seed);
    if (THREADS.getCurrentThreadAllocatedBytes() - before >= bound) {
      before = THREADS.getCurrentThreadAllocatedBytes(); // the first run of a line links it
      again = attempt(target, bytes, seed);
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
          .as("seed %d: allocated for %d bytes", seed, bytes.length)
          .isLessThan(bound);
    }
    return again;
  }

  private static Optional<byte[]> attempt(Target target, byte[] bytes, int seed) {
    try {
      return Optional.of(target.again().apply(bytes));
    } catch (WireException e) {
      assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
      return Optional.empty();
    }
  }
}
