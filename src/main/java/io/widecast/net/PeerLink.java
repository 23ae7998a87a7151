package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.widecast.metrics.Metrics;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.WidecastException;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A core node's connection to the master: forwarded publishes and reads, fetches, reports. Follows
 * the master when that changes; tries again by itself. Used on one context.
 */
public final class PeerLink {

  private static final int CONNECT_MILLIS = 1_000;
  private static final long RETRY_MILLIS = 200;
  private static final long CHECK_MILLIS = 250;

  /** The master tells who is there four times a second: without that the connection is dead. */
  private static final long SILENCE_NANOS = 2_000_000_000L;

  private static final int WAITING_MAX = 16_384;

  private final Vertx vertx;
  private final NetClient client;
  private final StreamCodec codec;
  private final Metrics metrics;
  private final StreamFrame.Greeting greeting;
  private final Handler<StreamFrame> handler;
  private final Runnable lost;
  private final Map<Long, Promise<List<PublishOutcome>>> waiting = new HashMap<>();
  private String host = ""; // empty: nobody to connect to
  private int port;
  private long generation; // of the address; a connection of an older one is dropped
  private FrameSocket socket; // null while not connected
  private long heardNanos; // on that
  private long nextNumber;

  /**
   * @param greeting what every connection begins with
   * @param handler takes every frame but outcomes
   * @param lost told when a connection has ended, or none leads where it led: what was asked on it
   *     gets no answer
   */
  public PeerLink(
      Vertx vertx,
      StreamCodec codec,
      Metrics metrics,
      StreamFrame.Greeting greeting,
      Handler<StreamFrame> handler,
      Runnable lost) {
    this.vertx = vertx;
    this.client =
        vertx.createNetClient(
            new NetClientOptions().setConnectTimeout(CONNECT_MILLIS).setTcpNoDelay(true));
    this.codec = codec;
    this.metrics = metrics;
    this.greeting = greeting;
    this.handler = handler;
    this.lost = lost;
  }

  /** Connects to that address instead of any other; nothing when it is connected there already. */
  public void follow(String newHost, int newPort) {
    if (host.equals(newHost) && port == newPort) {
      return;
    }
    drop();
    host = newHost;
    port = newPort;
    connect(++generation);
  }

  /** Closes the connection and opens none. */
  public void drop() {
    generation++;
    host = "";
    port = 0;
    if (socket != null) {
      socket.close();
    }
    onClosed();
  }

  public boolean isConnected() {
    return socket != null;
  }

  /** Sends when connected; false otherwise. */
  public boolean send(StreamFrame frame) {
    if (socket == null) {
      return false;
    }
    socket.send(frame);
    return true;
  }

  /**
   * Has {@code requests} ordered there. Fails with {@link ErrorCode#NO_MASTER} when there is no
   * connection, or it ends before the answer: then it is open whether they were written.
   */
  public Future<List<PublishOutcome>> publish(List<PublishRequest> requests) {
    if (socket == null || waiting.size() >= WAITING_MAX) {
      return Future.failedFuture(
          new WidecastException(
              ErrorCode.NO_MASTER,
              "the master cannot be reached from here now; retry shortly",
              Map.of("written", false)));
    }
    Promise<List<PublishOutcome>> promise = Promise.promise();
    long number = nextNumber++;
    waiting.put(number, promise);
    socket.send(new StreamFrame.Publish(number, requests));
    return promise.future();
  }

  public Future<Void> close() {
    drop();
    return client.close();
  }

  private void connect(long wanted) {
    if (wanted != generation) {
      return;
    }
    client
        .connect(port, host)
        .onComplete(
            connected -> {
              if (wanted != generation) {
                if (connected.succeeded()) {
                  connected.result().close();
                }
              } else if (connected.failed()) {
                vertx.setTimer(RETRY_MILLIS, id -> connect(wanted));
              } else {
                var fresh =
                    new FrameSocket(vertx, connected.result(), codec, metrics, Optional.empty());
                use(fresh, wanted);
              }
            });
  }

  private void use(FrameSocket fresh, long wanted) {
    socket = fresh;
    heardNanos = System.nanoTime();
    long watchdog = vertx.setPeriodic(CHECK_MILLIS, id -> check(fresh, wanted));
    fresh.handler(this::onFrame);
    fresh.closeHandler(
        () -> {
          vertx.cancelTimer(watchdog);
          end(fresh, wanted);
        });
    fresh.send(greeting);
  }

  /** A host that is cut off answers nothing, and its connections do not end by themselves. */
  private void check(FrameSocket watched, long wanted) {
    if (socket == watched && System.nanoTime() - heardNanos > SILENCE_NANOS) {
      end(watched, wanted); // now: what was sent last may keep it from closing
      watched.close();
    }
  }

  private void end(FrameSocket ended, long wanted) {
    if (socket == ended) {
      onClosed();
      vertx.setTimer(RETRY_MILLIS, id -> connect(wanted));
    }
  }

  private void onFrame(StreamFrame frame) {
    heardNanos = System.nanoTime();
    if (frame instanceof StreamFrame.Outcomes outcomes) {
      Promise<List<PublishOutcome>> promise = waiting.remove(outcomes.number());
      if (promise != null) {
        promise.complete(outcomes.outcomes());
      }
    } else {
      handler.handle(frame);
    }
  }

  private void onClosed() {
    socket = null;
    lost.run();
    var unanswered = new ArrayList<>(waiting.values());
    waiting.clear();
    unanswered.forEach(
        promise ->
            promise.fail(
                new WidecastException(
                    ErrorCode.NO_MASTER,
                    "the connection to the master ended before its answer; retry with the same"
                        + " idempotency key")));
  }
}
