package io.widecast.store;

import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metrics;
import io.widecast.model.ErrorCode;
import io.widecast.model.Holding;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.container.Container;
import io.widecast.store.container.SnapshotView;
import io.widecast.store.log.StoreException;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.verify.Verifier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers {@link StoreRequest}s, and remembers what was given out to be held. On one thread, which
 * is not the owner's.
 */
final class StoreAnswers {

  /** Held snapshots take space that is not freed: nobody needs as many at once. */
  private static final int HOLDS_MAX = 4096;

  private final StoreCore core;
  private final Metrics metrics;
  private final Optional<ContainerKeyspace> container;
  private final Map<Long, List<SnapshotView>> holds = new HashMap<>();
  private long nextHold = 1;
  private boolean verifying; // guarded by this

  StoreAnswers(StoreCore core, Metrics metrics) {
    this.core = core;
    this.metrics = metrics;
    this.container = core.container();
  }

  /**
   * @throws WidecastException as the request says
   * @throws StoreException the disk failed, or what is on it is damaged
   */
  Record answer(StoreRequest request, long nowMillis) throws IOException {
    if (container.isEmpty()) {
      return withoutContainer(request);
    }
    boolean needsMap =
        !(request instanceof StoreRequest.Figures || request instanceof StoreRequest.Release);
    if (core.isMapLost() && needsMap) {
      throw new WidecastException(
          ErrorCode.NOT_READY,
          "the store of this node was damaged, and a copy of another node's map is on its way;"
              + " retry shortly, or ask another node");
    }
    ContainerKeyspace store = container.get();
    if (request instanceof StoreRequest.ViewAt at) {
      return new HeldView(store.own(owned -> owned.viewAt(at.revision())), 0);
    } else if (request instanceof StoreRequest.HoldAt at) {
      SnapshotView pinned = store.own(owned -> owned.pinAt(at.revision(), nowMillis));
      return new HeldView(pinned, hold(List.of(pinned)));
    } else if (request instanceof StoreRequest.ViewSnapshot view) {
      SnapshotView pinned = pin(view.name());
      return new HeldView(pinned, hold(List.of(pinned)));
    } else if (request instanceof StoreRequest.ViewNow) {
      SnapshotView pinned = pinNow(nowMillis);
      return new HeldView(pinned, hold(List.of(pinned)));
    } else if (request instanceof StoreRequest.ViewToCopy copy) {
      SnapshotView pinned = pinNow(nowMillis);
      return copyView(pinned, hold(List.of(pinned)), copy.held());
    } else if (request instanceof StoreRequest.Release release) {
      release(release.hold());
      return release;
    } else if (request instanceof StoreRequest.History history) {
      return store.own(
          owned -> owned.history(history.key(), history.versionsMax(), history.bytesMax()));
    } else if (request instanceof StoreRequest.TakeSnapshot take) {
      return store.own(owned -> info(owned, owned.takeSnapshot(take.name(), nowMillis)));
    } else if (request instanceof StoreRequest.ListSnapshots) {
      return store.own(StoreAnswers::list);
    } else if (request instanceof StoreRequest.GetSnapshot get) {
      return store.own(owned -> find(owned, get.name()));
    } else if (request instanceof StoreRequest.DeleteSnapshot delete) {
      return store.own(owned -> info(owned, owned.deleteSnapshot(delete.name())));
    } else if (request instanceof StoreRequest.Diff diff) {
      return diff(diff, nowMillis);
    } else if (request instanceof StoreRequest.Compact compact) {
      return new Compacted(store.own(owned -> owned.compact(compact.revision())));
    } else if (request instanceof StoreRequest.Damaged damaged) {
      return damaged; // what there is to do is the verticle's
    } else if (request instanceof StoreRequest.Verify) {
      return verify(nowMillis);
    } else if (request instanceof StoreRequest.Figures) {
      return store.own(this::figures);
    }
    throw new AssertionError(request);
  }

