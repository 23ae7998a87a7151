package io.widecast.watch;

import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.metrics.Metric;
import io.widecast.model.Entry;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One watcher's way through the order. Its owner asks for the {@link #next} frame whenever the
 * client can take one, passes on what it {@link #wantsLog}, and calls again when the hub says that
 * there is something new.
 *
 * <p>How it goes on from each phase:
 *
 * <pre>
 * WAITING      position ahead of this node         --reached--> CATCHING_UP
 * COPYING      keys of a view, in byte order       --end, of one view--> CATCHING_UP
 *                                                  --end, of several--> TAIL
 * TAIL         what changed during the copy        --level--> LIVE
 * CATCHING_UP  entries after a position            --level--> LIVE   --too slow--> SLOW
 * LIVE         the feed's queue                    --too slow--> SLOW
 * SLOW         newest value of each changed key    --level--> LIVE   --too much--> LOST
 * LOST         says reset                          --> COPYING
 * </pre>
 *
 * <p>After a copy of several views, the log over it from the moment it began leads to the state at
 * the log's end.
 */
public final class Watch {

  private enum Phase {
    WAITING,
    COPYING,
    TAIL,
    CATCHING_UP,
    LIVE,
    SLOW,
    LOST,
    OVER
  }

  /** After a map that could not be read; doubled each time it cannot be again. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int RETRY_DOUBLED_MAX = 6; // 64 s

  private final WatchHub hub;
  private final Feed feed;
  private final boolean conflate;

  private Phase phase = Phase.OVER;
  private Optional<Token> token = Optional.empty(); // to resume from
  private long lastFrameNanos;
  private boolean tooSlow;
  private boolean wantsTurn;

  private Token waitsFor = Token.NONE; // WAITING
  private InitialCopy copy; // COPYING
  private int failures; // copies in a row that ended because the map could not be read
  private long copyAtNanos; // COPYING: not before
  private Replay replay; // TAIL, CATCHING_UP
  private MapRead.Current current; // TAIL: which of these to send; null when nothing is asked
  private Optional<Frame.Events> isNewest = Optional.empty(); // TAIL: the answer to that
  private long target; // CATCHING_UP: up to here every event comes, however many there are
  private long number; // LIVE: in the feed
  private Conflation conflation; // SLOW
  private long conflatedBytes; // of the last frame, while it may still be on its way
  private String lostBecause = "";

  Watch(WatchHub hub, Feed feed, boolean conflate, long nowNanos) {
    this.hub = hub;
    this.feed = feed;
    this.conflate = conflate;
    this.lastFrameNanos = nowNanos;
    this.copyAtNanos = nowNanos;
  }

  Feed feed() {
    return feed;
  }

  long number() {
    return number;
  }

  /** The position from which the client can go on; empty within an initial copy. */
  public Optional<Token> token() {
    return token;
  }

  /** The client wanted every event and reads too slowly for that: end it, whatever it can take. */
  public boolean tooSlow() {
    return tooSlow;
  }

  /** {@link #next} gave nothing only because it took its share of time: ask again soon. */
  public boolean wantsTurn() {
    return wantsTurn;
  }

  /** What to read from the log, each need once; answer with {@link #onLog}. */
  public Optional<LogRead> wantsLog() {
    return reading().flatMap(Replay::wantsLog);
  }

  /**
   * The log's answer; not complete stands for a log that cannot be read, too.
   *
   * @param asked what {@link #wantsLog} gave; an answer that is no longer waited for is dropped
   */
  public void onLog(LogRead asked, LogSlice slice) {
    reading().ifPresent(reader -> reader.onLog(asked, slice));
  }

  /** What to find out about the map, until it is answered with {@link #onMap}. */
  public Optional<MapRead> wantsMap() {
    return copy != null ? copy.asked().map(read -> read) : Optional.ofNullable(current);
  }

  /**
   * What {@code asked} gave; an answer that is no longer waited for is dropped.
   *
   * @param asked what {@link #wantsMap} gave
   */
  public void onMap(MapRead asked, MapRead.Found found) {
    if (!isAsked(asked)) {
      return;
    }
    if (asked instanceof MapRead.Copy) {
      copy.onRead(found);
    } else {
      current = null;
      isNewest = found.part().frame();
    }
  }

  /** The map could not be read: the client is told to begin anew, and gets a copy after a pause. */
  public void onMapFailed(MapRead asked) {
    if (isAsked(asked)) {
      failures++;
      lost("the map could not be read");
    }
  }

  private boolean isAsked(MapRead asked) {
    return wantsMap().filter(asked::equals).isPresent();
  }

  private Optional<Replay> reading() {
    return phase == Phase.SLOW ? Optional.of(conflation.replay()) : Optional.ofNullable(replay);
  }

  void begin(Since since) {
    if (since instanceof Since.Start) {
      beginCopy();
    } else if (since instanceof Since.Now) {
      goLive();
    } else if (since instanceof Since.After after) {
      token = Optional.of(after.token());
      if (after.token().compareTo(hub.position()) > 0) {
        waitsFor = after.token();
        phase = Phase.WAITING;
        hub.await(this);
      } else {
        resume(after.token());
      }
    } else {
      throw new AssertionError(since);
    }
  }

  /** The next frame, if there is one. */
  public Optional<Frame> next(long nowNanos) {
    hub.giveConflated(conflatedBytes); // asked again, so the last frame is out
    conflatedBytes = 0;
    wantsTurn = false;
    Phase before;
    do {
      before = phase;
      Optional<Frame> frame = step(nowNanos);
      if (frame.isPresent()) {
        lastFrameNanos = nowNanos;
        count(frame.get());
        return frame;
      }
    } while (phase != before);
    return bookmark(nowNanos);
  }

  private Optional<Frame> step(long nowNanos) {
    return switch (phase) {
      case WAITING -> reached();
      case COPYING -> nowNanos - copyAtNanos < 0 ? Optional.empty() : copy();
      case TAIL -> tail();
      case CATCHING_UP -> catchUp();
      case LIVE -> live();
      case SLOW -> conflated();
      case LOST -> reset(nowNanos);
      case OVER -> Optional.empty();
    };
  }

  private Optional<Frame> reached() {
    if (waitsFor.compareTo(hub.position()) <= 0) {
      hub.awaitNoMore(this);
      resume(waitsFor);
    }
    return Optional.empty();
  }

  private void resume(Token from) {
    Token horizon = hub.view().horizon();
    if (from.revision() < horizon.revision()) { // the log may still hold it, but not for long
      lost("history begins at " + horizon.revision() + " on this node, above the position");
      return;
    }
    replay = new Replay(hub, from, true);
    target = hub.position().revision();
    phase = Phase.CATCHING_UP;
  }

  private void beginCopy() {
    token = Optional.empty();
    copy = new InitialCopy(hub, feed.selection());
    phase = Phase.COPYING;
  }

  private Optional<Frame> copy() {
    Optional<Frame> rows = copy.next();
    if (rows.isPresent()) {
      return rows;
    }
    if (!copy.done()) {
      wantsTurn = copy.asked().isEmpty();
      return Optional.empty();
    }
    Token from = copy.from();
    replay = new Replay(hub, from, false);
    boolean ofOneView = copy.isOfOneView();
    copy = null;
    if (!ofOneView) {
      phase = Phase.TAIL;
      return Optional.empty();
    }
    target = from.revision();
    phase = Phase.CATCHING_UP;
    return copyEnd(from);
  }

  private Optional<Frame> copyEnd(Token at) {
    failures = 0;
    token = Optional.of(at);
    return Optional.of(new Frame.CopyEnd(at));
  }

  private Optional<Frame> tail() {
    if (current != null) {
      return Optional.empty(); // until it is known what of it to send
    }
    if (isNewest.isPresent()) {
      Optional<Frame> frame = isNewest.map(events -> events);
      isNewest = Optional.empty();
      return frame;
    }
    List<Change> changes = tailChanges();
    if (!changes.isEmpty()) {
      var read = new MapRead.Current(hub.view(), changes);
      if (!read.view().isInMemory()) {
        current = read;
        return Optional.empty();
      }
      Optional<Frame> frame = read.run().part().frame().map(events -> events);
      wantsTurn = frame.isEmpty();
      return frame;
    }
    if (replay.lost()) {
      lost("the log no longer holds what changed during the copy");
    } else if (replay.level()) {
      goLive();
      return copyEnd(hub.position());
    }
    return Optional.empty();
  }

  /** The next entries' changes of interest, a pair in each. */
  private List<Change> tailChanges() {
    var changes = new ArrayList<Change>();
    int bytes = 0;
    while (bytes < hub.limits().frameBytes()) {
      Optional<Entry> entry = replay.next();
      if (entry.isEmpty()) {
        break;
      }
      for (Pair pair : feed.selection().matching(entry.get().pairs())) {
        var change = new Change(entry.get().revision(), List.of(pair));
        changes.add(change);
        bytes += change.sizeBytes();
      }
    }
    return changes;
  }

  private Optional<Frame> catchUp() {
    var changes = new ArrayList<Change>();
    int bytes = 0;
    Token end = Token.NONE;
    while (bytes < hub.limits().frameBytes() && !fellBehindAgain()) {
      Optional<Entry> entry = replay.next();
      if (entry.isEmpty()) {
        break;
      }
      List<Pair> pairs = feed.selection().matching(entry.get().pairs());
      if (!pairs.isEmpty()) {
        var change = new Change(entry.get().revision(), pairs);
        changes.add(change);
        bytes += change.sizeBytes();
        end = entry.get().token();
      }
    }
    if (!changes.isEmpty()) {
      token = Optional.of(end);
      return Optional.of(new Frame.Events(changes, token, 0));
    }
    if (replay.lost()) {
      lost("the position is not, or no longer, in this node's log");
    } else if (fellBehindAgain()) {
      beSlow(replay.position());
    } else if (replay.level()) {
      goLive();
    }
    return Optional.empty();
  }

  /** It got as far as it was behind at first, and is too far behind again. */
  private boolean fellBehindAgain() {
    return replay.position() >= target && !hub.recent().covers(replay.position());
  }

  private void goLive() {
    replay = null;
    token = Optional.of(hub.position());
    number = feed.join(this);
    phase = Phase.LIVE;
  }

  private Optional<Frame> live() {
    if (number == feed.end()) {
      return Optional.empty();
    }
    Frame.Events frame = feed.frameFrom(number);
    number = feed.frameEnd(number);
    token = frame.token();
    return Optional.of(frame);
  }

  /** The feed's queue is too long because of this one. */
  void fallBehind() {
    long given = feed.revisionAt(number) - 1;
    feed.leave(this);
    beSlow(given);
  }

  private void beSlow(long given) {
    replay = null;
    if (!conflate) {
      tooSlow = true;
      phase = Phase.OVER;
      hub.rouse(this);
      return;
    }
    conflation = new Conflation(hub, this, feed.selection(), given);
    phase = Phase.SLOW;
  }

  /** Runs over all that was missed, now that the client can take something. */
  private Optional<Frame> conflated() {
    boolean level = conflation.collect();
    Optional<String> why = conflation.lost();
    if (why.isPresent()) {
      lost(why.get());
    } else if (level) {
      return conflatedFrame();
    }
    return Optional.empty();
  }

  private Optional<Frame> conflatedFrame() {
    if (!hub.takeConflated(conflation.bytes())) {
      lost("too much changed while too many clients did not read");
      return Optional.empty();
    }
    conflatedBytes = conflation.bytes();
    Optional<Frame> frame = conflation.frame(hub.position());
    endConflation();
    goLive();
    return frame;
  }

  private void endConflation() {
    if (conflation != null) {
      conflation.end();
      conflation = null;
    }
  }

  /** The map was replaced by a copy from elsewhere: what lies in between is unknown. */
  void lose() {
    if (phase != Phase.WAITING && phase != Phase.OVER) {
      feed.leave(this);
      lost("this node took a whole copy, and does not know what lies in between");
    }
  }

  private void lost(String why) {
    lostBecause = why;
    letGo();
    token = Optional.empty();
    phase = Phase.LOST;
  }

  private void letGo() {
    replay = null;
    copy = null;
    current = null;
    isNewest = Optional.empty();
    endConflation();
  }

  private Optional<Frame> reset(long nowNanos) {
    beginCopy();
    int doubled = Math.min(failures - 1, RETRY_DOUBLED_MAX);
    copyAtNanos = failures == 0 ? nowNanos : nowNanos + (RETRY_NANOS << doubled);
    return Optional.of(new Frame.Reset(lostBecause));
  }

  private Optional<Frame> bookmark(long nowNanos) {
    boolean quiet = nowNanos - lastFrameNanos >= hub.limits().bookmarkNanos();
    if (quiet && phase == Phase.LIVE) {
      token = Optional.of(hub.position());
    } else if (quiet && phase == Phase.CATCHING_UP && replay.verified()) {
      token = Optional.of(replay.last());
    } else {
      return Optional.empty();
    }
    lastFrameNanos = nowNanos;
    return Optional.of(new Frame.Bookmark(token.get()));
  }

  /** Keeps a client that does not read from holding on to old things. */
  void tick() {
    switch (phase) {
      case COPYING -> copy.letGoWhenOld();
      case SLOW -> conflation.tick();
      case LIVE -> {
        if (number == feed.end()) {
          token = Optional.of(hub.position());
        }
      }
      default -> {} // holds nothing that grows old
    }
  }

  /** Nothing comes after this. */
  void end() {
    hub.giveConflated(conflatedBytes);
    conflatedBytes = 0;
    letGo();
    phase = Phase.OVER;
  }

  private void count(Frame frame) {
    if (frame instanceof Frame.Events events) {
      hub.metrics().add(Metric.WATCH_EVENTS, events.events());
      hub.metrics().add(Metric.WATCH_SKIPPED, events.skipped());
    } else if (frame instanceof Frame.Reset) {
      hub.metrics().increment(Metric.WATCH_RESETS);
    }
  }
}
