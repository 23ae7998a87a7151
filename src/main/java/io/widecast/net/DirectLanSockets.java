package io.widecast.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link LanSockets} on Netty channels registered with a Vert.x event loop. Vert.x's own socket
 * looks a name up, allocates a promise and makes a system call for each datagram; here the
 * datagrams of one turn are written together (one sendmmsg with epoll).
 */
final class DirectLanSockets implements LanSockets {

  private static final Logger log = LoggerFactory.getLogger(DirectLanSockets.class);

  /** Multicast stays on the LAN: routers forward nothing with a time to live of one. */
  private static final int TIME_TO_LIVE = 1;

  /** Beyond this the kernel does not keep up, and waiting longer would only add delay. */
  private static final WriteBufferWaterMark QUEUE_BYTES =
      new WriteBufferWaterMark(1 << 20, WidecastTransport.SOCKET_BUFFER_BYTES);

  private static final long COMPLAINT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ContextInternal context;
  private final Metrics metrics;
  private final InetSocketAddress group;
  private final int datagramBytesMax;
  private DatagramChannel own;
  private DatagramChannel groupListener; // null without multicast
  private String problem; // null with multicast
  private DatagramHandler handler; // null while nobody listens
  private boolean flushPending; // whether the loop will call flush() already
  private long complainedNanos = System.nanoTime() - COMPLAINT_NANOS;

  private DirectLanSockets(
      ContextInternal context, LanOptions options, LanInterface lan, Metrics metrics)
      throws IOException {
    this.context = context;
    this.metrics = metrics;
    this.group = new InetSocketAddress(lan.group(), options.port());
    this.problem = lan.problem().orElse(null);
    this.datagramBytesMax =
        options.datagramBytes() == 0 ? lan.datagramBytesMax() : options.datagramBytes();
  }

  static Future<DirectLanSockets> open(Vertx vertx, LanOptions options, Metrics metrics) {
    if (!(((VertxInternal) vertx).transport()
        instanceof WidecastTransport.DatagramChannels channels)) {
      throw new IllegalArgumentException("a Vert.x not built by WidecastTransport.vertx");
    }
    var context = (ContextInternal) vertx.getOrCreateContext();
    if (!context.isEventLoopContext()) {
      throw new IllegalStateException("LAN sockets belong to an event loop, not to a worker");
    }
    return context
        .executeBlocking(() -> LanInterface.of(options)) // looks names up
        .compose(
            lan -> {
              try {
                var sockets = new DirectLanSockets(context, options, lan, metrics);
                return sockets
                    .openOwn(channels, options, lan)
                    .compose(opened -> sockets.openGroup(channels, options, lan))
                    .map(opened -> sockets);
              } catch (IOException e) {
                return Future.failedFuture(e);
              }
            });
  }

  private Future<Void> openOwn(
      WidecastTransport.DatagramChannels channels, LanOptions options, LanInterface lan) {
    var socketOptions =
        new DatagramSocketOptions()
            .setReceiveBufferSize(options.receiveBytes())
            .setMulticastTimeToLive(TIME_TO_LIVE);
    lan.card().ifPresent(card -> socketOptions.setMulticastNetworkInterface(card.getName()));
    own = channels.open(socketOptions);
    own.config().setWriteBufferWaterMark(QUEUE_BYTES);
    var local = new InetSocketAddress(lan.host(), options.unicastPort());
    return bind(own, local, false)
        .recover(
            e -> Future.failedFuture(new IOException("UDP " + local + ": " + e.getMessage(), e)));
  }

  /** Succeeds always: without the group, the node falls back to unicast. */
  private Future<Void> openGroup(
      WidecastTransport.DatagramChannels channels, LanOptions options, LanInterface lan) {
    if (lan.card().isEmpty()) {
      return Future.succeededFuture();
    }
    NetworkInterface card = lan.card().get();
    if (!card.equals(own.config().getNetworkInterface())) {
      // Never happens with the pinned libraries; a group's datagram on another network might harm.
      problem = "the transport did not take the interface " + card.getName();
      return Future.succeededFuture();
    }
    groupListener =
        channels.open(
            new DatagramSocketOptions()
                .setReuseAddress(true) // several nodes of one machine share the port
                .setReceiveBufferSize(options.receiveBytes())
                .setMulticastNetworkInterface(card.getName()));
    DatagramChannel listener = groupListener;
    return bind(listener, new InetSocketAddress(anyAddress(), options.port()), true)
        .compose(
            bound -> completion(listener.joinGroup(group.getAddress(), card, (InetAddress) null)))
        .recover(
            e -> {
              problem =
                  "group "
                      + options.group()
                      + " port "
                      + options.port()
                      + " on "
                      + card.getName()
                      + ": "
                      + e.getMessage();
              groupListener = null;
              return completion(listener.close());
            });
  }

