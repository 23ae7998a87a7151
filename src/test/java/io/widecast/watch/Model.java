package io.widecast.watch;

import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.store.Applied;
import io.widecast.store.View;
import io.widecast.wire.EntryCodec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The truth: every entry ever, and the map after each of them. */
final class Model {

  private record At(Token token, NavigableMap<Key, Versioned> map, boolean isInMemory)
      implements View {

    @Override
    public boolean equals(Object other) {
      return other instanceof At at && at.token.equals(token);
    }

    @Override
    public int hashCode() {
      return token.hashCode();
    }

    @Override
    public long size() {
      return map.size();
    }

    @Override
    public long contentBytes() {
      return 0;
    }

    @Override
    public Optional<Versioned> find(Key key) {
      return Optional.ofNullable(map.get(key));
    }

    @Override
    public Iterator<KeyVersion> from(Bytes from) {
      var tail = from.length() == 0 ? map : map.tailMap(new Key(from), true);
      return tail.entrySet().stream()
          .map(e -> new KeyVersion(e.getKey(), e.getValue()))
          .toList()
          .iterator();
    }
  }

  private final List<EncodedEntry> entries = new ArrayList<>();
  private final boolean inMemory;
  private final List<At> history = new ArrayList<>();
  private long epoch = 1;
  private long logFrom = 1;

  Model() {
    this(true);
  }

  /**
   * @param inMemory whether views say that they can be read at once
   */
  Model(boolean inMemory) {
    this.inMemory = inMemory;
    history.add(new At(Token.NONE, new TreeMap<>(), inMemory));
  }

  Token position() {
    return history.get(history.size() - 1).token();
  }

  View view() {
    return history.get(history.size() - 1);
  }

  NavigableMap<Key, Versioned> mapAt(long revision) {
    return history.get((int) revision).map();
  }

  boolean isReal(Token token) {
    return token.revision() < history.size()
        && history.get((int) token.revision()).token().equals(token);
  }

  void nextEpoch() {
    epoch++;
  }

  /** One publish: each key gets a new value, or, if held and {@code delete}, goes. */
  EncodedEntry publish(List<Key> keys, boolean delete) {
    long revision = history.size();
    var token = new Token(epoch, revision);
    var map = new TreeMap<>(view() instanceof At at ? at.map() : new TreeMap<>());
    var pairs = new ArrayList<Pair>();
    for (Key key : keys) {
      Versioned before = map.get(key);
      if (delete && before != null) {
        pairs.add(new Pair.Delete(key, false));
        map.remove(key);
      } else {
        long version = before == null ? 1 : before.version() + 1;
        long created = before == null ? revision : before.createRevision();
        var value = new Value(Bytes.utf8("value of " + revision), Value.TEXT);
        var put = new Pair.Put(key, value, version, created, 0);
        pairs.add(put);
        map.put(key, Versioned.of(put, token));
      }
    }
    var entry = new Entry(epoch, revision, position().epoch(), 0, Optional.empty(), pairs);
    entries.add(EntryCodec.encode(entry));
    history.add(new At(token, map, inMemory));
    return entries.get(entries.size() - 1);
  }

  Applied applied(List<EncodedEntry> now, boolean jumped) {
    return new Applied(view(), now, jumped);
  }

  /** The log loses everything below {@code revision}. */
  void forgetBelow(long revision) {
    logFrom = Math.max(logFrom, revision);
  }

  LogSlice read(LogRead wanted) {
    if (wanted.after() + 1 < logFrom) {
      return new LogSlice(false, List.of());
    }
    var slice = new ArrayList<EncodedEntry>();
    int bytes = 0;
    for (int i = (int) wanted.after(); i < entries.size(); i++) {
      if (!slice.isEmpty() && bytes > wanted.bytesMax()) {
        break;
      }
      slice.add(entries.get(i));
      bytes += entries.get(i).sizeBytes();
    }
    return new LogSlice(true, slice);
  }

  /**
   * How many events of the revisions above {@code after} up to {@code upTo} concern a selection.
   */
  long events(Selection selection, long after, long upTo) {
    return entries.subList((int) after, (int) upTo).stream()
        .flatMap(entry -> entry.entry().pairs().stream())
        .filter(pair -> selection.matches(pair.key()))
        .count();
  }
}
