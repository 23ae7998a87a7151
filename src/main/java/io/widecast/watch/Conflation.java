package io.widecast.watch;

import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a slow watch missed, as the newest change of each key. Nothing is held until the client can
 * take something; then it runs over all entries since, as one of few that do so at a time.
 */
final class Conflation {

  private static final int STALLED_TICKS_MAX = 4;

  private final WatchHub hub;
  private final Watch watch;
  private final Selection selection;
  private final Token given;
  private Replay replay;
  private boolean scanning;
  private long scannedTo; // at the last tick
  private int stalledTicks; // since the scan moved
  private Map<Key, Change> newest = Map.of();
  private long bytes;
  private long events; // that led to the newest
  private boolean tooMuch;

  /**
   * @param given revision up to which the client has everything
   */
  Conflation(WatchHub hub, Watch watch, Selection selection, long given) {
    this.hub = hub;
    this.watch = watch;
    this.selection = selection;
    this.given = new Token(0, given);
    this.replay = new Replay(hub, this.given, false);
  }

  Replay replay() {
    return replay;
  }

  /** Goes on collecting; whether it has come to the hub's position. */
  boolean collect() {
    if (!scanning && !begin()) {
      return false;
    }
    for (Optional<Entry> entry = replay.next(); entry.isPresent(); entry = replay.next()) {
      for (Pair pair : selection.matching(entry.get().pairs())) {
        keep(new Change(entry.get().revision(), List.of(pair)), pair.key());
      }
      tooMuch =
          newest.size() > hub.limits().conflatedKeys() || bytes > hub.limits().conflatedBytes();
      if (tooMuch) {
        return false;
      }
    }
    return replay.level();
  }

  /** Why there will be no conflated frame, if that is so. */
  Optional<String> lost() {
    if (tooMuch) {
      return Optional.of("too much changed while the client did not read");
    }
    return replay.lost()
        ? Optional.of("the log no longer holds what changed while the client did not read")
        : Optional.empty();
  }

  private boolean begin() {
    scanning = hub.beginScan(watch);
    newest = new LinkedHashMap<>();
    bytes = 0;
    events = 0;
    scannedTo = given.revision();
    stalledTicks = 0;
    return scanning;
  }

  private void keep(Change change, Key key) {
    events++;
    bytes += change.sizeBytes();
    Change before = newest.put(key, change);
    if (before != null) {
      bytes -= before.sizeBytes();
    }
  }

  long bytes() {
    return bytes;
  }

  /** What was collected, to be sent at {@code token}; empty when nothing concerned the watch. */
  Optional<Frame> frame(Token token) {
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    List<Change> changes =
        newest.values().stream().sorted(Comparator.comparingLong(Change::revision)).toList();
    return Optional.of(new Frame.Events(changes, Optional.of(token), events - changes.size()));
  }

  /**
   * Lets others collect when this one's client stopped reading meanwhile: it begins again later.
   */
  void tick() {
    if (!scanning) {
      return;
    }
    stalledTicks = replay.position() == scannedTo ? stalledTicks + 1 : 0;
    scannedTo = replay.position();
    if (stalledTicks >= STALLED_TICKS_MAX) {
      end();
      replay = new Replay(hub, given, false);
    }
  }

  /** Lets go of what was collected. */
  void end() {
    newest = Map.of();
    if (scanning) {
      scanning = false;
      hub.endScan();
    }
  }
}