  private CopyView copyView(View view, long hold, Holding held) {
    return new CopyView(view, hold, held, core.changedSince(held, view.token()));
  }

  private Record withoutContainer(StoreRequest request) {
    if (request instanceof StoreRequest.ViewToCopy copy) {
      return copyView(core.view(), 0, copy.held());
    }
    if (request instanceof StoreRequest.ViewNow) {
      return new HeldView(core.view(), 0);
    }
    if (request instanceof StoreRequest.Release || request instanceof StoreRequest.Damaged) {
      return (Record) request;
    }
    if (request instanceof StoreRequest.Figures) {
      return new StoreFigures(
          "redo-log 1",
          Token.NONE,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          Optional.empty(),
          0,
          0,
          Optional.empty());
    }
    throw notInThisFormat();
  }

  private static WidecastException notInThisFormat() {
    return new WidecastException(
        ErrorCode.NOT_IMPLEMENTED,
        "this node's directory is in format redo-log 1, which has no history and no snapshots; start"
            + " the node with an empty node.data, and it takes a copy into format container 1");
  }

  // ---- what is held

  private SnapshotView pin(String name) throws IOException {
    return container.orElseThrow().own(owned -> owned.pin(name));
  }

  private SnapshotView pinNow(long nowMillis) throws IOException {
    return container.orElseThrow().own(owned -> owned.pinNow(nowMillis));
  }

  private long hold(List<SnapshotView> views) {
    if (holds.size() == HOLDS_MAX) {
      close(views);
      throw new WidecastException(
          ErrorCode.OVERLOADED, holds.size() + " reads of snapshots are under way; retry later");
    }
    holds.put(nextHold, views);
    return nextHold++;
  }

  private void release(long hold) {
    List<SnapshotView> views = holds.remove(hold);
    if (views != null) {
      close(views);
    }
  }

  private void close(List<SnapshotView> views) {
    container
        .orElseThrow()
        .ownQuickly(
            owned -> {
              views.forEach(SnapshotView::close);
              return null;
            });
  }

  private HeldDiff diff(StoreRequest.Diff request, long nowMillis) throws IOException {
    SnapshotView from = pin(request.from());
    SnapshotView to;
    try {
      to = request.to().isPresent() ? pin(request.to().get()) : pinNow(nowMillis);
    } catch (WidecastException e) {
      close(List.of(from));
      throw e;
    }
    long hold = hold(List.of(from, to));
    return new HeldDiff(from.token(), to.token(), from.diff(to), hold);
  }

  // ---- snapshots

  private static SnapshotInfo info(Container owned, SnapshotRow row) {
    boolean live = row.state() == SnapshotRow.State.LIVE;
    return new SnapshotInfo(
        row.name(),
        row.token(),
        row.createdAtMillis(),
        row.keys(),
        row.contentBytes(),
        !live,
        live ? 0 : progress(owned, row));
  }

  private static double progress(Container owned, SnapshotRow row) {
    return owned
        .deletion()
        .job()
        .filter(job -> job.row() == row.id())
        .map(job -> owned.deletion().progress())
        .orElse(0.0);
  }

  /** Takes the snapshot that is due, and has those that are too many deleted; what was taken. */
  Optional<String> keepSchedule(SnapshotSchedule schedule, long nowMillis) throws IOException {
    return container
        .orElseThrow()
        .own(
            owned -> {
              Optional<String> due = schedule.due(list(owned).snapshots(), nowMillis);
              if (due.isPresent()) {
                owned.takeSnapshot(due.get(), nowMillis);
              }
              for (String name : schedule.surplus(list(owned).snapshots())) {
                owned.deleteSnapshot(name);
              }
              return due;
            });
  }

  private static SnapshotList list(Container owned) {
    var infos = new ArrayList<SnapshotInfo>();
    for (SnapshotRow row : owned.forest().rows()) {
      if (!row.name().isEmpty() && row.state() != SnapshotRow.State.GHOST) {
        infos.add(0, info(owned, row));
      }
    }
    return new SnapshotList(infos);
  }

