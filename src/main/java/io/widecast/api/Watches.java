package io.widecast.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.widecast.bus.Bus;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.store.Applied;
import io.widecast.watch.Frame;
import io.widecast.watch.Selection;
import io.widecast.watch.Since;
import io.widecast.watch.Watch;
import io.widecast.watch.WatchHub;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves frames from the watches to their clients: after each turn of the event loop in which
 * something was applied, when a client has read, when the log or a worker has answered, and twice a
 * second. Decides nothing; {@link WatchHub} does. On the instance's event loop.
 */
final class Watches {

  static final long TICK_MILLIS = 500;

  /** Then other watches get their turn. */
  private static final int FRAMES_PER_TURN = 8;

  private static final Logger log = LoggerFactory.getLogger(Watches.class);

  private final Vertx vertx;
  private final Context context;
  private final WatchHub hub;
  private final MapReads mapReads;
  private final Map<Watch, WatchSink> sinks = new IdentityHashMap<>();
  private final Set<Watch> due = new LinkedHashSet<>();
  private boolean scheduled;

  Watches(Vertx vertx, Context context, WatchHub hub, StoreAccess store) {
    this.vertx = vertx;
    this.context = context;
    this.hub = hub;
    this.mapReads = new MapReads(store, this::rouse);
  }

  WatchHub hub() {
    return hub;
  }

  void onApplied(Applied applied) {
    hub.onApplied(applied);
    schedule();
  }

  void onTick() {
    due.addAll(hub.tick());
    schedule();
  }

  /** Begins a watch; its first frame comes after the current turn of the event loop. */
  Watch open(Selection selection, Since since, boolean conflate, WatchSink sink) {
    Watch watch = hub.open(selection, since, conflate, System.nanoTime());
    sinks.put(watch, sink);
    rouse(watch);
    return watch;
  }

  void close(Watch watch) {
    hub.close(watch);
    sinks.remove(watch);
    mapReads.forget(watch);
    due.remove(watch);
  }

  /** {@code watch}'s client can take more. */
  void rouse(Watch watch) {
    due.add(watch);
    schedule();
  }

  void drain() {
    List.copyOf(sinks.values()).forEach(WatchSink::drain);
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      context.runOnContext(v -> run());
    }
  }

  private void run() {
    scheduled = false;
    due.addAll(hub.takeReady());
    List<Watch> now = List.copyOf(due);
    due.clear();
    var moved = new ArrayList<Watch>(now.size());
    for (Watch watch : now) {
      WatchSink sink = sinks.get(watch);
      if (sink != null && move(watch, sink)) {
        moved.add(watch);
      }
    }
    moved.forEach(this::flush);
    if (!due.isEmpty() || hub.hasReady()) {
      schedule();
    }
  }

  private void flush(Watch watch) {
    WatchSink sink = sinks.get(watch);
    if (sink != null) {
      boolean wasFull = sink.full();
      sink.flush();
      if (wasFull && !sink.full()) {
        due.add(watch); // what was collected is out, and the client takes it
      }
    }
  }

  /** Whether there is something to flush. */
  private boolean move(Watch watch, WatchSink sink) {
    if (watch.tooSlow()) {
      close(watch);
      sink.tooSlow(watch.token());
      return false;
    }
    int frames = 0;
    while (frames < FRAMES_PER_TURN && !sink.full()) {
      Optional<Frame> frame = watch.next(System.nanoTime());
      if (frame.isEmpty()) {
        break;
      }
      sink.frame(frame.get());
      frames++;
    }
    if (watch.wantsTurn() || frames == FRAMES_PER_TURN) {
      due.add(watch);
    }
    watch.wantsLog().ifPresent(wanted -> readLog(watch, wanted));
    watch.wantsMap().ifPresent(wanted -> mapReads.want(watch, wanted));
    return frames > 0;
  }

  private void readLog(Watch watch, LogRead wanted) {
    vertx
        .eventBus()
        .<LogSlice>request(Bus.LOG_READ, wanted, Bus.LOCAL_ONLY)
        .onSuccess(answer -> watch.onLog(wanted, answer.body()))
        .onFailure(
            failure -> {
              log.warn("cannot read the log for a watch, which begins anew", failure);
              watch.onLog(wanted, new LogSlice(false, List.of()));
            })
        .onComplete(done -> rouse(watch));
  }
}
