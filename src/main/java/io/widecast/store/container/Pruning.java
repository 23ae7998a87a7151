package io.widecast.store.container;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.store.snapshot.Forest;
import io.widecast.store.snapshot.Head;
import io.widecast.store.tree.Place;
import java.util.Arrays;
import java.util.List;

/**
 * Removes versions that nobody sees any more, in steps between which the owner does other work: in
 * all leaves, or in those that hold keys which a piece of the log has changed. A leaf is looked at
 * once for all its keys; so the longer that piece, the less each of its publishes costs.
 */
public final class Pruning {

  private static final int STEP_LEAVES = 32;

  private final byte[][] keys; // by rising order; null for all there are
  private final Token upTo;
  private Place next; // null when nothing is left

  private Pruning(byte[][] keys, Token upTo) {
    this.keys = keys;
    this.upTo = upTo;
    this.next = Place.FIRST;
  }

  /**
   * @param entries publishes that come right behind {@link Container#pruned}
   * @param upTo where that is once they are done; not above the horizon
   */
  public static Pruning of(List<EncodedEntry> entries, Token upTo) {
    byte[][] keys =
        entries.stream()
            .flatMap(entry -> entry.entry().pairs().stream())
            .filter(Pruning::replaces)
            .map(pair -> pair.key().bytes().unsafeArray())
            .sorted(Arrays::compareUnsigned)
            .toArray(byte[][]::new);
    var pruning = new Pruning(keys, upTo);
    pruning.next = pruning.nextKey(Place.FIRST);
    return pruning;
  }

  /** Of every key, where the log no longer says which have changed. */
  public static Pruning ofAll(Token upTo) {
    return new Pruning(null, upTo);
  }

  /** A first version has replaced nothing, or a delete, which is an entry of its own. */
  private static boolean replaces(Pair pair) {
    return !(pair instanceof Pair.Put put && put.version() == 1);
  }

  Token upTo() {
    return upTo;
  }

  /** Prunes some leaves; whether there is more to do. */
  boolean step(Forest forest, Head head, long horizon) {
    for (int i = 0; i < STEP_LEAVES && next != null; i++) {
      Place end = forest.pruneLeaf(head, next, horizon);
      next = end == null || keys == null ? end : nextKey(end);
    }
    forest.freePruned();
    return next != null;
  }

  /** The first place at or behind {@code from} that one of the keys has; null when none has. */
  private Place nextKey(Place from) {
    int index = Arrays.binarySearch(keys, from.key(), Arrays::compareUnsigned);
    if (index >= 0) {
      return from; // newer versions of that key stand before it, and are done
    }
    int behind = -index - 1;
    return behind == keys.length ? null : new Place(keys[behind], Long.MAX_VALUE);
  }
}
