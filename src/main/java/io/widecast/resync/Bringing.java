package io.widecast.resync;

import io.widecast.model.BucketSet;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.Holding;
import io.widecast.model.Holding.Stretch;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Receiving half of a transfer: says what each piece does to the copy that is being brought on, and
 * what is held after it. A key of a bucket in which something may be gone goes when a piece covers
 * its range and does not name it; so a piece that did not come removes nothing.
 *
 * <p>Not thread-safe.
 */
public final class Bringing {

  private static final ChangedSince ALL = new ChangedSince(List.of(BucketSet.NONE), List.of());

  private final Token at;
  private final ChangedSince changed;
  private final List<Stretch> stretches; // as held when it began
  private final List<BucketSet> gone;
  private final boolean mayLose;
  private Holding holding;
  private Key last; // that a piece has covered; null before the first
  private int stretch; // of the last key that was asked about

  /**
   * @param held what the copy was; {@link Holding#NOTHING} with all to come
   * @param changed empty where all is to come: what was held is forgotten
   */
  public static Bringing of(Holding held, Token at, Optional<ChangedSince> changed) {
    return changed
        .map(known -> new Bringing(held, at, known))
        .orElseGet(() -> new Bringing(Holding.NOTHING, at, ALL));
  }

  /**
   * @param held what the copy was
   * @param changed of it, up to {@code at}
   * @throws IllegalArgumentException when they do not go together
   */
  private Bringing(Holding held, Token at, ChangedSince changed) {
    if (changed.gone().size() != held.stretches().size() || held.first().compareTo(at) > 0) {
      throw new IllegalArgumentException(
          "changes of " + changed.gone().size() + " stretches up to " + at + " for " + held);
    }
    this.at = at;
    this.changed = changed;
    this.stretches = held.stretches();
    this.gone = changed.gone();
    this.mayLose = gone.stream().anyMatch(set -> !set.isEmpty());
    this.holding = held;
  }

  /** What is held now, whatever comes after. */
  public Holding holding() {
    return holding;
  }

  /** Of keys that no piece has covered yet, those behind it. */
  public Optional<Key> covered() {
    return Optional.ofNullable(last);
  }

  /** Whether anything can be gone at all: if not, nobody need look. */
  public boolean mayLose() {
    return mayLose;
  }

  /**
   * Checks a piece before anything is done with it.
   *
   * @throws IllegalArgumentException when its keys do not rise from what came before, or a row is
   *     newer than the transfer
   */
  public void check(CopyPiece piece) {
    Key before = last;
    for (KeyVersion row : piece.rows()) {
      boolean fits = before == null || before.compareTo(row.key()) < 0;
      if (!fits || row.versioned().revision() > at.revision()) {
        throw new IllegalArgumentException(
            "row " + row.key() + " of " + row.versioned().token() + " has no place at " + at);
      }
      before = row.key();
    }
    Key keptBefore = last;
    for (Key key : piece.kept()) {
      if (keptBefore != null && keptBefore.compareTo(key) >= 0) {
        throw new IllegalArgumentException("key " + key + " has no place behind " + keptBefore);
      }
      keptBefore = key;
    }
    for (Key end : new Key[] {before, keptBefore}) {
      if (end != null && end.compareTo(piece.upTo()) > 0) {
        throw new IllegalArgumentException(end + " in a piece that ends at " + piece.upTo());
      }
    }
    if (last != null && last.compareTo(piece.upTo()) > 0) {
      throw new IllegalArgumentException("a piece ends at " + piece.upTo() + ", behind " + last);
    }
  }

  /**
   * Which keys held in the range of {@code piece}, behind {@link #covered} and up to its end, are
   * gone: to be asked for all of them, by rising key.
   */
  public Predicate<Key> losesIn(CopyPiece piece) {
    var rows = new Named(piece.rows().stream().map(KeyVersion::key).iterator());
    var kept = new Named(piece.kept().iterator());
    return key -> mayBeGone(key) && !rows.has(key) & !kept.has(key);
  }

  /** As {@link #losesIn}, for those behind the last piece, once the transfer came to its end. */
  public Predicate<Key> losesBehind() {
    return this::mayBeGone;
  }

  /** Keys in a list, asked for by rising key. */
  private static final class Named {
    private final Iterator<Key> keys;
    private Key next; // null at the end

    private Named(Iterator<Key> keys) {
      this.keys = keys;
      this.next = keys.hasNext() ? keys.next() : null;
    }

    private boolean has(Key key) {
      while (next != null && next.compareTo(key) < 0) {
        next = keys.hasNext() ? keys.next() : null;
      }
      return key.equals(next);
    }
  }

  /** The piece is in the copy, with what it lost. */
  public void onTaken(CopyPiece piece) {
    last = piece.upTo();
    holding = holding.advanced(last, at);
  }

  /**
   * The copy is about to be shown. Where it began from nothing, what was deleted before is not
   * known, whatever this node knew of the map that it had.
   */
  public void tell(Tracking tracking) {
    if (stretches.get(stretches.size() - 1).at().revision() == 0) {
      tracking.reset(at);
    } else {
      tracking.onBrought(at, changed);
    }
  }

  private boolean mayBeGone(Key key) {
    while (stretches.get(stretch).to().isPresent()
        && key.compareTo(stretches.get(stretch).to().get()) > 0) {
      stretch++;
    }
    return gone.get(stretch).contains(key);
  }
}
