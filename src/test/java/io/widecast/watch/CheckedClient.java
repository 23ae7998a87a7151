package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.LogRead;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.TreeMap;

/** A client that builds its own map from frames and holds each against the truth. */
final class CheckedClient {

  private final Model model;
  private final WatchHub hub;
  private final Selection selection;
  private final boolean conflate;
  private final TreeMap<Key, Long> map = new TreeMap<>(); // the revision each key is at
  private Watch watch;
  private final ArrayDeque<LogRead> reading = new ArrayDeque<>(); // asked, not answered
  private final ArrayDeque<MapRead> mapReads = new ArrayDeque<>(); // asked, not answered
  private Optional<Token> token = Optional.empty();
  private boolean copying;
  private boolean expectReset; // resumed from a position that is none
  long events;
  long skipped;
  long resets;
  long bookmarks;

  CheckedClient(Model model, WatchHub hub, Selection selection, boolean conflate) {
    this.model = model;
    this.hub = hub;
    this.selection = selection;
    this.conflate = conflate;
  }

  void openAtStart(long nowNanos) {
    map.clear();
    token = Optional.empty();
    copying = true;
    expectReset = false;
    open(Since.START, nowNanos);
  }

  void openNow(long nowNanos) {
    map.clear();
    token = Optional.of(model.position());
    copying = false;
    expectReset = false;
    model.mapAt(token.get().revision()).forEach((key, v) -> remember(key, v.revision()));
    open(Since.NOW, nowNanos);
  }

  /** Goes on from the last token, or starts anew where there is none. */
  void resume(long nowNanos) {
    if (copying || token.isEmpty()) {
      openAtStart(nowNanos);
    } else {
      open(new Since.After(token.get()), nowNanos);
    }
  }

  /** Goes on from a position that this client never had. */
  void resumeFrom(Token other, long nowNanos) {
    expectReset = true;
    copying = false;
    token = Optional.of(other);
    open(new Since.After(other), nowNanos);
  }

  private void open(Since since, long nowNanos) {
    reading.clear();
    mapReads.clear();
    watch = hub.open(selection, since, conflate, nowNanos);
  }

  void close() {
    hub.close(watch);
  }

  boolean tooSlow() {
    return watch.tooSlow();
  }

  /** Takes up to {@code frames} frames; whether there may be more right away. */
  boolean take(int frames, long nowNanos) {
    for (int i = 0; i < frames; i++) {
      Optional<Frame> frame = watch.next(nowNanos);
      if (frame.isPresent()) {
        check(frame.get());
      } else if (!watch.wantsTurn()) {
        watch.wantsLog().ifPresent(reading::addLast);
        watch.wantsMap().filter(read -> !mapReads.contains(read)).ifPresent(mapReads::addLast);
        return false;
      }
    }
    return true;
  }

  /** The log's answer to what was asked arrives; whether any was asked. */
  boolean answerLog() {
    if (reading.isEmpty()) {
      return false;
    }
    LogRead asked = reading.removeFirst();
    watch.onLog(asked, model.read(asked));
    return true;
  }

  /** What was asked about the map is read and arrives, or cannot be read; whether any was. */
  boolean answerMap(boolean readable) {
    if (mapReads.isEmpty()) {
      return false;
    }
    MapRead asked = mapReads.removeFirst();
    if (readable) {
      watch.onMap(asked, asked.run());
    } else {
      watch.onMapFailed(asked);
    }
    return true;
  }

  private void check(Frame frame) {
    if (frame instanceof Frame.Reset) {
      resets++;
      map.clear();
      token = Optional.empty();
      copying = true;
      expectReset = false;
      return;
    }
    assertThat(expectReset).as("goes on from a position that is none").isFalse();
    if (frame instanceof Frame.Events part) {
      take(part);
    } else if (frame instanceof Frame.CopyEnd end) {
      assertThat(copying).isTrue();
      copying = false;
      arrive(end.token());
    } else if (frame instanceof Frame.Bookmark bookmark) {
      bookmarks++;
      assertThat(copying).isFalse();
      assertThat(bookmark.token()).isLessThanOrEqualTo(model.position());
      arrive(bookmark.token());
    } else {
      throw new AssertionError(frame);
    }
  }

  private void take(Frame.Events frame) {
    assertThat(frame.token().isEmpty()).as("no position within a copy").isEqualTo(copying);
    long last = 0;
    for (Change change : frame.changes()) {
      events += change.events();
      if (!copying) {
        assertThat(change.revision()).isGreaterThanOrEqualTo(last);
        assertThat(change.revision()).isGreaterThan(token.orElseThrow().revision());
        last = change.revision();
      }
      for (Pair pair : change.pairs()) {
        assertThat(selection.matches(pair.key())).isTrue();
        Long before =
            pair instanceof Pair.Put
                ? remember(pair.key(), change.revision())
                : map.remove(pair.key());
        // Within a copy a key that is gone may be taken away more than once.
        if (before != null && !(copying && pair instanceof Pair.Delete)) {
          assertThat(change.revision()).as("never back in time").isGreaterThanOrEqualTo(before);
        }
      }
    }
    if (!copying) {
      skipped += frame.skipped();
      long sent = frame.changes().stream().mapToLong(Change::events).sum();
      Token end = frame.token().orElseThrow();
      assertThat(sent + frame.skipped())
          .as("every event, or counted as skipped")
          .isEqualTo(model.events(selection, token.orElseThrow().revision(), end.revision()));
      arrive(end);
    }
  }

  private Long remember(Key key, long revision) {
    return selection.matches(key) ? map.put(key, revision) : null;
  }

  /** At a token, the map is exactly the truth of that moment. */
  private void arrive(Token at) {
    assertThat(model.isReal(at)).as(at.toString()).isTrue();
    token.ifPresent(before -> assertThat(at).isGreaterThanOrEqualTo(before));
    token = Optional.of(at);
    var truth = new TreeMap<Key, Long>();
    model
        .mapAt(at.revision())
        .forEach(
            (key, versioned) -> {
              if (selection.matches(key)) {
                truth.put(key, versioned.revision());
              }
            });
    assertThat(map).as("at " + at).isEqualTo(truth);
  }

  Optional<Token> token() {
    return token;
  }
}
