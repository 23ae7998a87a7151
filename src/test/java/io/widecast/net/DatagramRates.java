package io.widecast.net;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.util.concurrent.TimeUnit;

/**
 * Measures multicast over the loopback interface between two processes, flat out and unpaced:
 *
 * <pre>
 * java -cp … io.widecast.net.DatagramRates receive &amp;
 * java -cp … io.widecast.net.DatagramRates send 1400
 * </pre>
 *
 * Both print their rate each second, the sender for six. {@code -Dwidecast.transport=nio} measures
 * NIO.
 */
final class DatagramRates {

  private static final LanOptions OPTIONS =
      new LanOptions("239.77.90.2", 17_400, LanOptions.AUTO, "127.0.0.1");

  /** Datagrams in one turn of the event loop, as a busy master has. */
  private static final int BATCH = 64;

  private final Vertx vertx;
  private final Metrics metrics = new Metrics();
  private LanSockets sockets;
  private long datagrams;
  private long bytes;

  private DatagramRates(Vertx vertx) {
    this.vertx = vertx;
  }

  public static void main(String[] args) {
    Vertx vertx = WidecastTransport.vertx(new VertxOptions().setEventLoopPoolSize(1)).build();
    var rates = new DatagramRates(vertx);
    vertx.runOnContext(
        start ->
            LanSockets.open(vertx, OPTIONS, rates.metrics)
                .onSuccess(
                    opened -> {
                      rates.sockets = opened;
                      rates.run(args);
                    })
                .onFailure(Throwable::printStackTrace));
  }

  private void run(String[] args) {
    vertx.setPeriodic(1_000, id -> report(args[0]));
    if (args[0].equals("send")) {
      send(new byte[Integer.parseInt(args[1])]);
      vertx.setTimer(TimeUnit.SECONDS.toMillis(6), id -> System.exit(0));
    } else {
      sockets.handler(
          (data, sender, multicast) -> {
            datagrams++;
            bytes += data.length;
          });
    }
  }

  private void send(byte[] datagram) {
    for (int i = 0; i < BATCH && sockets.isWritable(); i++) {
      sockets.multicast(datagram);
      datagrams++;
      bytes += datagram.length;
    }
    vertx.runOnContext(next -> send(datagram));
  }

  private void report(String what) {
    System.out.printf(
        "%s %,d datagrams/s, %,d MB/s, %,d unsent%n",
        what, datagrams, bytes / 1_000_000, metrics.get(Metric.DATAGRAMS_UNSENT));
    datagrams = 0;
    bytes = 0;
  }
}