  private Future<Void> bind(DatagramChannel channel, InetSocketAddress local, boolean multicast) {
    channel.pipeline().addLast(new Receiver(multicast));
    return completion(context.nettyEventLoop().register(channel))
        .compose(registered -> completion(channel.bind(local)))
        .onFailure(e -> channel.close());
  }

  private Future<Void> completion(ChannelFuture done) {
    Promise<Void> promise = context.promise();
    done.addListener(
        f -> {
          if (f.isSuccess()) {
            promise.complete();
          } else {
            promise.fail(f.cause());
          }
        });
    return promise.future();
  }

  private static Inet4Address anyAddress() {
    try {
      return (Inet4Address) InetAddress.getByAddress(new byte[4]);
    } catch (IOException e) {
      throw new AssertionError(e); // four bytes are an address
    }
  }

  @Override
  public void handler(DatagramHandler newHandler) {
    handler = newHandler;
  }

  @Override
  public void multicast(byte[] datagram) {
    if (problem == null && send(datagram, group)) {
      metrics.add(Metric.MULTICAST_BYTES_SENT, datagram.length);
    }
  }

  @Override
  public void unicast(byte[] datagram, InetSocketAddress to) {
    if (send(datagram, to)) {
      metrics.add(Metric.UNICAST_BYTES_SENT, datagram.length);
    }
  }

  private boolean send(byte[] datagram, InetSocketAddress to) {
    if (datagram.length > WidecastTransport.DATAGRAM_BYTES_MAX || to.isUnresolved()) {
      throw new IllegalArgumentException("datagram of " + datagram.length + " bytes to " + to);
    }
    if (!own.isWritable() || !own.isActive()) {
      metrics.increment(Metric.DATAGRAMS_UNSENT);
      return false;
    }
    ByteBuf copy = own.alloc().directBuffer(datagram.length).writeBytes(datagram);
    own.write(new DatagramPacket(copy, to), own.voidPromise());
    metrics.increment(Metric.DATAGRAMS_SENT);
    if (!flushPending) {
      flushPending = true;
      context.nettyEventLoop().execute(this::flush);
    }
    return true;
  }

  private void flush() {
    flushPending = false;
    if (own.isOpen()) {
      own.flush();
    }
  }

  @Override
  public boolean isWritable() {
    return own.isWritable();
  }

  @Override
  public int unicastPort() {
    return own.localAddress().getPort();
  }

  @Override
  public int datagramBytesMax() {
    return datagramBytesMax;
  }

  @Override
  public Optional<String> multicastProblem() {
    return Optional.ofNullable(problem);
  }

  /** SO_RCVBUF of the group's socket as the kernel set it; called while it is open. */
  int receiveBytesGranted() {
    DatagramChannel channel = groupListener == null ? own : groupListener;
    int reported = channel.config().getReceiveBufferSize();
    // Linux reports the double, for its own bookkeeping; the JDK halves that, Netty's epoll not.
    return channel instanceof EpollDatagramChannel ? reported / 2 : reported;
  }

  @Override
  public Future<Void> close() {
    handler = null;
    own.flush();
    Future<Void> closed = completion(own.close());
    return groupListener == null
        ? closed
        : closed.eventually(() -> completion(groupListener.close()));
  }

  private void failed(Throwable e) {
    metrics.increment(Metric.DATAGRAMS_UNSENT);
    long nowNanos = System.nanoTime();
    if (nowNanos - complainedNanos >= COMPLAINT_NANOS) {
      complainedNanos = nowNanos;
      log.warn("a datagram was not sent or received: {}", e.toString());
    }
  }

  /** End of a channel's pipeline. */
  private final class Receiver extends ChannelInboundHandlerAdapter {

    private final boolean multicast;

    Receiver(boolean multicast) {
      this.multicast = multicast;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof DatagramPacket packet && handler != null) {
          var data = new byte[packet.content().readableBytes()];
          packet.content().readBytes(data);
          if (data.length <= WidecastTransport.DATAGRAM_BYTES_MAX) {
            context.dispatch(() -> handler.onDatagram(data, packet.sender(), multicast));
          } else {
            metrics.increment(Metric.FRAMES_MALFORMED); // cut off, and never one of ours
          }
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (handler != null) {
        context.dispatch(() -> handler.onBurstEnd());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable e) {
      failed(e);
    }
  }
}
