package io.widecast.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.widecast.net.NanoTimer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * One publisher with one connection, and a watcher on each node; all of them on one event loop, so
 * that what they count needs no lock. Publishes are numbered from 0; one is visible when the last
 * watcher has been sent it.
 */
final class Load implements AutoCloseable {

  private static final long LATENCY_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);
  private static final int KEYS = 10_000;
  private static final long SETTLE_SECONDS_MAX = 60;

  private final Vertx vertx;
  private final Context context;
  private final WebSocketClient sockets;
  private final PublishText texts;
  private final List<WebSocket> watchers = new ArrayList<>();
  private WebSocket publisher;

  // Of the run under way; touched on the event loop only, once it has begun.
  private long[] dueNanos = new long[0];
  private byte[] unseenBy = new byte[0];
  private long[] reached = new long[0]; // revision, by watcher
  private int base; // number of the run's first publish
  private int sent;
  private int acked;
  private int visible;
  private int inFlightMax; // 0 in an open loop
  private int limit; // publishes of the run
  private long endNanos; // of sending, in a closed loop
  private long lastRevision;
  private long skipped;
  private Histogram ackNanos = new Histogram(LATENCY_NANOS_MAX, 3);
  private Histogram visibleNanos = new Histogram(LATENCY_NANOS_MAX, 3);
  private Promise<Void> done = Promise.promise();

  private Load(Vertx vertx, WebSocketClient sockets, PublishText texts) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.sockets = sockets;
    this.texts = texts;
  }

  /**
   * Connects, and waits until every watch stands.
   *
   * @param publishAt base URL of the node that takes the publishes
   * @param watchAt base URLs of the nodes that must show them
   */
  static Load connect(
      Vertx vertx,
      WebSocketClient sockets,
      String publishAt,
      List<String> watchAt,
      int valueBytes,
      String ack) {
    var load = new Load(vertx, sockets, new PublishText(KEYS, valueBytes, ack));
    try {
      load.open(publishAt, watchAt).await(SETTLE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new BenchException("the watches do not stand after " + SETTLE_SECONDS_MAX + " s");
    }
    return load;
  }

  private Future<Void> open(String publishAt, List<String> watchAt) {
    Promise<Void> open = Promise.promise();
    context.runOnContext(
        v -> {
          List<Future<?>> standing = new ArrayList<>();
          reached = new long[watchAt.size()];
          for (int i = 0; i < watchAt.size(); i++) {
            standing.add(openWatcher(watchAt.get(i), i));
          }
          standing.add(
              Messages.connect(sockets, publishAt)
                  .onSuccess(
                      socket -> {
                        publisher = socket;
                        Messages.handle(socket, this::onReply);
                        socket.closeHandler(c -> fail("the publisher's connection was closed"));
                      }));
          Future.all(standing).<Void>mapEmpty().onComplete(open);
        });
    return open.future();
  }

  private Future<Void> openWatcher(String at, int index) {
    Promise<Void> standing = Promise.promise();
    Messages.connect(sockets, at)
        .onFailure(standing::tryFail)
        .onSuccess(
            socket -> {
              watchers.add(socket);
              socket.closeHandler(c -> fail("a watch was closed with " + socket.closeStatusCode()));
              Messages.handle(
                  socket,
                  bytes -> {
                    if (!FrameScan.isReply(bytes)) {
                      onFrame(index, bytes);
                    } else if (FrameScan.isOk(bytes)) {
                      standing.tryComplete();
                    } else {
                      standing.tryFail("a watch was refused: " + Messages.text(bytes));
                    }
                  });
              socket.writeTextMessage(
                  "{\"id\":1,\"op\":\"watch\",\"match\":[\"bench/**\"],\"since\":\"now\"}");
            });
    return standing.future();
  }

  /** What one run found. */
  record Result(
      int publishes, double seconds, Histogram ackNanos, Histogram visibleNanos, long skipped) {}

  /** Publishes at a fixed rate, whatever happens, and waits until all of it is visible. */
  Result atRate(int perSecond, double seconds) {
    int count = (int) Math.max(1, Math.round(perSecond * seconds));
    begin(count, 0, Long.MAX_VALUE);
    double stepNanos = 1e9 / perSecond;
    long startNanos = System.nanoTime();
    for (int i = 0; i < count; i++) {
      dueNanos[i] = startNanos + (long) (i * stepNanos);
    }
    context.runOnContext(v -> sendDue());
    return await(startNanos, (long) seconds + SETTLE_SECONDS_MAX);
  }

  /**
   * Sends what is due and comes back for the next. A thread of its own for the pace would cost the
   * nodes a tenth of two cores.
   */
  private void sendDue() {
    long now = System.nanoTime();
    int due = sent;
    while (due < limit && dueNanos[due] <= now) {
      due++;
    }
    sendUpTo(due);
    if (sent < limit && !done.future().isComplete()) {
      NanoTimer.after(context, dueNanos[sent] - System.nanoTime(), this::sendDue);
    }
  }

  /** Keeps {@code inFlight} publishes unanswered for the time given. */
  Result inFlight(int inFlight, double seconds, int countMax) {
    long startNanos = System.nanoTime();
    begin(countMax, inFlight, startNanos + (long) (seconds * 1e9));
    context.runOnContext(v -> sendUpTo(inFlight));
    return await(startNanos, (long) seconds + SETTLE_SECONDS_MAX);
  }

  private void begin(int count, int inFlight, long endNanos) {
    Promise<Void> begun = Promise.promise();
    context.runOnContext(
        v -> {
          base = base + sent;
          dueNanos = new long[count];
          unseenBy = new byte[count];
          Arrays.fill(unseenBy, (byte) watchers.size());
          sent = 0;
          acked = 0;
          visible = 0;
          skipped = 0;
          lastRevision = 0;
          inFlightMax = inFlight;
          limit = count;
          this.endNanos = endNanos;
          ackNanos = new Histogram(LATENCY_NANOS_MAX, 3);
          visibleNanos = new Histogram(LATENCY_NANOS_MAX, 3);
          done = Promise.promise();
          begun.complete();
        });
    begun.future().await();
  }

  private Result await(long startNanos, long secondsMax) {
    try {
      done.future().await(secondsMax, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new BenchException(
          "after %d s %d of %d publishes are acknowledged and %d visible everywhere, %d left out"
              .formatted(secondsMax, acked, sent, visible, skipped));
    }
    return new Result(
        acked, (System.nanoTime() - startNanos) / 1e9, ackNanos, visibleNanos, skipped);
  }

  private void sendUpTo(int end) {
    boolean closedLoop = inFlightMax > 0;
    while (sent < Math.min(end, limit)) {
      if (closedLoop) {
        dueNanos[sent] = System.nanoTime();
      }
      publisher.writeTextMessage(texts.of(base + sent));
      sent++;
    }
  }

  private void onReply(byte[] bytes) {
    long now = System.nanoTime();
    int number = PublishText.numberOf(FrameScan.id(bytes)) - base;
    if (!FrameScan.isOk(bytes)) {
      fail("a publish was refused: " + Messages.text(bytes));
      return;
    }
    if (number < 0 || number >= sent) {
      return; // of a run before
    }
    ackNanos.recordValue(Math.min(now - dueNanos[number], LATENCY_NANOS_MAX));
    lastRevision = Math.max(lastRevision, FrameScan.revision(bytes));
    acked++;
    if (inFlightMax > 0 && now < endNanos) {
      sendUpTo(sent + 1);
    }
    checkDone();
  }

  private void onFrame(int watcher, byte[] frame) {
    long now = System.nanoTime();
    long revision = FrameScan.revision(frame);
    if (revision > reached[watcher]) {
      reached[watcher] = revision;
    }
    skipped += FrameScan.skipped(frame);
    FrameScan.numbers(
        frame,
        number -> {
          int index = number - base;
          if (index >= 0 && index < sent && unseenBy[index] > 0 && --unseenBy[index] == 0) {
            visible++;
            visibleNanos.recordValue(Math.min(now - dueNanos[index], LATENCY_NANOS_MAX));
          }
        });
    checkDone();
  }

  /** Everything sent is acknowledged, and every watcher has reached the last of it. */
  private void checkDone() {
    boolean allSent = sent == limit || inFlightMax > 0 && System.nanoTime() >= endNanos;
    if (!allSent || acked < sent) {
      return;
    }
    for (long revision : reached) {
      if (revision < lastRevision) {
        return;
      }
    }
    done.tryComplete();
  }

  private void fail(String reason) {
    done.tryFail(new BenchException(reason));
  }

  @Override
  public void close() {
    context.runOnContext(
        v -> {
          watchers.forEach(
              socket -> {
                socket.closeHandler(null);
                socket.close();
              });
          publisher.closeHandler(null);
          publisher.close();
        });
  }
}
