package io.widecast.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.transport.Transport;
import io.widecast.faults.FaultInjector;
import io.widecast.faults.FaultProfile;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real sockets on the loopback interface, with each transport of this machine. */
class LanSocketsIT {

  private static final String GROUP = "239.77.90.1";

  private Vertx vertx;

  static Stream<Transport> transports() {
    return WidecastTransportTest.transports();
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void everyMemberHearsTheGroupAndTheSenderItself(Transport transport) throws Exception {
    start(transport);
    int port = freePort();
    var a = new Node(options(port, LanOptions.AUTO));
    var b = new Node(options(port, LanOptions.AUTO));

    a.run(sockets -> sockets.multicast(bytes("to all")));

    String expected = "to all from " + a.port() + " multicast";
    await().untilAsserted(() -> assertThat(a.heard).containsExactly(expected));
    await().untilAsserted(() -> assertThat(b.heard).containsExactly(expected));
    assertThat(a.sockets.multicastProblem()).isEmpty();
    assertThat(a.metrics.get(Metric.DATAGRAMS_SENT)).isEqualTo(1);
    assertThat(a.metrics.get(Metric.MULTICAST_BYTES_SENT)).isEqualTo(6);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void unicastReachesOneMemberOnly(Transport transport) throws Exception {
    start(transport);
    int port = freePort();
    var a = new Node(options(port, LanOptions.AUTO));
    var b = new Node(options(port, LanOptions.AUTO));

    a.run(sockets -> sockets.unicast(bytes("to b"), b.address()));
    b.run(sockets -> sockets.unicast(bytes("to a"), a.address()));

    await().untilAsserted(() -> assertThat(b.heard).containsExactly("to b from " + a.port()));
    await().untilAsserted(() -> assertThat(a.heard).containsExactly("to a from " + b.port()));
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aBurstOfLongDatagramsArrivesWholeAndInOrder(Transport transport) throws Exception {
    start(transport);
    var a = new Node(options(freePort(), LanOptions.AUTO));
    int length = a.sockets.datagramBytesMax();
    List<String> expected =
        IntStream.range(0, 100)
            .mapToObj(i -> String.format("%04d", i).repeat(length / 4) + " from " + a.port())
            .map(text -> text + " multicast")
            .toList();

    a.run(
        sockets ->
            IntStream.range(0, 100)
                .forEach(
                    i -> sockets.multicast(bytes(String.format("%04d", i).repeat(length / 4)))));

    await().untilAsserted(() -> assertThat(a.heard).hasSize(100));
    assertThat(a.heard).isEqualTo(expected);
    assertThat(length).isEqualTo(WidecastTransport.DATAGRAM_BYTES_MAX); // lo has an MTU of 65,536
  }

  @ParameterizedTest
  @MethodSource("transports")
  void withoutMulticastTheRestWorksAndTheReasonIsGiven(Transport transport) throws Exception {
    start(transport);
    var a = new Node(options(freePort(), "nowhere0"));

    a.run(
        sockets -> {
          sockets.multicast(bytes("nobody hears"));
          sockets.unicast(bytes("myself"), a.address());
        });

    assertThat(a.sockets.multicastAvailable()).isFalse();
    assertThat(a.sockets.multicastProblem().orElseThrow()).contains("nowhere0");
    await().untilAsserted(() -> assertThat(a.heard).containsExactly("myself from " + a.port()));
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aTakenGroupPortIsAReasonAndATakenOwnPortAFailure(Transport transport) throws Exception {
    start(transport);
    try (var taken = new DatagramSocket(null)) {
      taken.setReuseAddress(false);
      taken.bind(new InetSocketAddress(0));

      var a = new Node(options(taken.getLocalPort(), LanOptions.AUTO));

      assertThat(a.sockets.multicastProblem().orElseThrow())
          .contains(GROUP)
          .contains("" + taken.getLocalPort());
      var second =
          new LanOptions(GROUP, freePort(), LanOptions.AUTO, "127.0.0.1", a.port(), 1 << 20, 0);
      assertThatThrownBy(() -> new Node(second)).hasMessageContaining("" + a.port());
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void datagramsTooLongForUsAreDroppedAndCounted(Transport transport) throws Exception {
    start(transport);
    var a = new Node(options(freePort(), LanOptions.AUTO));

    try (var stranger = new DatagramSocket()) {
      for (int length : new int[] {20_000, WidecastTransport.DATAGRAM_BYTES_MAX + 1, 0, 1}) {
        stranger.send(new DatagramPacket(new byte[length], length, a.address()));
      }

      await().untilAsserted(() -> assertThat(a.metrics.get(Metric.FRAMES_MALFORMED)).isEqualTo(2));
      await()
          .untilAsserted(
              () ->
                  assertThat(a.heard)
                      .containsExactly(
                          " from " + stranger.getLocalPort(),
                          "\0 from " + stranger.getLocalPort()));
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void closedSocketsDeliverAndSendNothing(Transport transport) throws Exception {
    start(transport);
    var a = new Node(options(freePort(), LanOptions.AUTO));

    a.on(a.sockets::close);
    a.run(sockets -> sockets.multicast(bytes("too late")));

    assertThat(a.metrics.get(Metric.DATAGRAMS_UNSENT)).isEqualTo(1);
    assertThat(a.heard).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void theFaultsOfASeedHappenToWhatArrives(Transport transport) throws Exception {
    start(transport);
    var profile = new FaultProfile(0.2, 0.2, 0.2, 0, 1_000_000);
    var a = new Node(options(freePort(), LanOptions.AUTO), profile);
    var expected = FaultInjector.of(profile, 1, "lan");
    long copies = IntStream.range(0, 200).mapToLong(i -> expected.datagram().length).sum();

    a.run(sockets -> IntStream.range(0, 200).forEach(i -> sockets.multicast(bytes("number " + i))));

    await().untilAsserted(() -> assertThat(a.heard).hasSize((int) copies));
    assertThat(a.metrics.get(Metric.FAULTS_INJECTED)).isEqualTo(200); // the delay concerns all
    assertThat(a.heard.stream().distinct().count()).isLessThan(copies);
    assertThat(a.heard).isNotEqualTo(a.heard.stream().sorted().toList());
  }

  @ParameterizedTest
  @MethodSource("transports")
  void vertxOwnSocketsWorkOnTheTransportToo(Transport transport) throws Exception {
    start(transport);
    int port = freePort();
    var heard = new CopyOnWriteArrayList<String>();
    String card = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();
    var options =
        new DatagramSocketOptions()
            .setReuseAddress(true)
            .setMulticastNetworkInterface(card)
            .setMulticastTimeToLive(1);
    var receiver = vertx.createDatagramSocket(options);
    receiver.handler(packet -> heard.add(packet.sender().host() + " " + packet.data().length()));
    receiver
        .listen(port, "0.0.0.0")
        .compose(socket -> socket.listenMulticastGroup(GROUP, card, null))
        .await();

    var sender = vertx.createDatagramSocket(options).listen(0, "127.0.0.1").await();
    sender.send("x".repeat(8_000), port, GROUP).await();

    await().untilAsserted(() -> assertThat(heard).containsExactly("127.0.0.1 8000"));
  }

  private void start(Transport transport) {
    vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .withTransport(transport)
            .build();
  }

  private static LanOptions options(int port, String interfaceName) {
    return new LanOptions(GROUP, port, interfaceName, "127.0.0.1");
  }

  private static int freePort() throws Exception {
    try (var socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Sockets with a context of their own, and what they heard. */
  private final class Node {

    private final Context context = vertx.getOrCreateContext();
    private final Metrics metrics = new Metrics();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final LanSockets sockets;

    Node(LanOptions options) throws Exception {
      this(options, FaultProfile.NONE);
    }

    Node(LanOptions options, FaultProfile faults) throws Exception {
      UnaryOperator<LanSockets> decorate =
          opened ->
              faults.isNone()
                  ? opened
                  : new FaultyLanSockets(
                      vertx, opened, FaultInjector.of(faults, 1, "lan"), metrics);
      sockets = on(() -> LanSockets.open(vertx, options, metrics).map(decorate::apply));
      sockets.handler(
          (data, sender, multicast) ->
              heard.add(
                  new String(data, StandardCharsets.ISO_8859_1)
                      + " from "
                      + sender.getPort()
                      + (multicast ? " multicast" : "")));
    }

    int port() {
      return sockets.unicastPort();
    }

    InetSocketAddress address() {
      return new InetSocketAddress("127.0.0.1", port());
    }

    void run(Consumer<LanSockets> task) throws Exception {
      on(
          () -> {
            task.accept(sockets);
            return Future.succeededFuture();
          });
    }

    <T> T on(Callable<Future<T>> task) throws Exception {
      Promise<T> promise = Promise.promise();
      context.runOnContext(
          go -> {
            try {
              task.call().onComplete(promise);
            } catch (Exception e) {
              promise.fail(e);
            }
          });
      return promise.future().await(10, TimeUnit.SECONDS);
    }
  }
}
