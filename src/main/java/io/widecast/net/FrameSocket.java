package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import io.widecast.wire.WireException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A connection that carries {@link StreamFrame}s. Whatever else arrives is counted and ends it:
 * after one bad byte nothing on a stream can be trusted. Used on the connection's context only.
 */
public final class FrameSocket {

  private static final int QUEUE_BYTES_MAX = 1 << 20;

  private final NetSocket socket;
  private final StreamCodec codec;
  private final Metrics metrics;
  private final Optional<FaultyStream> faulty;
  private Handler<StreamFrame> handler = frame -> {};
  private Runnable closeAction = () -> {};
  private Buffer received = Buffer.buffer();
  private int wanted; // bytes without which nothing can be done; 0 for unknown
  private boolean closed;

  /**
   * @param faults what happens to everything that is received; empty for nothing
   */
  public FrameSocket(
      Vertx vertx,
      NetSocket socket,
      StreamCodec codec,
      Metrics metrics,
      Optional<FaultInjector> faults) {
    this.socket = socket;
    this.codec = codec;
    this.metrics = metrics;
    this.faulty =
        faults.map(
            injector ->
                new FaultyStream(
                    Timers.of(vertx), injector, metrics, this::onBytes, socket::close));
    socket.setWriteQueueMaxSize(QUEUE_BYTES_MAX);
    socket.exceptionHandler(failure -> socket.close());
    socket.closeHandler(nothing -> onClosed());
    socket.handler(faulty.isPresent() ? faulty.get() : this::onBytes);
  }

  /** Takes frames from now on, in order. */
  public void handler(Handler<StreamFrame> newHandler) {
    handler = newHandler;
  }

  /** Called once when the connection has ended, for whatever reason. */
  public void closeHandler(Runnable action) {
    closeAction = action;
  }

  private void onClosed() {
    closed = true;
    faulty.ifPresent(FaultyStream::stop);
    closeAction.run();
  }

  /**
   * Sends {@code frame}; it is lost when the connection ends.
   *
   * @return how many bytes it has
   */
  public int send(StreamFrame frame) {
    byte[] bytes = codec.encode(frame);
    if (!closed) {
      socket.write(Buffer.buffer(bytes));
    }
    return bytes.length;
  }

  /** Whether what was sent piles up: better wait for {@link #onDrained}. */
  public boolean isFull() {
    return socket.writeQueueFull();
  }

  public void onDrained(Runnable action) {
    socket.drainHandler(nothing -> action.run());
  }

  /** Stops reading, so that the sender is held back, until {@link #resume}. */
  public void pause() {
    socket.pause();
  }

  public void resume() {
    socket.resume();
  }

  /** Whether it has ended, or is about to: no frame comes any more, and none is sent. */
  public boolean isClosed() {
    return closed;
  }

  public String remoteHost() {
    return socket.remoteAddress().hostAddress();
  }

  /** What was sent before still goes out; no frame comes any more. */
  public Future<Void> close() {
    closed = true;
    return socket.close();
  }

  private void onBytes(Buffer more) {
    if (closed) {
      return;
    }
    received = received.length() == 0 ? more : received.appendBuffer(more);
    if (received.length() < wanted) {
      return; // not copied out again for each piece of a large frame
    }
    byte[] bytes = received.getBytes();
    int position = 0;
    try {
      while (!closed && bytes.length - position >= StreamCodec.LENGTH_BYTES) {
        int length = StreamCodec.length(bytes, position, bytes.length - position);
        int from = position + StreamCodec.LENGTH_BYTES;
        wanted = StreamCodec.LENGTH_BYTES + length;
        if (bytes.length - from < length) {
          break;
        }
        wanted = 0;
        handler.handle(codec.decode(Arrays.copyOfRange(bytes, from, from + length)));
        position = from + length;
      }
      received = Buffer.buffer(Arrays.copyOfRange(bytes, position, bytes.length));
    } catch (WireException e) {
      count(metrics, e);
      close();
    }
  }

  /** Counts bytes that were refused, by the reason. */
  public static void count(Metrics metrics, WireException refused) {
    metrics.increment(
        switch (refused.kind()) {
          case FOREIGN -> Metric.FRAMES_FOREIGN;
          case WRONG_VERSION -> Metric.FRAMES_WRONG_VERSION;
          case MALFORMED -> Metric.FRAMES_MALFORMED;
        });
  }
}
