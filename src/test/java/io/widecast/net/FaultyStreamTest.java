package io.widecast.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.widecast.faults.FaultInjector;
import io.widecast.faults.FaultProfile;
import io.widecast.faults.FaultProfile.Bursts;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FaultyStreamTest {

  private static final long MILLI = 1_000_000;

  private final VirtualTimers timers = new VirtualTimers(Long.MAX_VALUE - 30 * MILLI); // wraps
  private final Metrics metrics = new Metrics();
  private final StringBuilder read = new StringBuilder();
  private int cuts;

  private FaultyStream stream(FaultProfile profile, long seed) {
    return new FaultyStream(
        timers,
        new FaultInjector(profile, new SplittableRandom(seed)),
        metrics,
        piece -> read.append(piece),
        () -> cuts++);
  }

  private static FaultProfile delay(long minMillis, long maxMillis) {
    return new FaultProfile(0, 0, 0, 0, minMillis * MILLI, maxMillis * MILLI, Bursts.NONE);
  }

  @Test
  void withoutDelayPiecesPassAtOnceAndAreNotCounted() {
    FaultyStream stream = stream(FaultProfile.NONE, 1);

    stream.handle(Buffer.buffer("ab"));
    assertThat(read.toString()).isEqualTo("ab");
    assertThat(timers.waiting()).isZero();
    assertThat(metrics.get(Metric.FAULTS_INJECTED)).isZero();
  }

  @Test
  void aDelayedPieceComesLater() {
    FaultyStream stream = stream(delay(40, 40), 1);

    stream.handle(Buffer.buffer("ab"));
    timers.pass(39);
    assertThat(read.toString()).isEmpty();
    timers.pass(1);
    assertThat(read.toString()).isEqualTo("ab");
    assertThat(metrics.get(Metric.FAULTS_INJECTED)).isEqualTo(1);
  }

  static LongStream seeds() {
    return LongStream.range(0, 50);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aStreamKeepsItsOrderWhateverTheDelays(long seed) {
    FaultyStream stream = stream(delay(0, 20), seed);
    var random = new SplittableRandom(seed);
    var sent = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      String piece = i + ",";
      sent.append(piece);
      stream.handle(Buffer.buffer(piece));
      timers.pass(random.nextInt(3));
      assertThat(sent.toString()).startsWith(read.toString());
    }
    timers.pass(21);

    assertThat(read.toString()).isEqualTo(sent.toString());
    assertThat(timers.waiting()).isZero();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aCutDeliversAPartOfThePieceAndThenEndsTheConnection(long seed) {
    FaultyStream stream = stream(new FaultProfile(0, 0, 0, 0.2, 5 * MILLI), seed);
    var sent = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      sent.append(i).append(',');
      stream.handle(Buffer.buffer(i + ","));
    }
    assertThat(cuts).as("what comes before it still arrives").isZero();
    timers.pass(5);

    assertThat(cuts).isEqualTo(1);
    assertThat(sent.toString()).startsWith(read.toString());
    assertThat(read.length()).isLessThan(sent.length());
    int before = read.length();
    stream.handle(Buffer.buffer("after"));
    timers.pass(100);
    assertThat(read.length()).isEqualTo(before);
    assertThat(cuts).isEqualTo(1);
  }

  @Test
  void aStoppedStreamHandsOnNothingAndKeepsNoTimer() {
    FaultyStream stream = stream(delay(10, 10), 1);
    stream.handle(Buffer.buffer("lost"));

    stream.stop();
    assertThat(timers.waiting()).isZero();
    stream.handle(Buffer.buffer("lost, too"));
    assertThat(timers.waiting()).isZero();
    timers.pass(20);
    assertThat(read.toString()).isEmpty();
  }

  /** Pieces become due together; the first of them may end the connection. */
  @Test
  void aReaderThatStopsItGetsNoMore() {
    var streams = new FaultyStream[1];
    streams[0] =
        new FaultyStream(
            timers,
            new FaultInjector(delay(10, 10), new SplittableRandom(1)),
            metrics,
            piece -> {
              read.append(piece);
              streams[0].stop();
            },
            () -> cuts++);
    streams[0].handle(Buffer.buffer("first"));
    streams[0].handle(Buffer.buffer("second"));

    timers.pass(10);
    assertThat(read.toString()).isEqualTo("first");
  }

  @Test
  void beyondItsBoundTheOldestComesBeforeItsTime() {
    FaultyStream stream = stream(delay(1_000, 1_000), 1);
    for (int i = 0; i <= FaultyStream.HELD_PIECES_MAX; i++) {
      stream.handle(Buffer.buffer(i + ","));
    }

    assertThat(read.toString()).isEqualTo("0,");
  }
}
