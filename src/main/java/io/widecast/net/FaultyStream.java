package io.widecast.net;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import java.util.List;

/**
 * A connection on a bad WAN: what it receives comes later, in order, and now and then the
 * connection ends, mostly in the middle of a frame. Stands between a {@link FrameSocket}'s
 * connection and its reader. Used on the connection's context only.
 */
final class FaultyStream implements Handler<Buffer> {

  /** Pieces of up to 64 KiB each; beyond it the oldest comes before its time. */
  static final int HELD_PIECES_MAX = 1_024;

  private final Timers timers;
  private final FaultInjector injector;
  private final Metrics metrics;
  private final Handler<Buffer> reader;
  private final Runnable cut;
  private final DelayLine<Runnable> line;
  private long lastDueNanos; // never goes back: a stream keeps its order
  private boolean ended; // nothing more is taken
  private boolean stopped; // nor handed on

  /**
   * @param cut ends the connection
   */
  FaultyStream(
      Timers timers,
      FaultInjector injector,
      Metrics metrics,
      Handler<Buffer> reader,
      Runnable cut) {
    this.timers = timers;
    this.injector = injector;
    this.metrics = metrics;
    this.reader = reader;
    this.cut = cut;
    this.line = new DelayLine<>(timers, HELD_PIECES_MAX, this::arrive);
    this.lastDueNanos = timers.nowNanos();
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
            cut.run();
          });
    } else {
      later(() -> reader.handle(piece));
    }
  }

  /** The connection is gone: what is still on its way is dropped, and no timer is left. */
  void stop() {
    ended = true;
    stopped = true;
    line.clear();
  }

  private void later(Runnable arrival) {
    long nowNanos = timers.nowNanos();
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

  private void arrive(List<Runnable> due) {
    for (Runnable arrival : due) {
      if (!stopped) { // the one before may have ended the connection
        arrival.run();
      }
    }
  }
}
