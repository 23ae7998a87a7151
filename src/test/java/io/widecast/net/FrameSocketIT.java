package io.widecast.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.junit5.VertxExtension;
import io.widecast.bus.EdgeReport;
import io.widecast.faults.FaultInjector;
import io.widecast.faults.FaultProfile;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.CopyPiece;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A {@link FrameSocket} at the server's end, and raw bytes from the client's. */
@ExtendWith(VertxExtension.class)
class FrameSocketIT {

  private static final String HOST = "127.0.0.1";
  private static final long CLUSTER = 7;
  private static final long SECONDS_MAX = 20;

  private final StreamCodec codec = new StreamCodec(CLUSTER);
  private final Metrics metrics = new Metrics();
  private final List<StreamFrame> frames = new CopyOnWriteArrayList<>();
  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicReference<FrameSocket> server = new AtomicReference<>();
  private Vertx vertx;

  @BeforeEach
  void useVertx(Vertx given) {
    vertx = given;
  }

  /** The client's end of a connection whose server's end hands frames to {@link #frames}. */
  private NetSocket connect(Optional<FaultInjector> faults) throws Exception {
    NetServer listening =
        vertx
            .createNetServer()
            .connectHandler(
                netSocket -> {
                  var socket = new FrameSocket(vertx, netSocket, codec, metrics, faults);
                  socket.handler(frames::add);
                  socket.closeHandler(closed::incrementAndGet);
                  server.set(socket);
                })
            .listen(0, HOST)
            .await(SECONDS_MAX, TimeUnit.SECONDS);
    NetSocket client =
        vertx
            .createNetClient()
            .connect(listening.actualPort(), HOST)
            .await(SECONDS_MAX, TimeUnit.SECONDS);
    awaitTrue("connected", () -> server.get() != null);
    return client;
  }

  private static void awaitTrue(String what, BooleanSupplier condition) {
    await(what).atMost(Duration.ofSeconds(SECONDS_MAX)).until(condition::getAsBoolean);
  }

  private static List<StreamFrame> someFrames(int count) {
    var some = new ArrayList<StreamFrame>();
    for (int i = 0; i < count; i++) {
      some.add(
          i % 3 == 0
              ? new StreamFrame.Ack(new Token(1, i + 1))
              : i % 3 == 1
                  ? new StreamFrame.AskCopy(Token.NONE, Holding.NOTHING)
                  : new StreamFrame.Refusal("no ".repeat(i)));
    }
    return some;
  }

  private Buffer bytes(List<StreamFrame> of) {
    Buffer all = Buffer.buffer();
    of.forEach(frame -> all.appendBytes(codec.encode(frame)));
    return all;
  }

  @Test
  void framesComeInOrderHoweverTheBytesAreSplit() throws Exception {
    NetSocket client = connect(Optional.empty());
    List<StreamFrame> sent = someFrames(300);
    Buffer bytes = bytes(sent);
    var random = new SplittableRandom(5);
    for (int from = 0; from < bytes.length(); ) {
      int to = Math.min(bytes.length(), from + 1 + random.nextInt(random.nextInt(1, 600)));
      client.write(bytes.getBuffer(from, to)).await(SECONDS_MAX, TimeUnit.SECONDS);
      from = to;
    }

    awaitTrue("all frames", () -> frames.size() == sent.size());
    assertThat(frames).isEqualTo(sent);
  }

  @Test
  void aFrameOfManyPiecesComesWhole() throws Exception {
    NetSocket client = connect(Optional.empty());
    var value = new Value(Bytes.utf8("x".repeat(1 << 20)), Value.TEXT);
    var row = new KeyVersion(Key.of("k"), new Versioned(value, new Token(1, 1), 1, 1, 0));
    var large = new StreamFrame.CopyRows(CopyPiece.of(List.of(row, row, row)));

    client.write(bytes(List.of(large, new StreamFrame.AskCopy(Token.NONE, Holding.NOTHING))));
    awaitTrue("both", () -> frames.size() == 2);
    assertThat(frames.get(0)).isEqualTo(large);
  }

