package io.widecast.api;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.widecast.bus.Bus;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.store.Compacted;
import io.widecast.store.DiffRow;
import io.widecast.store.HeldDiff;
import io.widecast.store.HeldView;
import io.widecast.store.KeyHistory;
import io.widecast.store.SnapshotInfo;
import io.widecast.store.SnapshotList;
import io.widecast.store.StoreFigures;
import io.widecast.store.StoreMessages;
import io.widecast.store.StoreRequest;
import io.widecast.store.VerifyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers {@code Bus.STORE} out of the log of a {@link FakeReplication}, as {@link StoreRequest}
 * says. Counts what is held, so that a test sees what is not given back.
 */
final class FakeStore {

  private record Snapshot(SnapshotInfo info, FakeView view) {}

  private final List<EncodedEntry> log;
  private final Map<String, Snapshot> snapshots = new TreeMap<>();
  private final Set<Long> holds = ConcurrentHashMap.newKeySet();
  private long lastHold;
  private Token horizon = Token.NONE;
  private List<VerifyReport.Alarm> alarms = List.of();
  private Optional<ErrorCode> refuse = Optional.empty();

  FakeStore(List<EncodedEntry> log) {
    this.log = log;
  }

  void listen(Vertx vertx) {
    vertx.eventBus().<StoreRequest>localConsumer(Bus.STORE, this::onRequest);
  }

  /** How much is held now. */
  int held() {
    return holds.size();
  }

  void refuse(ErrorCode code) {
    refuse = Optional.of(code);
  }

  void alarm(VerifyReport.Alarm... all) {
    alarms = List.of(all);
  }

  /** All snapshots on their way out are gone. */
  void finishDeletions() {
    snapshots.values().removeIf(snapshot -> snapshot.info().deleting());
  }

  private void onRequest(Message<StoreRequest> message) {
    if (message.body() instanceof StoreRequest.Release release) {
      if (!holds.remove(release.hold())) {
        throw new AssertionError("released twice: " + release);
      }
      return;
    }
    try {
      refuse.ifPresent(
          code -> {
            throw new WidecastException(code, "as the test says");
          });
      message.reply(answer(message.body()), Bus.LOCAL_ONLY);
    } catch (WidecastException e) {
      StoreMessages.refuse(message, e);
    }
  }

  private Record answer(StoreRequest request) {
    if (request instanceof StoreRequest.ViewAt at) {
      return viewAt(at.revision());
    } else if (request instanceof StoreRequest.HoldAt at) {
      return new HeldView(viewAt(at.revision()).view(), hold());
    } else if (request instanceof StoreRequest.ViewSnapshot snapshot) {
      return new HeldView(live(snapshot.name()).view(), hold());
    } else if (request instanceof StoreRequest.ViewNow) {
      return new HeldView(view(position()), hold());
    } else if (request instanceof StoreRequest.History history) {
      return history(history);
    } else if (request instanceof StoreRequest.TakeSnapshot take) {
      return take(take.name());
    } else if (request instanceof StoreRequest.ListSnapshots) {
      return new SnapshotList(snapshots.values().stream().map(Snapshot::info).toList());
    } else if (request instanceof StoreRequest.GetSnapshot get) {
      return known(get.name()).info();
    } else if (request instanceof StoreRequest.DeleteSnapshot delete) {
      return delete(delete.name());
    } else if (request instanceof StoreRequest.Diff diff) {
      return diff(diff);
    } else if (request instanceof StoreRequest.Compact compact) {
      return compact(compact.revision());
    } else if (request instanceof StoreRequest.Verify) {
      return new VerifyReport(position(), alarms);
    } else if (request instanceof StoreRequest.Figures) {
      return figures();
    }
    throw new AssertionError(request);
  }

  private long hold() {
    holds.add(++lastHold);
    return lastHold;
  }

  private Token position() {
    return log.isEmpty() ? Token.NONE : log.get(log.size() - 1).entry().token();
  }

  private HeldView viewAt(long revision) {
    if (revision < horizon.revision()) {
      throw StoreMessages.compacted(revision, horizon);
    }
    if (revision > log.size()) {
      throw new WidecastException(
          ErrorCode.BAD_REQUEST, "revision " + revision + " is in the future");
    }
    Token token = revision == 0 ? Token.NONE : log.get((int) revision - 1).entry().token();
    return new HeldView(view(token), hold());
  }

