package io.widecast.net;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.util.List;

/**
 * A connection on a bad WAN: what it receives comes later, in order, and now and then the
 * connection ends, mostly in the middle of a frame. Stands between the socket and its reader:
 * {@code socket.handler(new FaultyStream(…, reader))}. Used on the socket's context only.
 */
public final class FaultyStream implements Handler<Buffer> {

  /** Pieces of up to 64 KiB each; beyond it the oldest comes before its time. */
  private static final int HELD_PIECES_MAX = 1_024;

  private final NetSocket socket;
  private final FaultInjector injector;
  private final Metrics metrics;
  private final Handler<Buffer> reader;
  private final DelayLine<Runnable> line;
  private long lastDueNanos = System.nanoTime(); // never goes back: a stream keeps its order
  private boolean ended;

  public FaultyStream(
      Vertx vertx,
      NetSocket socket,
      FaultInjector injector,
      Metrics metrics,
      Handler<Buffer> reader) {
    this.socket = socket;
    this.injector = injector;
    this.metrics = metrics;
    this.reader = reader;
    this.line = new DelayLine<>(vertx, HELD_PIECES_MAX, FaultyStream::run);
  }

  @Override
  public void handle(Buffer piece) {
    if (ended) {
      return;
    }
    if (injector.cut()) {
      metrics.increment(Metric.FAULTS_INJECTED);
      Buffer rest = piece.slice(0, injector.bytesBeforeCut(piece.length()));
      ended = true;
      later(
          () -> {
            reader.handle(rest);
            socket.close();
          });
    } else {
      later(() -> reader.handle(piece));
    }
  }

  /** The connection is gone: what is still on its way is dropped. For its close handler. */
  public void stop() {
    ended = true;
    line.clear();
  }

  private void later(Runnable arrival) {
    long nowNanos = System.nanoTime();
    long dueNanos = nowNanos + injector.delayNanos();
    if (dueNanos - lastDueNanos < 0) {
      dueNanos = lastDueNanos;
    }
    lastDueNanos = dueNanos;
    if (line.isEmpty() && dueNanos - nowNanos <= 0) {
      arrival.run();
    } else {
      metrics.increment(Metric.FAULTS_INJECTED);
      line.hold(arrival, dueNanos);
    }
  }

  private static void run(List<Runnable> due) {
    due.forEach(Runnable::run);
  }
}
