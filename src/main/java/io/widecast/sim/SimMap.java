package io.widecast.sim;

import io.widecast.model.Entry;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The obvious map: what a store must be equal to. */
final class SimMap {

  private final TreeMap<Key, Versioned> rows = new TreeMap<>();
  private Token at = Token.NONE;

  SimMap() {}

  /** Holds what {@code source} holds and {@code filter} accepts. */
  SimMap(SimMap source, Filter filter) {
    source.rows.forEach(
        (key, versioned) -> {
          if (filter.accepts(key)) {
            rows.put(key, versioned);
          }
        });
    at = source.at;
  }

  /** Holds what stands in {@code source}. */
  SimMap(Token at, List<KeyVersion> source) {
    source.forEach(row -> rows.put(row.key(), row.versioned()));
    this.at = at;
  }

  void apply(Entry entry) {
    for (Pair pair : entry.pairs()) {
      if (pair instanceof Pair.Put put) {
        rows.put(put.key(), Versioned.of(put, entry.token()));
      } else {
        rows.remove(pair.key());
      }
    }
    at = entry.token();
  }

  /** Another one that is as this is. */
  SimMap copy() {
    return new SimMap(this, Filter.ALL);
  }

  void putIfNewer(KeyVersion row) {
    Versioned held = rows.get(row.key());
    if (held == null || held.revision() < row.versioned().revision()) {
      rows.put(row.key(), row.versioned());
    }
  }

  /** Removes those keys; asked for each, by rising key. */
  void removeIf(Predicate<Key> gone) {
    rows.keySet().removeIf(gone);
  }

  /** Nothing else happened up to {@code position}. */
  void moveTo(Token position) {
    at = position;
  }

  Optional<Versioned> find(Key key) {
    return Optional.ofNullable(rows.get(key));
  }

  Token at() {
    return at;
  }

  int size() {
    return rows.size();
  }

  List<KeyVersion> rows(Filter filter) {
    var found = new ArrayList<KeyVersion>();
    rows.forEach(
        (key, versioned) -> {
          if (filter.accepts(key)) {
            found.add(new KeyVersion(key, versioned));
          }
        });
    return found;
  }

  boolean sameRows(SimMap other) {
    return rows.equals(other.rows);
  }

  /** The first key on which the two differ, for a message. */
  String difference(SimMap other) {
    var keys = new java.util.TreeSet<>(rows.keySet());
    keys.addAll(other.rows.keySet());
    for (Key key : keys) {
      if (!find(key).equals(other.find(key))) {
        return key + ": " + describe(find(key)) + " here, " + describe(other.find(key)) + " there";
      }
    }
    return "none";
  }

  private static String describe(Optional<Versioned> versioned) {
    return versioned.map(found -> found.token() + " v" + found.version()).orElse("absent");
  }
}
