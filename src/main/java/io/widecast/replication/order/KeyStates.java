package io.widecast.replication.order;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What each key holds after everything that the master has ordered: the store's map, and over it
 * the entries that the store has not applied yet. Conditions and versions are decided by it.
 */
final class KeyStates {

  private final Map<Key, Versioned> ordered = new HashMap<>(); // never iterated
  private Function<Key, Optional<Versioned>> applied;

  private final Map<Key, Long> deletedAt = new HashMap<>(); // never iterated

  /**
   * @param applied reads the store's map as of some position
   * @param above the entries ordered after that position
   */
  KeyStates(Function<Key, Optional<Versioned>> applied, List<EncodedEntry> above) {
    this.applied = applied;
    above.forEach(entry -> onOrdered(entry.entry()));
  }

  Optional<Versioned> find(Key key) {
    Versioned versioned = ordered.get(key);
    if (versioned != null) {
      return Optional.of(versioned);
    }
    return deletedAt.containsKey(key) ? Optional.empty() : applied.apply(key);
  }

  void onOrdered(Entry entry) {
    Token token = entry.token();
    for (Pair pair : entry.pairs()) {
      if (pair instanceof Pair.Put put) {
        ordered.put(put.key(), Versioned.of(put, token));
        deletedAt.remove(put.key());
      } else {
        ordered.remove(pair.key());
        deletedAt.put(pair.key(), token.revision());
      }
    }
  }

  /** The store's map has moved on by these entries. */
  void onApplied(Function<Key, Optional<Versioned>> map, List<EncodedEntry> entries) {
    applied = map;
    for (EncodedEntry entry : entries) {
      long revision = entry.revision();
      for (Pair pair : entry.entry().pairs()) {
        Versioned versioned = ordered.get(pair.key());
        if (versioned != null && versioned.revision() <= revision) {
          ordered.remove(pair.key());
        }
        Long deleted = deletedAt.get(pair.key());
        if (deleted != null && deleted <= revision) {
          deletedAt.remove(pair.key());
        }
      }
    }
  }
}
