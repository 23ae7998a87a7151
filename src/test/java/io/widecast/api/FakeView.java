package io.widecast.api;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.View;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.Optional;

/** A view over a sorted map that nobody changes any more. */
record FakeView(Token token, NavigableMap<Key, Versioned> map) implements View {

  @Override
  public long size() {
    return map.size();
  }

  @Override
  public long contentBytes() {
    return map.entrySet().stream()
        .mapToLong(e -> e.getKey().sizeBytes() + e.getValue().value().bytes().length())
        .sum();
  }

  @Override
  public Optional<Versioned> find(Key key) {
    return Optional.ofNullable(map.get(key));
  }

  @Override
  public Iterator<KeyVersion> from(Bytes from) {
    var tail = from.length() == 0 ? map : map.tailMap(new Key(from), true);
    return tail.entrySet().stream().map(e -> new KeyVersion(e.getKey(), e.getValue())).iterator();
  }
}
