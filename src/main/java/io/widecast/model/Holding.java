package io.widecast.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a copy holds while it is being brought up to date, in key order: each stretch of keys as it
 * stood at some position. A copy that is not being brought up to date is one stretch. Immutable.
 *
 * <p>A transfer goes by rising key, so one that was cut off leaves its keys up to the last that
 * came newer than the rest; the next goes on from there, and what has come need not come again.
 *
 * @param stretches by rising end, the last one without; positions do not rise. Keys of a stretch at
 *     {@link Token#NONE}, which only the last can be, are not held at all
 */
public record Holding(List<Stretch> stretches) {

  /** With more interruptions the oldest stretches are told as one. */
  public static final int STRETCHES_MAX = 8;

  /** Nothing. */
  public static final Holding NOTHING = at(Token.NONE);

  /**
   * @param to the last key that belongs to it; empty for all the rest
   */
  public record Stretch(Optional<Key> to, Token at) {}

  public Holding {
    stretches = List.copyOf(stretches);
    if (stretches.isEmpty() || stretches.size() > STRETCHES_MAX) {
      throw new IllegalArgumentException(stretches.size() + " stretches");
    }
    for (int i = 0; i < stretches.size(); i++) {
      boolean last = i == stretches.size() - 1;
      boolean ends = stretches.get(i).to.isPresent() != last;
      boolean follows = i == 0 || follows(stretches.get(i - 1), stretches.get(i));
      if (!ends || !follows || !last && stretches.get(i).at.revision() == 0) {
        throw new IllegalArgumentException("stretch " + i + " of " + stretches);
      }
    }
  }

  private static boolean follows(Stretch before, Stretch next) {
    boolean rises = next.to.isEmpty() || before.to.orElseThrow().compareTo(next.to.get()) < 0;
    return rises && next.at.compareTo(before.at) <= 0;
  }

  /** All keys as they stood at {@code at}. */
  public static Holding at(Token at) {
    return new Holding(List.of(new Stretch(Optional.empty(), at)));
  }

  /** Whether nothing is held. */
  public boolean isNothing() {
    return first().revision() == 0;
  }

  /** The newest position: no copy can be brought to an older one. */
  public Token first() {
    return stretches.get(0).at;
  }

  /**
   * What is held once keys up to {@code to} are as of {@code at}.
   *
   * @param at not below {@link #first}
   */
  public Holding advanced(Key to, Token at) {
    var advanced = new ArrayList<Stretch>();
    advanced.add(new Stretch(Optional.of(to), at));
    for (Stretch stretch : stretches) {
      if (stretch.to.isEmpty() || stretch.to.get().compareTo(to) > 0) {
        advanced.add(stretch);
      }
    }
    if (advanced.size() > 1 && advanced.get(1).at.equals(at) && advanced.get(1).to.isPresent()) {
      advanced.remove(0); // it was so already
    }
    while (advanced.size() > STRETCHES_MAX) {
      advanced.remove(advanced.size() - 3); // belongs to the next, which is older
    }
    return new Holding(advanced);
  }
}
