package io.widecast.watch;

import io.widecast.model.Pair;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What happens to one selection, queued once for all who watch it. Each live watch is at a number
 * in the queue; the queue reaches back to the slowest of them, and whoever is further back than the
 * limits allow is taken off it. Frames that several watches ask for are made once.
 */
final class Feed {

  /** A change, and how much came before it. */
  private static final class Item {
    private final Change change;
    private final Token token;
    private final long eventsBefore;
    private final long bytesBefore;
    private Frame.Events frame; // the one that begins here, once it was asked for
    private long frameEnd;

    private Item(Change change, Token token, long eventsBefore, long bytesBefore) {
      this.change = change;
      this.token = token;
      this.eventsBefore = eventsBefore;
      this.bytesBefore = bytesBefore;
    }
  }

  private static final int TRIM_ITEMS_MIN = 64;

  private final Selection selection;
  private final WatchLimits limits;
  private final Set<Watch> members = new LinkedHashSet<>();
  private final Set<Watch> live = new LinkedHashSet<>();
  private final Ring<Item> items = new Ring<>();
  private long events; // ever queued
  private long bytes;
  private int trimAt = TRIM_ITEMS_MIN;
  private List<Pair> matched = new ArrayList<>(); // of the entry that is being looked at

  Feed(Selection selection, WatchLimits limits) {
    this.selection = selection;
    this.limits = limits;
  }

  Selection selection() {
    return selection;
  }

  Set<Watch> live() {
    return live;
  }

  void add(Watch watch) {
    members.add(watch);
  }

  /** Whether anybody is left. */
  boolean remove(Watch watch) {
    leave(watch);
    members.remove(watch);
    return !members.isEmpty();
  }

  /** {@code watch} has seen everything so far and takes what comes from here on. */
  long join(Watch watch) {
    live.add(watch);
    return items.end();
  }

  void leave(Watch watch) {
    if (live.remove(watch) && live.isEmpty()) {
      items.removeUpTo(items.end());
    }
  }

  /** A pair of the entry that is being looked at matches; one with two patterns comes twice. */
  void match(Pair pair) {
    if (matched.isEmpty() || matched.get(matched.size() - 1) != pair) {
      matched.add(pair);
    }
  }

  /** That was all of the entry: queues what matched, and sheds who is too far behind. */
  void endEntry(Token token) {
    if (matched.isEmpty()) {
      return; // the entry concerned this feed in more than one way, and is queued already
    }
    if (!live.isEmpty()) {
      var change = new Change(token.revision(), List.copyOf(matched));
      items.addLast(new Item(change, token, events, bytes));
      events += change.events();
      bytes += change.sizeBytes();
      if (items.size() >= trimAt) {
        trim();
      }
      if (isTooMuch(items.get(items.first()))) {
        shed();
      }
    }
    matched = new ArrayList<>(1);
  }

  long end() {
    return items.end();
  }

  /** The first revision that a watch at {@code number} has not been given. */
  long revisionAt(long number) {
    return items.get(number).change.revision();
  }

  /** The frame of what begins at {@code number}, which must be in the queue. */
  Frame.Events frameFrom(long number) {
    Item begin = items.get(number);
    if (begin.frame == null) {
      var changes = new ArrayList<Change>();
      int size = 0;
      long at = number;
      while (at < items.end() && (size == 0 || size < limits.frameBytes())) {
        Change change = items.get(at++).change;
        changes.add(change);
        size += change.sizeBytes();
      }
      begin.frame = new Frame.Events(changes, Optional.of(items.get(at - 1).token), 0);
      begin.frameEnd = at;
    }
    return begin.frame;
  }

  /** The number after the last change of {@link #frameFrom}. */
  long frameEnd(long number) {
    return items.get(number).frameEnd;
  }

  private boolean isTooMuch(Item from) {
    return events - from.eventsBefore > limits.slowEvents()
        || bytes - from.bytesBefore > limits.slowBytes();
  }

  private void shed() {
    for (Watch watch : List.copyOf(live)) {
      if (watch.number() < items.end() && isTooMuch(items.get(watch.number()))) {
        watch.fallBehind();
      }
    }
    trim();
  }

  /** Drops what every live watch has been given. */
  private void trim() {
    long needed = items.end();
    for (Watch watch : live) {
      needed = Math.min(needed, watch.number());
    }
    items.removeUpTo(needed);
    trimAt = Math.max(TRIM_ITEMS_MIN, 2 * items.size());
  }
}
