package io.widecast.watch;

import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Pair;
import io.widecast.model.Pattern;
import io.widecast.model.Token;
import io.widecast.store.Applied;
import io.widecast.store.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All watches that one API instance serves. What the store applied comes in; each watch is then
 * asked for frames for as long as its client can take them ({@link Watch#next}).
 *
 * <p>Nothing is queued for a single watch. One that is level reads from the queue of its {@link
 * Feed}, shared by all with the same patterns and bounded by what counts as slow. Any other is only
 * a position, from which it reads the recent entries, then the log, or a cursor in the initial
 * copy; so a client that does not read costs its node a position. An entry finds the feeds it
 * concerns through an index, at a cost that does not grow with the number of watches.
 *
 * <p>Owned by one verticle, on its event loop; not thread-safe.
 */
public final class WatchHub {

  /** Slow watchers that collect at the same time: each may hold some 10 MiB while it does. */
  private static final int SCANS_MAX = 2;

  private final WatchLimits limits;
  private final Metrics metrics;
  private final RecentEntries recent;
  private final CopyParts copyParts = new CopyParts();
  private final PatternIndex<Feed> index = new PatternIndex<>();
  private final Map<Selection, Feed> feeds = new LinkedHashMap<>();
  private final Set<Watch> watches = new LinkedHashSet<>();
  private final Set<Watch> waiting = new LinkedHashSet<>(); // for a position ahead of this node
  private final Set<Feed> touched = new LinkedHashSet<>(); // since the last takeReady
  private final Set<Watch> ready = new LinkedHashSet<>();
  private final Set<Watch> wantScan = new LinkedHashSet<>();
  private int scans; // over what slow watchers missed: each holds what changed
  private View view;
  private long conflatedBytes; // on their way to slow watchers

  /**
   * @param start the view that this instance begins with
   */
  public WatchHub(WatchLimits limits, Metrics metrics, View start) {
    this.limits = limits;
    this.metrics = metrics;
    this.recent = new RecentEntries(limits.recentEntries(), limits.recentBytes());
    this.view = start;
    recent.startAfter(start.token().revision());
  }

  /** Where this hub is: everything up to here has been offered to its watches. */
  public Token position() {
    return view.token();
  }

  View view() {
    return view;
  }

  WatchLimits limits() {
    return limits;
  }

  RecentEntries recent() {
    return recent;
  }

  CopyParts copyParts() {
    return copyParts;
  }

  Metrics metrics() {
    return metrics;
  }

  /** The entry of {@code revision}, while it is remembered. */
  public Optional<Entry> entry(long revision) {
    return recent.find(revision);
  }

  /**
   * Looks after watches whose clients do not read, and returns everybody, since bookmarks may be
   * due. To be called about every half second.
   */
  public List<Watch> tick() {
    List<Watch> all = List.copyOf(watches);
    all.forEach(Watch::tick);
    return all;
  }

  /** Takes in what the store applied; what this hub has already is left out. */
  public void onApplied(Applied applied) {
    Token before = view.token();
    if (applied.view().token().compareTo(before) <= 0) {
      return;
    }
    view = applied.view();
    if (applied.jumped()) {
      recent.startAfter(view.token().revision());
      watches.forEach(Watch::lose);
      ready.addAll(watches);
    } else {
      for (EncodedEntry entry : applied.entries()) {
        if (entry.revision() > before.revision()) {
          recent.add(entry);
          offer(entry.entry());
        }
      }
    }
    ready.addAll(waiting);
  }

  private void offer(Entry entry) {
    if (feeds.isEmpty()) {
      return;
    }
    var concerned = new ArrayList<Feed>(4);
    for (Pair pair : entry.pairs()) {
      index.forEachMatch(
          pair.key(),
          feed -> {
            feed.match(pair);
            concerned.add(feed);
          });
    }
    for (Feed feed : concerned) {
      feed.endEntry(entry.token());
      touched.add(feed);
    }
  }

  /** Those that may have something to say since this was last asked. */
  public List<Watch> takeReady() {
    touched.forEach(feed -> ready.addAll(feed.live()));
    touched.clear();
    List<Watch> now = List.copyOf(ready);
    ready.clear();
    return now;
  }

  /**
   * Begins a watch.
   *
   * @param conflate whether a slow watcher gets the newest value of each key, or its end
   */
  public Watch open(Selection selection, Since since, boolean conflate, long nowNanos) {
    Feed feed = feeds.computeIfAbsent(selection, this::newFeed);
    var watch = new Watch(this, feed, conflate, nowNanos);
    feed.add(watch);
    watches.add(watch);
    metrics.increment(Metric.WATCHES_OPENED);
    metrics.add(Gauge.WATCHES, 1);
    watch.begin(since);
    return watch;
  }

  private Feed newFeed(Selection selection) {
    var feed = new Feed(selection, limits);
    for (Pattern pattern : selection.patterns()) {
      index.add(pattern, feed);
    }
    return feed;
  }

  /** Ends {@code watch}; ending it again does nothing. */
  public void close(Watch watch) {
    if (!watches.remove(watch)) {
      return;
    }
    metrics.add(Gauge.WATCHES, -1);
    watch.end();
    waiting.remove(watch);
    wantScan.remove(watch);
    ready.remove(watch);
    Feed feed = watch.feed();
    if (!feed.remove(watch)) {
      feeds.remove(feed.selection());
      touched.remove(feed);
      for (Pattern pattern : feed.selection().patterns()) {
        index.remove(pattern, feed);
      }
    }
  }

  void await(Watch watch) {
    waiting.add(watch);
  }

  void awaitNoMore(Watch watch) {
    waiting.remove(watch);
  }

  /** {@code watch} has something to say by itself. */
  void rouse(Watch watch) {
    ready.add(watch);
  }

  /**
   * Whether {@code watch} may collect what it missed; if not, it is roused when it can try again.
   */
  boolean beginScan(Watch watch) {
    if (scans == SCANS_MAX) {
      wantScan.add(watch);
      return false;
    }
    scans++;
    return true;
  }

  void endScan() {
    scans--;
    ready.addAll(wantScan); // whose client can take something now is first
    wantScan.clear();
  }

  /** Whether {@link #takeReady} would give somebody. */
  public boolean hasReady() {
    return !ready.isEmpty() || !touched.isEmpty();
  }

  /** Whether {@code bytes} more may be on their way to slow watchers; if so, they are. */
  boolean takeConflated(long bytes) {
    if (conflatedBytes + bytes > limits.conflatedBytesAll()) {
      return false;
    }
    conflatedBytes += bytes;
    metrics.add(Gauge.WATCH_QUEUE_BYTES, bytes);
    return true;
  }

  void giveConflated(long bytes) {
    if (bytes == 0) {
      return; // nearly always: asked for each frame
    }
    conflatedBytes -= bytes;
    metrics.add(Gauge.WATCH_QUEUE_BYTES, -bytes);
  }
}
