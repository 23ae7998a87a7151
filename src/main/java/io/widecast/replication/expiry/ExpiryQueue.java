package io.widecast.replication.expiry;

import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys that have a time to live, by when it is over. Every node keeps it up to date, so that
 * any core node can go on as master. Memory is bounded by the number of such keys. Not thread-safe.
 */
public final class ExpiryQueue {

  /** A key whose time is over, and the write that gave it that time. */
  public record Due(Key key, Token token) {}

  private record Planned(long atMillis, Token token) {}

  private final Map<Key, Planned> byKey = new HashMap<>(); // never iterated
  private final TreeMap<Long, TreeMap<Key, Token>> byTime = new TreeMap<>();

  /** {@code key} holds this now. */
  public void onPut(Key key, Versioned versioned) {
    onGone(key);
    if (versioned.expiresAtMillis() > 0) {
      var planned = new Planned(versioned.expiresAtMillis(), versioned.token());
      byKey.put(key, planned);
      byTime.computeIfAbsent(planned.atMillis(), at -> new TreeMap<>()).put(key, planned.token());
    }
  }

  /** {@code key} is absent now. */
  public void onGone(Key key) {
    Planned planned = byKey.remove(key);
    if (planned != null) {
      TreeMap<Key, Token> sameTime = byTime.get(planned.atMillis());
      sameTime.remove(key);
      if (sameTime.isEmpty()) {
        byTime.remove(planned.atMillis());
      }
    }
  }

  /** Begins anew with the keys of a whole map. */
  public void reset(Iterable<KeyVersion> rows) {
    byKey.clear();
    byTime.clear();
    rows.forEach(row -> onPut(row.key(), row.versioned()));
  }

  /** Up to {@code max} keys whose time was over at {@code nowMillis}; they stay until deleted. */
  public List<Due> due(long nowMillis, int max) {
    var due = new ArrayList<Due>();
    for (TreeMap<Key, Token> sameTime : byTime.headMap(nowMillis, true).values()) {
      for (Map.Entry<Key, Token> one : sameTime.entrySet()) {
        if (due.size() == max) {
          return due;
        }
        due.add(new Due(one.getKey(), one.getValue()));
      }
    }
    return due;
  }

  public int size() {
    return byKey.size();
  }
}
