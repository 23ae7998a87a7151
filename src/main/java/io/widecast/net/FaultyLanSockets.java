package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Sockets on a bad LAN: what arrives is lost, doubled, held back and delayed as a {@link
 * FaultInjector} decides, each node for itself. Sending is left alone. Lives in {@code net} rather
 * than beside the injector, which stays free of sockets and timers.
 */
public final class FaultyLanSockets implements LanSockets {

  /** More than any delay worth injecting keeps on its way; beyond it delays shrink. */
  private static final int HELD_DATAGRAMS_MAX = 16_384;

  private record Datagram(byte[] data, InetSocketAddress sender, boolean multicast) {}

  private final LanSockets sockets;
  private final FaultInjector injector;
  private final Metrics metrics;
  private final DelayLine<Datagram> line;
  private DatagramHandler handler; // null while nobody listens

  /** Takes over {@code sockets}' handler; called on the context that opened them. */
  public FaultyLanSockets(
      Vertx vertx, LanSockets sockets, FaultInjector injector, Metrics metrics) {
    this.sockets = sockets;
    this.injector = injector;
    this.metrics = metrics;
    this.line = new DelayLine<>(Timers.of(vertx), HELD_DATAGRAMS_MAX, this::deliver);
    sockets.handler(
        new DatagramHandler() {
          @Override
          public void onDatagram(byte[] data, InetSocketAddress sender, boolean multicast) {
            decide(new Datagram(data, sender, multicast));
          }

          @Override
          public void onBurstEnd() {
            if (handler != null) {
              handler.onBurstEnd();
            }
          }
        });
  }

  private void decide(Datagram datagram) {
    long[] delaysNanos = injector.datagram();
    if (delaysNanos.length != 1 || delaysNanos[0] > 0) {
      metrics.increment(Metric.FAULTS_INJECTED);
    }
    for (long delayNanos : delaysNanos) {
      if (delayNanos > 0) {
        line.hold(datagram, System.nanoTime() + delayNanos);
      } else if (handler != null) {
        handler.onDatagram(datagram.data(), datagram.sender(), datagram.multicast());
      }
    }
  }

  private void deliver(List<Datagram> due) {
    for (Datagram datagram : due) {
      if (handler != null) {
        handler.onDatagram(datagram.data(), datagram.sender(), datagram.multicast());
      }
    }
    if (handler != null) {
      handler.onBurstEnd();
    }
  }

  @Override
  public void handler(DatagramHandler newHandler) {
    handler = newHandler;
  }

  @Override
  public void multicast(byte[] datagram) {
    sockets.multicast(datagram);
  }

  @Override
  public void unicast(byte[] datagram, InetSocketAddress to) {
    sockets.unicast(datagram, to);
  }

  @Override
  public boolean isWritable() {
    return sockets.isWritable();
  }

  @Override
  public int unicastPort() {
    return sockets.unicastPort();
  }

  @Override
  public int datagramBytesMax() {
    return sockets.datagramBytesMax();
  }

  @Override
  public Optional<String> multicastProblem() {
    return sockets.multicastProblem();
  }

  @Override
  public Future<Void> close() {
    handler = null;
    line.clear();
    return sockets.close();
  }
}
