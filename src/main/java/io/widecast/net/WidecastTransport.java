package io.widecast.net;

import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;

/**
 * The transports every Vert.x of this product is built with: native epoll on Linux, NIO elsewhere.
 * They are Vert.x's own but for datagrams, where stock Vert.x 5.0.10
 *
 * <ul>
 *   <li>allocates SO_RCVBUF bytes for each datagram: a small buffer cuts long ones off, a large one
 *       eats the processor. Here the two sizes are apart.
 *   <li>reads one datagram for each wake-up, and so loses most of a burst. Here many.
 *   <li>ignores time to live and multicast interface with epoll, and opens an IPv6 socket: what is
 *       meant for the loopback interface leaves on the real network. Here epoll sockets are IPv4
 *       ones and the options are set; an interface that does not exist is an error.
 *   <li>hears its own group on the same machine or not by an option whose meaning differs between
 *       transports. Here always: nodes may share a machine.
 * </ul>
 *
 * The classes extended are internal to Vert.x, hence its pinned version, and a test that notices
 * when they change.
 */
public final class WidecastTransport {

  /** Longest payload an Ethernet jumbo frame of 9,000 bytes carries in one IPv4 packet. */
  public static final int DATAGRAM_BYTES_MAX = 8_972;

  /**
   * Large enough for 100 ms at full speed; Linux grants up to this without root, see the doctor.
   */
  public static final int SOCKET_BUFFER_BYTES = 4 << 20;

  /** Room for one datagram; more than {@link #DATAGRAM_BYTES_MAX}, so that a cut-off one shows. */
  static final int RECEIVE_BYTES = 9_216;

  /** Datagrams read before other events of the loop get their turn. */
  private static final int READS_PER_WAKE_UP = 64;

  private WidecastTransport() {}

  /**
   * A builder for a Vert.x on the best transport this machine has. It keeps no directory for files
   * from the class path, which a killed process would leave behind: nothing here needs one.
   */
  public static VertxBuilder vertx(VertxOptions options) {
    options.getFileSystemOptions().setClassPathResolvingEnabled(false);
    return Vertx.builder().with(options).withTransport(best());
  }

  /** Native epoll where it loads, and NIO where it does not or {@code widecast.transport=nio}. */
  public static Transport best() {
    boolean nioWanted = "nio".equals(System.getProperty("widecast.transport"));
    Transport epoll = nioWanted ? null : Transport.EPOLL;
    return epoll != null && epoll.available() ? epoll() : nio();
  }

  static Transport epoll() {
    return new Ours("epoll", new Epoll());
  }

  static Transport nio() {
    return new Ours("nio", new Nio());
  }

  /** Makes datagram channels whose options are those asked for. */
  interface DatagramChannels {
    /** An unbound, unregistered IPv4 channel. */
    DatagramChannel open(DatagramSocketOptions options);
  }

  private record Ours(String name, io.vertx.core.spi.transport.Transport implementation)
      implements Transport {

    @Override
    public boolean available() {
      return implementation.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
      return implementation.unavailabilityCause();
    }
  }

  private static final class Nio extends NioTransport implements DatagramChannels {

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
      super.configure(channel, withoutMulticast(options));
      // Not by Netty's own setter, which takes "disabled" and switches the loop on with it.
      channel
          .config()
          .setOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP), true);
      setBuffersAndMulticast(channel, options);
    }

    @Override
    public DatagramChannel open(DatagramSocketOptions options) {
      var channel = new NioDatagramChannel(SocketProtocolFamily.INET);
      configure(channel, options);
      return channel;
    }
  }

  private static final class Epoll extends EpollTransport implements DatagramChannels {

    @Override
    public DatagramChannel datagramChannel() {
      return new EpollDatagramChannel(SocketProtocolFamily.INET);
    }

    @Override
    @SuppressWarnings("deprecation") // the family's type is the one Vert.x's interface names
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
      return new EpollDatagramChannel(
          family == InternetProtocolFamily.IPv6
              ? SocketProtocolFamily.INET6
              : SocketProtocolFamily.INET);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
      super.configure(channel, withoutMulticast(options));
      channel.config().setLoopbackModeDisabled(false);
      setBuffersAndMulticast(channel, options);
    }

    @Override
    public DatagramChannel open(DatagramSocketOptions options) {
      DatagramChannel channel = datagramChannel();
      configure(channel, options);
      return channel;
    }
  }

  /** What the stock configuration may see: with it, a receive size would become an allocation. */
  private static DatagramSocketOptions withoutMulticast(DatagramSocketOptions options) {
    var rest = new DatagramSocketOptions(options);
    rest.setReceiveBufferSize(DatagramSocketOptions.DEFAULT_RECEIVE_BUFFER_SIZE);
    return rest.setMulticastNetworkInterface(null);
  }

  private static void setBuffersAndMulticast(
      DatagramChannel channel, DatagramSocketOptions options) {
    var config = channel.config();
    config.setRecvByteBufAllocator(new ManyDatagrams());
    config.setReceiveBufferSize(orDefault(options.getReceiveBufferSize()));
    config.setSendBufferSize(orDefault(options.getSendBufferSize()));
    if (options.getMulticastTimeToLive() != -1) {
      config.setTimeToLive(options.getMulticastTimeToLive());
    }
    if (options.getMulticastNetworkInterface() != null) {
      config.setNetworkInterface(interfaceNamed(options.getMulticastNetworkInterface()));
    }
  }

  private static int orDefault(int sizeBytes) {
    return sizeBytes == -1 ? SOCKET_BUFFER_BYTES : sizeBytes;
  }

  private static NetworkInterface interfaceNamed(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        throw new IllegalArgumentException("no network interface named '" + name + "'");
      }
      return found;
    } catch (SocketException e) {
      throw new IllegalArgumentException("network interface '" + name + "': " + e.getMessage(), e);
    }
  }

  /** One datagram a buffer, many a wake-up, although Vert.x's socket asks for one afterwards. */
  private static final class ManyDatagrams extends FixedRecvByteBufAllocator {

    ManyDatagrams() {
      super(RECEIVE_BYTES);
      super.maxMessagesPerRead(READS_PER_WAKE_UP);
    }

    @Override
    public MaxMessagesRecvByteBufAllocator maxMessagesPerRead(int ignored) {
      return this;
    }
  }
}
