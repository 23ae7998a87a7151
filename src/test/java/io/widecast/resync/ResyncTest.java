package io.widecast.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.BucketSet;
import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * S6 as a whole, against the obvious: copies that follow one history, fall behind at different
 * positions, bring each other on, break off, go on from another one, restart and lose everything.
 *
 * <p>Source: systems.md S6, I6.1 to I6.6 and its failures.
 */
class ResyncTest {

  private static final int COPIES = 4;
  private static final int STEPS = 250;
  private static final List<Key> KEYS = crowded(12, 6);

  /** Keys that share few buckets: what is gone must be told from what is kept beside it. */
  private static List<Key> crowded(int buckets, int each) {
    Map<Integer, List<Key>> found = new HashMap<>();
    var keys = new ArrayList<Key>();
    for (int i = 0; keys.size() < buckets * each; i++) {
      Key key = Key.of((i % 3 == 0 ? "a/" : "b/") + i);
      List<Key> bucket = found.computeIfAbsent(BucketSet.bucketOf(key), b -> new ArrayList<>());
      bucket.add(key);
      if (bucket.size() == each) {
        keys.addAll(bucket);
      }
    }
    return keys;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyCopyIsAlwaysWhatItSays(long batch) {
    for (long seed = batch * 1000; seed < batch * 1000 + 60; seed++) {
      try {
        new Run(seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** One copy, with what a transfer that broke off has left. */
  private static final class Copy {
    private final Filter filter;
    private TreeMap<Key, Versioned> rows = new TreeMap<>();
    private Token at = Token.NONE;
    private Tracking tracking = new Tracking(Token.NONE);
    private boolean knowsAll = true; // it never began from another one's copy
    private TreeMap<Key, Versioned> staged; // null for none
    private boolean beganFromNothing; // the staged one
    private Bringing bringing;

    private Copy(Filter filter) {
      this.filter = filter;
    }

    private Holding held() {
      if (staged != null && bringing.holding().first().compareTo(at) > 0) {
        return bringing.holding();
      }
      staged = null;
      return Holding.at(at);
    }
  }

  private static final class Run {
    private final SplittableRandom random;
    private final List<EncodedEntry> history = new ArrayList<>(); // revision r at index r - 1
    private final List<Copy> copies = new ArrayList<>();
    private long epoch = 1;

    private Run(long seed) {
      random = new SplittableRandom(seed);
      for (int i = 0; i < COPIES; i++) {
        copies.add(new Copy(i == COPIES - 1 ? Filter.parse(List.of("a/*")) : Filter.ALL));
      }
    }

    private void run() {
      for (int step = 0; step < STEPS; step++) {
        Copy one = copies.get(random.nextInt(COPIES));
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> publish();
          case 4, 5 -> follow(one, random.nextInt(8));
          case 6, 7, 8 -> bring(copies.get(random.nextInt(COPIES - 1)), one);
          default -> misfortune(one);
        }
      }
      copies.forEach(copy -> follow(copies.get(0), history.size()));
      for (Copy copy : copies) {
        while (!copy.at.equals(copies.get(0).at)) {
          bring(copies.get(0), copy);
        }
      }
    }

    private void publish() {
      epoch += random.nextInt(12) == 0 ? 1 : 0;
      long revision = history.size() + 1;
      var pairs = new ArrayList<Pair>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        Key key = KEYS.get(random.nextInt(KEYS.size()));
        boolean used = pairs.stream().anyMatch(pair -> pair.key().equals(key));
        if (!used && random.nextInt(3) == 0) {
          pairs.add(new Pair.Delete(key, false));
        } else if (!used) {
          var value = new Value(Bytes.utf8("v" + revision), Value.TEXT);
          pairs.add(new Pair.Put(key, value, revision, 1, 0));
        }
      }
      history.add(
          EntryCodec.encode(
              new Entry(epoch, revision, epoch, 1000 * revision, Optional.empty(), pairs)));
    }

    /** It is there, and takes what comes as it comes. */
    private void follow(Copy copy, int entries) {
      int from = (int) copy.at.revision();
      int to = Math.min(history.size(), from + entries);
      if (to == from) {
        return;
      }
      List<EncodedEntry> next =
          history.subList(from, to).stream()
              .map(entry -> copy.filter.narrow(entry.entry()))
              .flatMap(Optional::stream)
              .map(EntryCodec::encode)
              .toList();
      copy.tracking.onApplied(next, token(to));
      next.forEach(entry -> apply(copy.rows, entry.entry()));
      copy.at = token(to);
      check(copy);
    }

    private Token token(int revision) {
      return revision == 0 ? Token.NONE : history.get(revision - 1).entry().token();
    }

    private static void apply(TreeMap<Key, Versioned> rows, Entry entry) {
      for (Pair pair : entry.pairs()) {
        if (pair instanceof Pair.Put put) {
          rows.put(put.key(), Versioned.of(put, entry.token()));
        } else {
          rows.remove(pair.key());
        }
      }
    }

    private void check(Copy copy) {
      var expected = new TreeMap<Key, Versioned>();
      for (int revision = 1; revision <= copy.at.revision(); revision++) {
        apply(expected, history.get(revision - 1).entry());
      }
      expected.keySet().removeIf(key -> !copy.filter.accepts(key));
      assertThat(copy.rows).isEqualTo(expected);
    }

    /** {@code to} has been away: {@code from} brings it on, perhaps not to the end. */
    private void bring(Copy from, Copy to) {
      Holding held = to.held();
      if (from == to || from.at.compareTo(held.first()) < 0 || from.at.equals(to.at)) {
        return;
      }
      Optional<ChangedSince> changed = from.tracking.changedSince(held, from.at);
      if (from.knowsAll && !held.isNothing()) {
        assertThat(changed).as("what changed since " + held).isPresent();
      }
      begin(to, held, from.at, changed);
      ChangedRows pieces = pieces(from, held, changed, to.filter);
      int left = random.nextInt(3) == 0 ? random.nextInt(6) : Integer.MAX_VALUE;
      Optional<CopyPiece> piece;
      while (left-- > 0 && (piece = pieces.next(1 + random.nextInt(300))).isPresent()) {
        checkNeeded(held, changed, piece.get(), to.filter);
        take(to, piece.get());
      }
      if (left >= 0) {
        end(to, from.at);
      }
    }

    private static ChangedRows pieces(
        Copy from, Holding held, Optional<ChangedSince> changed, Filter filter) {
      Iterator<KeyVersion> rows =
          List.copyOf(from.rows.entrySet()).stream()
              .map(row -> new KeyVersion(row.getKey(), row.getValue()))
              .iterator();
      return changed
          .map(known -> ChangedRows.since(held, known, rows, UnaryOperator.identity(), filter))
          .orElseGet(() -> ChangedRows.whole(rows, filter));
    }

    private static void begin(Copy to, Holding held, Token at, Optional<ChangedSince> changed) {
      if (changed.isEmpty()) {
        to.staged = new TreeMap<>();
        to.beganFromNothing = true;
      } else if (to.staged == null) {
        to.staged = new TreeMap<>(to.rows);
        to.beganFromNothing = false;
      }
      to.bringing = Bringing.of(held, at, changed);
    }

    /** I6.3: nothing goes over that was there, and no key but beside one that may be gone. */
    private static void checkNeeded(
        Holding held, Optional<ChangedSince> changed, CopyPiece piece, Filter filter) {
      for (KeyVersion row : piece.rows()) {
        assertThat(filter.accepts(row.key())).isTrue();
        assertThat(changed.isEmpty() || row.versioned().revision() > since(held, row.key()))
            .as(row + " is new")
            .isTrue();
      }
      for (Key key : piece.kept()) {
        assertThat(filter.accepts(key)).isTrue();
        assertThat(changed.orElseThrow().gone().stream().anyMatch(set -> set.contains(key)))
            .as(key + " stands beside what may be gone")
            .isTrue();
      }
    }

    private static long since(Holding held, Key key) {
      return held.stretches().stream()
          .filter(stretch -> stretch.to().isEmpty() || key.compareTo(stretch.to().get()) <= 0)
          .findFirst()
          .orElseThrow()
          .at()
          .revision();
    }

    private static void take(Copy to, CopyPiece piece) {
      to.bringing.check(piece);
      var loses = to.bringing.losesIn(piece);
      behind(to).headMap(piece.upTo(), true).keySet().removeIf(loses);
      piece.rows().forEach(row -> to.staged.put(row.key(), row.versioned()));
      to.bringing.onTaken(piece);
    }

    private static java.util.NavigableMap<Key, Versioned> behind(Copy to) {
      return to.bringing.covered().map(key -> to.staged.tailMap(key, false)).orElse(to.staged);
    }

    private void end(Copy to, Token at) {
      behind(to).keySet().removeIf(to.bringing.losesBehind());
      to.bringing.tell(to.tracking);
      to.knowsAll &= !to.beganFromNothing;
      to.rows = to.staged;
      to.staged = null;
      to.at = at;
      check(to);
    }

    private void misfortune(Copy copy) {
      if (random.nextInt(4) == 0) { // its disk is lost
        copy.rows = new TreeMap<>();
        copy.at = Token.NONE;
        copy.tracking = new Tracking(Token.NONE);
        copy.knowsAll = true;
      } else { // it starts again
        copy.tracking = Tracking.decode(copy.tracking.encode(77), 77, copy.at);
      }
      copy.staged = null;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 20})
  void aFileThatIsNotWhatWasWrittenSaysThatNothingIsKnown(int cut) {
    var tracking = new Tracking(Token.NONE);
    tracking.onApplied(
        List.of(deletion(1, 4, KEYS.get(1)), deletion(1, 5, KEYS.get(0))), new Token(1, 5));
    byte[] file = tracking.encode(7);
    byte[] damaged = java.util.Arrays.copyOf(file, Math.max(0, file.length - cut));
    if (cut == 0) {
      damaged[2] ^= 1;
    }
    Tracking read = Tracking.decode(damaged, 7, new Token(1, 5));
    Holding before = Holding.at(new Token(1, 4));
    assertThat(tracking.changedSince(before, new Token(1, 5))).isPresent();
    assertThat(read.changedSince(before, new Token(1, 5))).isEmpty();
    assertThat(Tracking.decode(file, 8, new Token(1, 5)).changedSince(before, new Token(1, 5)))
        .as("another store's")
        .isEmpty();
    assertThat(Tracking.decode(file, 7, new Token(1, 6)).changedSince(before, new Token(1, 6)))
        .as("one from before")
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3})
  void aPositionOfAnotherHistoryIsNotBroughtOn(long epoch) {
    var tracking = new Tracking(Token.NONE);
    tracking.onApplied(List.of(deletion(2, 5, KEYS.get(0))), new Token(2, 5));
    tracking.onApplied(List.of(deletion(4, 6, KEYS.get(0))), new Token(4, 9));
    var at = new Token(4, 9);
    assertThat(tracking.changedSince(Holding.at(new Token(epoch, 5)), at)).isEmpty();
    assertThat(tracking.changedSince(Holding.at(new Token(2, 5)), at)).isPresent();
    assertThat(tracking.changedSince(Holding.at(new Token(4, 10)), at)).isEmpty();
  }

  private static EncodedEntry deletion(long epoch, long revision, Key key) {
    return EntryCodec.encode(
        new Entry(
            epoch, revision, epoch, 1, Optional.empty(), List.of(new Pair.Delete(key, false))));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 60})
  void howeverOftenItBreaksOffWhatIsHeldIsTold(int times) {
    Holding held = Holding.at(new Token(1, 10));
    for (int i = 0; i < times; i++) {
      held = held.advanced(Key.of(String.format("k%03d", times - i)), new Token(1, 11 + i));
    }
    assertThat(held.stretches()).hasSizeLessThanOrEqualTo(Holding.STRETCHES_MAX);
    assertThat(held.first()).isEqualTo(new Token(1, 10 + times));
    for (int i = 0; i < times; i++) { // no key is held newer than it came
      assertThat(Run.since(held, Key.of(String.format("k%03d", times - i))))
          .isLessThanOrEqualTo(11 + i);
    }
    assertThat(held.stretches().stream().map(Holding.Stretch::at).collect(Collectors.toSet()))
        .contains(new Token(1, 10));
  }

  @Test
  void noPieceHasMoreKeysThanItMay() {
    var rows = new TreeMap<Key, KeyVersion>();
    for (int i = 0; i < 40_000; i++) { // the shortest keys there are
      byte[] key = i < 256 ? new byte[] {(byte) i} : new byte[] {(byte) (i >> 8), (byte) i};
      var versioned = new Versioned(new Value(Bytes.EMPTY, Value.OCTETS), new Token(1, 1), 1, 1, 0);
      rows.put(new Key(Bytes.wrap(key)), new KeyVersion(new Key(Bytes.wrap(key)), versioned));
    }
    var everywhere = new ChangedSince(List.of(BucketSet.of(bucket -> true)), List.of());
    ChangedRows pieces =
        ChangedRows.since(
            Holding.at(new Token(1, 1)),
            everywhere,
            rows.values().iterator(),
            UnaryOperator.identity(),
            Filter.ALL);

    int kept = 0;
    Optional<CopyPiece> piece;
    while ((piece = pieces.next(StreamFrame.BATCH_BYTES)).isPresent()) {
      kept += piece.get().kept().size(); // it refuses to be made with too many
    }
    assertThat(kept).isEqualTo(rows.size());
  }
}