  private FakeView view(Token at) {
    var map = new TreeMap<Key, Versioned>();
    for (EncodedEntry entry : log.subList(0, (int) at.revision())) {
      for (Pair pair : entry.entry().pairs()) {
        if (pair instanceof Pair.Put put) {
          map.put(put.key(), Versioned.of(put, entry.entry().token()));
        } else {
          map.remove(pair.key());
        }
      }
    }
    return new FakeView(at, map);
  }

  private KeyHistory history(StoreRequest.History wanted) {
    var versions = new ArrayList<KeyHistory.Version>();
    for (int i = log.size() - 1; i >= 0 && versions.size() < wanted.versionsMax(); i--) {
      Token token = log.get(i).entry().token();
      for (Pair pair : log.get(i).entry().pairs()) {
        if (pair.key().equals(wanted.key())) {
          Optional<Versioned> held =
              pair instanceof Pair.Put put
                  ? Optional.of(Versioned.of(put, token))
                  : Optional.empty();
          versions.add(
              new KeyHistory.Version(
                  token, held, pair instanceof Pair.Delete delete && delete.expired()));
        }
      }
    }
    return new KeyHistory(versions, horizon);
  }

  private SnapshotInfo take(String name) {
    if (snapshots.containsKey(name)) {
      throw new WidecastException(ErrorCode.CONFLICT, "there is a snapshot '" + name + "'");
    }
    FakeView view = view(position());
    var info =
        new SnapshotInfo(
            name, view.token(), 1_700_000_000_000L, view.size(), view.contentBytes(), false, 0);
    snapshots.put(name, new Snapshot(info, view));
    return info;
  }

  private Snapshot known(String name) {
    if (!snapshots.containsKey(name)) {
      throw new WidecastException(ErrorCode.NOT_FOUND, "there is no snapshot '" + name + "'");
    }
    return snapshots.get(name);
  }

  private Snapshot live(String name) {
    Snapshot snapshot = known(name);
    if (snapshot.info().deleting()) {
      throw new WidecastException(ErrorCode.NOT_FOUND, "'" + name + "' is being deleted");
    }
    return snapshot;
  }

  private SnapshotInfo delete(String name) {
    SnapshotInfo info = known(name).info();
    var deleting =
        new SnapshotInfo(
            name, info.token(), info.createdAtMillis(), info.keys(), info.bytes(), true, 0.0625);
    snapshots.put(name, new Snapshot(deleting, snapshots.get(name).view()));
    return deleting;
  }

  private HeldDiff diff(StoreRequest.Diff wanted) {
    FakeView from = live(wanted.from()).view();
    FakeView to = wanted.to().map(name -> live(name).view()).orElseGet(() -> view(position()));
    var keys = new TreeSet<>(from.map().keySet());
    keys.addAll(to.map().keySet());
    var rows = new ArrayList<DiffRow>();
    for (Key key : keys) {
      long before = revision(from.map(), key);
      long after = revision(to.map(), key);
      if (before != after) {
        rows.add(new DiffRow(key, before, after));
      }
    }
    return new HeldDiff(from.token(), to.token(), rows.iterator(), hold());
  }

  private static long revision(NavigableMap<Key, Versioned> map, Key key) {
    return map.containsKey(key) ? map.get(key).revision() : 0;
  }

  private Compacted compact(long revision) {
    if (revision > log.size()) {
      throw new WidecastException(
          ErrorCode.BAD_REQUEST, "revision " + revision + " is in the future");
    }
    if (revision < horizon.revision()) {
      throw StoreMessages.compacted(revision, horizon);
    }
    horizon = revision == 0 ? Token.NONE : log.get((int) revision - 1).entry().token();
    return new Compacted(horizon);
  }

  private StoreFigures figures() {
    Optional<String> deleting =
        snapshots.values().stream()
            .filter(snapshot -> snapshot.info().deleting())
            .map(snapshot -> snapshot.info().name())
            .findFirst();
    return new StoreFigures(
        "container 1",
        horizon,
        12,
        12 << 22,
        9 << 22,
        321,
        1 << 20,
        2 << 20,
        65_536,
        7,
        4_000,
        40,
        deleting,
        deleting.isPresent() ? 0.0625 : 0,
        0,
        alarms.stream().map(VerifyReport.Alarm::detail).findFirst());
  }
}
