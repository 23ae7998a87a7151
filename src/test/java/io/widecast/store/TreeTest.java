package io.widecast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.store.redo.Row;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreeTest {

  static LongStream seeds() {
    return LongStream.range(0, Math.max(20, Long.getLong("widecast.seeds", 500) / 10));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void isTheSameAsATreeMapAfterEveryBatch(long seed) {
    var random = new SplittableRandom(seed);
    int keys = 1 << random.nextInt(1, 12);
    int deletesOfTen = random.nextInt(9);
    var model = new TreeMap<Bytes, Versioned>();
    TreeView view = TreeView.EMPTY;
    for (int batch = 1; batch <= 60; batch++) {
      var edit = new TreeEdit(view, batch);
      for (int i = random.nextInt(80); i >= 0; i--) {
        Key key = key(random, keys);
        var token = new Token(1, batch);
        if (random.nextInt(10) < deletesOfTen) {
          boolean there = model.remove(key.bytes()) != null;
          assertThat(edit.remove(key.bytes().toArray(), batch)).isEqualTo(there);
        } else {
          Pair.Put put = put(key, random);
          edit.put(Row.of(put, token));
          model.put(key.bytes(), Versioned.of(put, token));
        }
      }
      view = edit.done(new Token(1, batch));
      assertSame(view, model, random);
    }
    emptyAgain(view, model);
  }

  private static void emptyAgain(TreeView full, TreeMap<Bytes, Versioned> model) {
    var edit = new TreeEdit(full, 1000);
    model.keySet().forEach(key -> edit.remove(key.toArray(), 1000));
    TreeView empty = edit.done(new Token(1, 1000));
    assertThat(empty.size()).isZero();
    assertThat(empty.contentBytes()).isZero();
    assertThat(empty.root().isLeaf()).isTrue();
    assertThat(empty.from(Bytes.EMPTY).hasNext()).isFalse();
  }

  private static void assertSame(
      TreeView view, TreeMap<Bytes, Versioned> model, SplittableRandom random) {
    assertThat(view.size()).isEqualTo(model.size());
    long bytes =
        model.entrySet().stream()
            .mapToLong(row -> row.getKey().length() + row.getValue().value().bytes().length())
            .sum();
    assertThat(view.contentBytes()).isEqualTo(bytes);
    Bytes from = random.nextBoolean() ? Bytes.EMPTY : key(random, 4096).bytes();
    Iterator<KeyVersion> rows = view.from(from);
    for (Map.Entry<Bytes, Versioned> row : model.tailMap(from).entrySet()) {
      assertThat(rows.next()).isEqualTo(new KeyVersion(new Key(row.getKey()), row.getValue()));
    }
    assertThat(rows.hasNext()).isFalse();
    Key any = key(random, 4096);
    assertThat(view.find(any).orElse(null)).isEqualTo(model.get(any.bytes()));
    checkShape(view.root(), null, null, true);
  }

  /** No node over its bound or empty, keys rising and between the separators, marks not too low. */
  private static long checkShape(TreeNode node, byte[] low, byte[] high, boolean root) {
    assertTrue(node.count <= node.capacity() && (root || node.count > 0));
    long newest = 0;
    for (int i = 0; i < node.count; i++) {
      if (node.isLeaf()) {
        assertTrue(low == null || Row.compareToKey(node.keys[i], low) >= 0);
        assertTrue(high == null || Row.compareToKey(node.keys[i], high) < 0);
        assertTrue(i == 0 || Row.compare(node.keys[i - 1], node.keys[i]) < 0);
        newest = Math.max(newest, Row.revision(node.keys[i]));
      } else {
        byte[] childLow = i == 0 ? low : node.keys[i];
        byte[] childHigh = i + 1 == node.count ? high : node.keys[i + 1];
        newest = Math.max(newest, checkShape(node.children[i], childLow, childHigh, false));
      }
    }
    assertTrue(node.revision >= newest);
    return node.revision;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName("I2.1 a view stays as it was, whatever is written later")
  void anOldViewStaysAsItWas(long seed) {
    var random = new SplittableRandom(seed);
    var views = new ArrayList<TreeView>();
    var models = new ArrayList<TreeMap<Bytes, Versioned>>();
    var model = new TreeMap<Bytes, Versioned>();
    TreeView view = TreeView.EMPTY;
    for (int batch = 1; batch <= 30; batch++) {
      view = randomBatch(view, batch, model, random);
      views.add(view);
      models.add(new TreeMap<>(model));
    }
    for (int i = 0; i < views.size(); i++) {
      assertSame(views.get(i), models.get(i), random);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsExactlyTheRowsThatChangedSinceARevision(long seed) {
    var random = new SplittableRandom(seed);
    var model = new TreeMap<Bytes, Versioned>();
    TreeView view = TreeView.EMPTY;
    for (int batch = 1; batch <= 30; batch++) {
      view = randomBatch(view, batch, model, random);
    }
    for (long after = 0; after <= 30; after++) {
      var found = new ArrayList<Bytes>();
      view.rowsAfter(after).forEachRemaining(row -> found.add(Row.key(row).bytes()));
      long since = after;
      assertThat(found)
          .isEqualTo(
              model.entrySet().stream()
                  .filter(row -> row.getValue().revision() > since)
                  .map(Map.Entry::getKey)
                  .toList());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aLoadedTreeTakesChangesLikeAnyOther(long seed) {
    var random = new SplittableRandom(seed);
    var model = new TreeMap<Bytes, Versioned>();
    TreeView source = TreeView.EMPTY;
    for (int batch = 1; batch <= random.nextInt(1, 40); batch++) {
      source = randomBatch(source, batch, model, random);
    }
    var loader = new TreeLoader();
    source
        .rows()
        .forEachRemaining(
            row -> {
              assertThat(loader.follows(row)).isTrue();
              loader.add(row);
              assertThat(loader.follows(row)).isFalse();
            });
    TreeView loaded = loader.done(source.token());
    assertSame(loaded, model, random);
    for (int batch = 41; batch <= 50; batch++) {
      loaded = randomBatch(loaded, batch, model, random);
      assertSame(loaded, model, random);
    }
  }

  @Test
  void readersOnOtherThreadsSeeWholeBatches() throws Exception {
    var current = new AtomicReference<>(TreeView.EMPTY);
    ExecutorService readers = Executors.newFixedThreadPool(2);
    try {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < 2; i++) {
        running.add(readers.submit(() -> readUntil(current, 2000)));
      }
      for (int batch = 1; batch <= 2000; batch++) {
        var edit = new TreeEdit(current.get(), batch);
        for (int i = 0; i < 64; i++) { // every row of a view is of one revision
          edit.put(Row.of(put(Key.of("key-" + i), new SplittableRandom(i)), new Token(1, batch)));
        }
        current.set(edit.done(new Token(1, batch)));
      }
      for (Future<?> reader : running) {
        reader.get(60, TimeUnit.SECONDS);
      }
    } finally {
      readers.shutdownNow();
    }
  }

  private static void readUntil(AtomicReference<TreeView> current, long revision) {
    TreeView view;
    do {
      view = current.get();
      long expected = view.token().revision();
      for (Iterator<KeyVersion> rows = view.from(Bytes.EMPTY); rows.hasNext(); ) {
        assertEquals(expected, rows.next().versioned().revision());
      }
    } while (view.token().revision() < revision);
  }

  private static TreeView randomBatch(
      TreeView view, int batch, TreeMap<Bytes, Versioned> model, SplittableRandom random) {
    var edit = new TreeEdit(view, batch);
    var token = new Token(1, batch);
    for (int i = random.nextInt(60); i >= 0; i--) {
      Key key = key(random, 1500);
      if (random.nextInt(4) == 0) {
        edit.remove(key.bytes().toArray(), batch);
        model.remove(key.bytes());
      } else {
        Pair.Put put = put(key, random);
        edit.put(Row.of(put, token));
        model.put(key.bytes(), Versioned.of(put, token));
      }
    }
    return edit.done(token);
  }

  private static Pair.Put put(Key key, SplittableRandom random) {
    byte[] value = new byte[random.nextInt(30)];
    random.nextBytes(value);
    List<String> types = List.of(Value.OCTETS, Value.TEXT, Value.JSON, "image/png");
    return new Pair.Put(
        key, new Value(Bytes.wrap(value), types.get(random.nextInt(4))), 1, 1, random.nextInt(3));
  }

  /** Keys whose bytes go over 127, and of which some begin others. */
  private static Key key(SplittableRandom random, int keys) {
    int number = random.nextInt(keys);
    byte[] bytes = new byte[1 + number % 5];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (number >>> (3 * i));
    }
    return new Key(Bytes.wrap(bytes));
  }
}
