package io.widecast.store.container;

import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.TreeMap;

/** The obvious map: what a view must be equal to. */
final class Model {

  final TreeMap<Key, Versioned> rows = new TreeMap<>();
  Token token = Token.NONE;

  Model copy() {
    var copy = new Model();
    copy.rows.putAll(rows);
    copy.token = token;
    return copy;
  }

  void apply(Entry entry) {
    for (Pair pair : entry.pairs()) {
      if (pair instanceof Pair.Put put) {
        rows.put(put.key(), Versioned.of(put, entry.token()));
      } else {
        rows.remove(pair.key());
      }
    }
    token = entry.token();
  }

  long contentBytes() {
    long bytes = 0;
    for (var row : rows.entrySet()) {
      bytes += row.getKey().sizeBytes() + row.getValue().value().bytes().length();
    }
    return bytes;
  }
}
