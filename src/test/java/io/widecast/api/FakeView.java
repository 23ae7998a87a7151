package io.widecast.api;

import io.vertx.core.Context;
import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.View;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * A view over a sorted map that nobody changes any more. Says that it may be on disk, so that all
 * that reads it goes to a worker, where alone it can be read.
 */
record FakeView(Token token, NavigableMap<Key, Versioned> map) implements View {

  /** Reading may wait for a disk: never on an event loop. */
  private static void checkThread() {
    if (Context.isOnEventLoopThread()) {
      throw new AssertionError("the map is read on an event loop");
    }
  }

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
    checkThread();
    return Optional.ofNullable(map.get(key));
  }

  @Override
  public Iterator<KeyVersion> from(Bytes from) {
    checkThread();
    var tail = from.length() == 0 ? map : map.tailMap(new Key(from), true);
    return tail.entrySet().stream().map(e -> new KeyVersion(e.getKey(), e.getValue())).iterator();
  }
}
