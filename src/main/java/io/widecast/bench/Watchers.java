package io.widecast.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Many watchers of one node and a publisher, on one event loop. Each watcher checks for itself that
 * positions rise, and keeps the map that its frames lead to, so that a lost or reordered event
 * shows in the end.
 */
final class Watchers implements AutoCloseable {

  static final int KEYS = 100;

  private static final int CONNECTING_MAX = 50; // at a time
  private static final long SECONDS_MAX = 120;

  private final Vertx vertx;
  private final Context context;
  private final WebSocketClient sockets;
  private final PublishText texts;
  private final List<Watcher> watchers = new ArrayList<>();
  private WebSocket publisher;

  // Of the run under way; touched on the event loop only, but for dueNanos before its hand-over.
  private long[] dueNanos = new long[0];
  private int base;
  private int sent;
  private int acked;
  private long lastRevision;
  private int level; // watchers that have reached lastRevision
  private long events;
  private Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
  private Promise<Void> done = Promise.promise();

  private Watchers(Vertx vertx, WebSocketClient sockets, PublishText texts) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.sockets = sockets;
    this.texts = texts;
  }

  /** Where one watcher stands. */
  private final class Watcher {
    private final int[] lastNumber = new int[KEYS]; // the map: number of the last publish, by key
    private WebSocket socket;
    private long revision;
    private long skipped;
    private boolean ordered = true;

    Watcher() {
      Arrays.fill(lastNumber, -1);
    }

    void onFrame(byte[] frame) {
      long now = System.nanoTime();
      long at = FrameScan.revision(frame);
      ordered &= at >= revision;
      revision = Math.max(revision, at);
      skipped += FrameScan.skipped(frame);
      FrameScan.numbers(
          frame,
          number -> {
            lastNumber[number % KEYS] = number;
            if (number >= base && number - base < dueNanos.length) {
              nanos.recordValue(Math.max(0, now - dueNanos[number - base]));
              events++;
            }
          });
      if (revision >= lastRevision && acked == dueNanos.length) {
        checkDone();
      }
    }
  }

  /** Connects all of them, and waits until every watch stands. */
  static Watchers connect(
      Vertx vertx,
      WebSocketClient sockets,
      String publishAt,
      String watchAt,
      int count,
      int bytes) {
    var all = new Watchers(vertx, sockets, new PublishText(KEYS, bytes, "durable"));
    for (int from = 0; from < count; from += CONNECTING_MAX) {
      int some = Math.min(CONNECTING_MAX, count - from);
      all.await(all.onContext(() -> all.openSome(watchAt, some)), "the watches do not all stand");
    }
    all.await(all.onContext(() -> all.openPublisher(publishAt)), "no connection to publish on");
    return all;
  }

  private interface Work {
    Future<?> start();
  }

  private Future<Void> onContext(Work work) {
    Promise<Void> finished = Promise.promise();
    context.runOnContext(v -> work.start().<Void>mapEmpty().onComplete(finished));
    return finished.future();
  }

  private void await(Future<?> future, String otherwise) {
    try {
      future.await(SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new BenchException(otherwise + " after " + SECONDS_MAX + " s");
    }
  }

  private Future<?> openSome(String at, int count) {
    List<Future<?>> standing = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      var watcher = new Watcher();
      watchers.add(watcher);
      standing.add(open(at, watcher));
    }
    return Future.all(standing);
  }

  private Future<Void> open(String at, Watcher watcher) {
    Promise<Void> standing = Promise.promise();
    Messages.connect(sockets, at)
        .onFailure(standing::tryFail)
        .onSuccess(
            socket -> {
              watcher.socket = socket;
              socket.closeHandler(
                  c -> {
                    standing.tryFail("a watch was closed");
                    fail("a watch was closed with " + socket.closeStatusCode());
                  });
              Messages.handle(
                  socket,
                  bytes -> {
                    if (!FrameScan.isReply(bytes)) {
                      watcher.onFrame(bytes);
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

  private Future<?> openPublisher(String at) {
    return Messages.connect(sockets, at)
        .onSuccess(
            socket -> {
              publisher = socket;
              socket.closeHandler(c -> fail("the publisher's connection was closed"));
              Messages.handle(socket, this::onReply);
            });
  }

  private void onReply(byte[] reply) {
    if (!FrameScan.isOk(reply)) {
      fail("a publish was refused: " + Messages.text(reply));
      return;
    }
    acked++;
    lastRevision = Math.max(lastRevision, FrameScan.revision(reply));
    if (acked == dueNanos.length) {
      checkDone();
    }
  }

  private void checkDone() {
    level = 0;
    for (Watcher watcher : watchers) {
      level += watcher.revision >= lastRevision ? 1 : 0;
    }
    if (level == watchers.size()) {
      done.tryComplete();
    }
  }

  /** What one run found; {@code seconds} until the last watcher had the last event. */
  record Result(int publishes, long events, double seconds, Histogram nanos) {}

  /** Publishes at a fixed rate and waits until every watcher has been sent the last of it. */
  Result run(int perSecond, double seconds) {
    int count = (int) Math.max(1, Math.round(perSecond * seconds));
    await(onContext(() -> begin(count)), "the run did not begin");
    double stepNanos = 1e9 / perSecond;
    long start = System.nanoTime();
    for (int i = 0; i < count && !done.future().isComplete(); i++) {
      dueNanos[i] = start + (long) (i * stepNanos);
      for (long now = System.nanoTime(); now < dueNanos[i]; now = System.nanoTime()) {
        LockSupport.parkNanos(dueNanos[i] - now);
      }
      context.runOnContext(v -> send());
    }
    await(done.future(), "the watchers have not all reached the last publish");
    return new Result(count, events, (System.nanoTime() - start) / 1e9, nanos);
  }

  private Future<Void> begin(int count) {
    base += sent;
    dueNanos = new long[count];
    sent = 0;
    acked = 0;
    events = 0;
    lastRevision = 0;
    nanos = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
    done = Promise.promise();
    return Future.succeededFuture();
  }

  private void send() {
    publisher.writeTextMessage(texts.of(base + sent));
    sent++;
  }

  private void fail(String reason) {
    done.tryFail(new BenchException(reason));
  }

  /**
   * How many watchers saw a position go back or hold another map than {@code truth}, the number of
   * the last publish by key.
   */
  long wrong(int[] truth) {
    return watchers.stream()
        .filter(watcher -> !watcher.ordered || !Arrays.equals(watcher.lastNumber, truth))
        .count();
  }

  /** Events left out for all watchers together, newer values standing in. */
  long skipped() {
    return watchers.stream().mapToLong(watcher -> watcher.skipped).sum();
  }

  @Override
  public void close() {
    context.runOnContext(
        v -> {
          watchers.forEach(watcher -> close(watcher.socket));
          close(publisher);
        });
  }

  /**
   * @param socket null when it was not connected by then
   */
  private static void close(WebSocket socket) {
    if (socket != null) {
      socket.closeHandler(null);
      socket.close();
    }
  }
}
