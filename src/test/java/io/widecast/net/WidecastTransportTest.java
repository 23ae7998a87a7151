package io.widecast.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelOption;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads the options back from the sockets, because what a library ignores in silence shows nowhere
 * else. Also the alarm for changes of the internal classes that the transport extends.
 */
class WidecastTransportTest {

  static Stream<Transport> transports() {
    return Stream.of(WidecastTransport.nio(), WidecastTransport.epoll())
        .filter(Transport::available);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void multicastOptionsReachTheSocket(Transport transport) throws IOException {
    var options =
        new DatagramSocketOptions()
            .setMulticastNetworkInterface(loopback().getName())
            .setMulticastTimeToLive(3)
            .setReuseAddress(true);

    DatagramChannel channel = open(transport, options);

    assertThat(channel.config().getNetworkInterface()).isEqualTo(loopback());
    assertThat(channel.config().getTimeToLive()).isEqualTo(3);
    assertThat(channel.config().isReuseAddress()).isTrue();
    assertThat(loops(channel)).isTrue();
    channel.unsafe().closeForcibly();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void bufferSizesAreApartFromWhatOneDatagramIsGiven(Transport transport) throws IOException {
    DatagramChannel channel = open(transport, new DatagramSocketOptions());
    var reads = channel.config().<RecvByteBufAllocator>getRecvByteBufAllocator().newHandle();

    reads.reset(channel.config());

    assertThat(reads.guess()).isEqualTo(WidecastTransport.RECEIVE_BYTES);
    // The kernel grants what its limit allows (Linux says twice that); the default is far less.
    assertThat(channel.config().getReceiveBufferSize())
        .isGreaterThan(WidecastTransport.RECEIVE_BYTES);
    assertThat(WidecastTransport.RECEIVE_BYTES).isGreaterThan(WidecastTransport.DATAGRAM_BYTES_MAX);
    channel.unsafe().closeForcibly();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aBurstIsReadAtOneWakeUpWhateverTheSocketAsksFor(Transport transport) {
    DatagramChannel channel = open(transport, new DatagramSocketOptions());
    var allocator = channel.config().getRecvByteBufAllocator();

    ((MaxMessagesRecvByteBufAllocator) allocator).maxMessagesPerRead(1);

    assertThat(((MaxMessagesRecvByteBufAllocator) allocator).maxMessagesPerRead()).isEqualTo(64);
    channel.unsafe().closeForcibly();
  }

  @ParameterizedTest
  @MethodSource("transports")
  void anUnknownInterfaceIsAnErrorAndNotTheDefaultRoute(Transport transport) {
    var options = new DatagramSocketOptions().setMulticastNetworkInterface("nowhere0");

    assertThatThrownBy(() -> open(transport, options)).hasMessageContaining("nowhere0");
  }

  @ParameterizedTest
  @MethodSource("transports")
  void vertxRunsOnTheTransportItIsGiven(Transport transport) {
    var vertx = (VertxInternal) Vertx.builder().withTransport(transport).build();
    try {
      assertThat(vertx.transport()).isSameAs(transport.implementation());
      assertThat(vertx.isNativeTransportEnabled()).isEqualTo(transport.name().equals("epoll"));
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void theBestTransportIsNativeWhereItCanBe() {
    boolean epoll = Transport.EPOLL != null && Transport.EPOLL.available();

    assertThat(WidecastTransport.best().name()).isEqualTo(epoll ? "epoll" : "nio");
  }

  @Test
  void buildsVertx() {
    Vertx vertx = WidecastTransport.vertx(new VertxOptions().setEventLoopPoolSize(1)).build();

    vertx.close().await();
  }

  /** Vert.x calls these and no others; a new one would bypass the transport's own settings. */
  @Test
  void vertxInternalsAreThoseThatTheTransportWasWrittenFor() {
    for (Class<?> type : new Class<?>[] {NioTransport.class, EpollTransport.class}) {
      assertThat(methodsNaming(type, "datagramChannel"))
          .containsExactly("datagramChannel()", "datagramChannel(InternetProtocolFamily)");
    }
    assertThat(methodsNaming(io.vertx.core.spi.transport.Transport.class, "configure"))
        .containsExactly(
            "configure(ClientOptionsBase, int, boolean, Bootstrap)",
            "configure(DatagramChannel, DatagramSocketOptions)",
            "configure(NetServerOptions, boolean, ServerBootstrap)");
  }

  private static Stream<String> methodsNaming(Class<?> type, String name) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.getName().equals(name))
        .map(
            method ->
                name
                    + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")")))
        .sorted();
  }

  private static DatagramChannel open(Transport transport, DatagramSocketOptions options) {
    return ((WidecastTransport.DatagramChannels) transport.implementation()).open(options);
  }

  private static boolean loops(DatagramChannel channel) {
    return channel instanceof NioDatagramChannel
        ? channel.config().getOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP))
        : !channel.config().getOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED);
  }

  private static NetworkInterface loopback() throws IOException {
    return NetworkInterface.getByInetAddress(Inet4Address.getLoopbackAddress());
  }
}
