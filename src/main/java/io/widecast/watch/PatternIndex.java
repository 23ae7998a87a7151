package io.widecast.watch;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Finds the targets whose patterns match a key without trying every pattern. A pattern is filed
 * under the literal bytes that all its keys begin with; a key is looked up under each of its own
 * beginnings that has a length some pattern has, with one hash rolled over its bytes. The cost is
 * the number of different lengths, then one match for each pattern found, however many others there
 * are.
 */
final class PatternIndex<T> {

  private record Filed<T>(Pattern pattern, T target) {}

  private final Map<Prefix, List<Filed<T>>> byPrefix = new HashMap<>();
  private final TreeMap<Integer, Integer> lengthCounts = new TreeMap<>();
  private final Prefix probe = new Prefix(new byte[0], 0, 1);
  private int[] lengths = {};

  void add(Pattern pattern, T target) {
    Prefix prefix = Prefix.of(pattern.literalPrefix());
    byPrefix.computeIfAbsent(prefix, p -> new ArrayList<>(1)).add(new Filed<>(pattern, target));
    lengthCounts.merge(prefix.length, 1, Integer::sum);
    lengths = lengthCounts.keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  void remove(Pattern pattern, T target) {
    Prefix prefix = Prefix.of(pattern.literalPrefix());
    List<Filed<T>> filed = byPrefix.get(prefix);
    if (filed == null || !filed.remove(new Filed<>(pattern, target))) {
      throw new IllegalArgumentException("not filed: " + pattern);
    }
    if (filed.isEmpty()) {
      byPrefix.remove(prefix);
    }
    lengthCounts.computeIfPresent(prefix.length, (length, n) -> n == 1 ? null : n - 1);
    lengths = lengthCounts.keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  /** Hands over the target of each pattern that matches: one with two such patterns twice. */
  void forEachMatch(Key key, Consumer<T> found) {
    byte[] bytes = key.bytes().unsafeArray();
    int hash = 1;
    int hashed = 0;
    for (int length : lengths) {
      if (length > bytes.length) {
        return;
      }
      while (hashed < length) {
        hash = 31 * hash + bytes[hashed++];
      }
      List<Filed<T>> filed = byPrefix.get(probe.over(bytes, length, hash));
      if (filed != null) {
        for (int i = 0; i < filed.size(); i++) {
          if (filed.get(i).pattern().matches(key)) {
            found.accept(filed.get(i).target());
          }
        }
      }
    }
  }

  /** The first bytes of an array, hashed as {@link Arrays#hashCode(byte[])} does. */
  private static final class Prefix {

    private byte[] bytes;
    private int length;
    private int hash;

    private Prefix(byte[] bytes, int length, int hash) {
      this.bytes = bytes;
      this.length = length;
      this.hash = hash;
    }

    private static Prefix of(Bytes prefix) {
      byte[] bytes = prefix.toArray();
      return new Prefix(bytes, bytes.length, Arrays.hashCode(bytes));
    }

    /** Turns this one, which only asks, into another question. */
    private Prefix over(byte[] of, int newLength, int newHash) {
      bytes = of;
      length = newLength;
      hash = newHash;
      return this;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Prefix prefix
          && length == prefix.length
          && Arrays.equals(bytes, 0, length, prefix.bytes, 0, length);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