  private static SnapshotInfo find(Container owned, String name) {
    for (SnapshotInfo info : list(owned).snapshots()) { // a live one is newer than deleted ones
      if (info.name().equals(name)) {
        return info;
      }
    }
    throw new WidecastException(
        ErrorCode.NOT_FOUND, "there is no snapshot '" + name + "' on this node; see /v1/snapshots");
  }

  // ---- how it stands

  /**
   * Checks the whole store, disk included, in steps between which the owner's work goes on; on any
   * thread that may wait.
   */
  VerifyReport verify(long nowMillis) throws IOException {
    ContainerKeyspace store = container.orElseThrow(() -> notInThisFormat());
    synchronized (this) {
      if (verifying) {
        throw new WidecastException(
            ErrorCode.OVERLOADED, "the store is being verified already; retry when that is over");
      }
      verifying = true;
    }
    try {
      Container checked = store.own(owned -> owned);
      Verifier verifier = store.own(owned -> new Verifier(checked, true, nowMillis));
      try {
        while (store.own(owned -> requireSame(checked, owned) && verifier.step())) {
          // a bounded piece each
        }
        VerifyReport report = verifier.report();
        if (report.sound()) {
          store.clearAlarm();
        } else {
          store.raiseAlarm(alarmText(report.alarms()));
        }
        metrics.set(Gauge.ALARMS, report.alarms().size());
        return report;
      } finally {
        store.own(
            owned -> {
              verifier.close();
              return null;
            });
      }
    } finally {
      synchronized (this) {
        verifying = false;
      }
    }
  }

  private static boolean requireSame(Container checked, Container owned) {
    if (checked != owned) {
      throw new WidecastException(
          ErrorCode.NOT_READY, "a copy has replaced the store while it was checked; begin again");
    }
    return true;
  }

  private static String alarmText(List<VerifyReport.Alarm> alarms) {
    VerifyReport.Alarm first = alarms.get(0);
    String more = alarms.size() > 1 ? ", and " + (alarms.size() - 1) + " more" : "";
    return first.kind() + ": " + first.where() + ": " + first.detail() + more;
  }

  /** Damage was met outside of a check: it counts as if one had found it. */
  void alarm(String detail) {
    container.ifPresent(store -> store.raiseAlarm(store.alarm().orElse(detail)));
    metrics.set(Gauge.ALARMS, 1);
  }

  /** What is damaged, if something is known to be; any thread. */
  Optional<String> alarm() {
    return container.flatMap(ContainerKeyspace::alarm);
  }

  /** Whether a copy of another node's map would leave nothing damaged behind. */
  boolean isReplaceable() {
    return container.map(ContainerKeyspace::isReplaceable).orElse(false);
  }

  /** After a copy: shows whether there is still something damaged, beside the map. */
  void showAlarm() {
    metrics.set(Gauge.ALARMS, alarm().isPresent() ? 1 : 0);
  }

  private StoreFigures figures(Container owned) {
    Optional<Deletion.Job> job = owned.deletion().job();
    int waiting = 0;
    for (SnapshotRow row : owned.forest().rows()) {
      waiting += row.state() == SnapshotRow.State.CONDEMNED ? 1 : 0;
    }
    return new StoreFigures(
        "container 1",
        owned.horizon(),
        owned.segments().count(),
        owned.segments().totalBytes(),
        owned.segments().liveBytes(),
        owned.pageCount(),
        owned.pageCacheBytes(),
        owned.segments().cachedBytes(),
        owned.changedBytes(),
        owned.segmentsCleaned(),
        owned.deletion().blocksRemoved(),
        owned.deletion().batches(),
        job.flatMap(now -> owned.forest().row(now.row())).map(SnapshotRow::name),
        job.isPresent() ? owned.deletion().progress() : 0,
        waiting,
        alarm());
  }
}