  @Test
  void afterOneBadByteNothingIsTrusted() throws Exception {
    NetSocket client = connect(Optional.empty());
    Buffer bytes = bytes(someFrames(3));
    int second = codec.encode(someFrames(1).get(0)).length;
    bytes.setByte(second + 5, (byte) (bytes.getByte(second + 5) ^ 1));

    client.write(bytes);
    awaitTrue("closed", () -> closed.get() == 1);
    assertThat(frames).hasSize(1);
    assertThat(metrics.get(Metric.FRAMES_MALFORMED)).isEqualTo(1);
    assertThat(server.get().isClosed()).isTrue();
  }

  @Test
  void foreignFramesAndOtherVersionsAreCountedByTheirKind() throws Exception {
    connect(Optional.empty())
        .write(
            Buffer.buffer(
                new StreamCodec(8).encode(new StreamFrame.AskCopy(Token.NONE, Holding.NOTHING))));
    awaitTrue("closed", () -> closed.get() == 1);
    assertThat(metrics.get(Metric.FRAMES_FOREIGN)).isEqualTo(1);

    Buffer version = bytes(someFrames(1));
    version.setByte(StreamCodec.LENGTH_BYTES, (byte) 99);
    connect(Optional.empty()).write(version);
    awaitTrue("closed", () -> closed.get() == 2);
    assertThat(metrics.get(Metric.FRAMES_WRONG_VERSION)).isEqualTo(1);
    assertThat(frames).isEmpty();
  }

  @Test
  void aLengthBeyondTheGreatestIsRefusedBeforeItsBytesCome() throws Exception {
    connect(Optional.empty()).write(Buffer.buffer().appendInt(Integer.MAX_VALUE));
    awaitTrue("closed", () -> closed.get() == 1);
    assertThat(metrics.get(Metric.FRAMES_MALFORMED)).isEqualTo(1);
  }

  @Test
  void theOthersEndIsSeenOnceAndSendingAfterwardsIsNoError() throws Exception {
    NetSocket client = connect(Optional.empty());
    client.close();

    awaitTrue("closed", () -> closed.get() == 1);
    assertThat(server.get().isClosed()).isTrue();
    assertThat(server.get().send(new StreamFrame.AskCopy(Token.NONE, Holding.NOTHING)))
        .isPositive();
    server.get().close().await(SECONDS_MAX, TimeUnit.SECONDS);
    assertThat(closed).hasValue(1);
  }

  /** Frames of one piece: the reader may end the connection at any of them. */
  @Test
  void afterCloseNoFrameComesAndWhatWasSentBeforeStillGoesOut() throws Exception {
    NetSocket client = connect(Optional.empty());
    var received = Buffer.buffer();
    client.handler(received::appendBuffer);
    server
        .get()
        .handler(
            frame -> {
              frames.add(frame);
              server.get().send(new StreamFrame.Refusal("enough"));
              server.get().close();
            });

    client.write(bytes(someFrames(10)));
    awaitTrue("closed", () -> closed.get() == 1);
    assertThat(frames).hasSize(1);
    int expected = codec.encode(new StreamFrame.Refusal("enough")).length;
    awaitTrue("the refusal", () -> received.length() == expected);
  }

  @Test
  void whatIsOnItsWayWhenTheConnectionEndsIsDropped() throws Exception {
    long delayNanos = TimeUnit.HOURS.toNanos(1);
    var injector =
        new FaultInjector(new FaultProfile(0, 0, 0, 0, delayNanos), new SplittableRandom(1));
    NetSocket client = connect(Optional.of(injector));
    client.write(bytes(someFrames(5))).await(SECONDS_MAX, TimeUnit.SECONDS);
    awaitTrue("held", () -> metrics.get(Metric.FAULTS_INJECTED) > 0);

    client.close();
    awaitTrue("closed", () -> closed.get() == 1);
    assertThat(frames).isEmpty();
  }

  @Test
  void aCutEndsTheConnectionForBoth() throws Exception {
    var injector = new FaultInjector(new FaultProfile(0, 0, 0, 1, 0), new SplittableRandom(1));
    NetSocket client = connect(Optional.of(injector));
    var gone = new AtomicInteger();
    client.closeHandler(nothing -> gone.incrementAndGet());

    client.write(bytes(List.of(new StreamFrame.Report(new EdgeReport(List.of())))));
    awaitTrue("both ends closed", () -> closed.get() == 1 && gone.get() == 1);
    assertThat(frames).isEmpty();
  }
}
