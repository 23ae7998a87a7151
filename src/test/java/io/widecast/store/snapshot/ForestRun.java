package io.widecast.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.sim.SimDisk;
import io.widecast.store.segment.Segments;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.MiddleMap;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.TreeReader;
import io.widecast.store.tree.ValueBlocks;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A forest with a sorted map beside each of its trees. */
final class ForestRun {

  final Segments segments = new Segments(new SimDisk(), 5, 128 << 10, 1 << 20);
  final Pages pages = new Pages(segments, 1 << 20);
  final MiddleMap map;
  final Forest forest;
  final Deletion deletion;
  final TreeMap<Long, TreeMap<Place, String>> heads = new TreeMap<>();
  final TreeMap<Long, TreeMap<Place, String>> rows = new TreeMap<>();
  private long revision;

  ForestRun(int bufferBytes, boolean sorted) throws IOException {
    segments.recover(List.of(), 1, 1);
    map = new MiddleMap(pages, null, 0);
    forest = new Forest(pages, map);
    deletion = new Deletion(forest, bufferBytes, sorted);
  }

  ForestRun() throws IOException {
    this(1 << 10, true);
  }

  private void publish() {
    pages.beginEdit();
    pages.reuseFreed();
  }

  // ---- work

  Head head() {
    Head head = forest.newHead(Token.NONE);
    heads.put(head.id(), new TreeMap<>());
    return head;
  }

  void put(Head head, String key) {
    put(head, key, 0);
  }

  /** A value that names its key and revision, so that no other can pass for it. */
  void put(Head head, String key, int valueBytes) {
    Token token = new Token(1, ++revision);
    String text = key.substring(0, Math.min(20, key.length())) + "@" + revision;
    text += "x".repeat(Math.max(0, valueBytes - text.length()));
    var value = new Value(Bytes.utf8(text), Value.TEXT);
    forest.apply(head, new Pair.Put(Key.of(key), value, 1, revision, 0), token);
    heads.get(head.id()).put(new Place(Key.of(key).bytes().unsafeArray(), revision), text);
    publish();
  }

  void delete(Head head, String key) {
    Token token = new Token(1, ++revision);
    Cell before = forest.apply(head, new Pair.Delete(Key.of(key), false), token);
    if (before != null) {
      heads.get(head.id()).put(new Place(Key.of(key).bytes().unsafeArray(), revision), "");
    }
    publish();
  }

  /** Removes what is replaced, and deletes. */
  void prune(Head head, String key) {
    byte[] bytes = Key.of(key).bytes().unsafeArray();
    while (!forest.prune(head, bytes, Long.MAX_VALUE, 3)) {
      // a few versions at a time
    }
    var versions =
        heads
            .get(head.id())
            .subMap(new Place(bytes, Long.MAX_VALUE), true, Place.behind(bytes), false);
    String newest = versions.isEmpty() ? "" : versions.firstEntry().getValue();
    while (versions.size() > (newest.isEmpty() ? 0 : 1)) {
      versions.pollLastEntry();
    }
    publish();
  }

  /** Removes what nobody sees at {@code horizon} or above, leaf by leaf. */
  void pruneLeaves(Head head, long horizon) {
    int leaves = 0;
    for (Place next = Place.FIRST; next != null; leaves++) {
      next = forest.pruneLeaf(head, next, horizon);
      if (leaves % 3 == 0) {
        forest.freePruned();
        publish();
      }
    }
    forest.freePruned();
    publish();
    byte[] key = null;
    boolean seen = false; // the key's version that stands at the horizon
    for (Place place : List.copyOf(heads.get(head.id()).keySet())) {
      if (!java.util.Arrays.equals(key, place.key())) {
        key = place.key();
        seen = false;
      }
      if (place.revision() <= horizon) {
        String value = heads.get(head.id()).get(place);
        if (seen || value.isEmpty()) {
          heads.get(head.id()).remove(place);
        }
        seen = true;
      }
    }
  }

  /** The newest revision so far. */
  long revision() {
    return revision;
  }

  /** Puts and forgets what was there before: keys have one version only. */
  void overwrite(Head head, String key) {
    put(head, key);
    prune(head, key);
  }

  void erase(Head head, String key) {
    delete(head, key);
    prune(head, key);
  }

  SnapshotRow snapshot(Head head) {
    final int pagesBefore = pages.count();
    SnapshotRow row = forest.snapshot(head, "s" + forest.nextId(), 0);
    assertThat(pages.count()).as("I2.5: a snapshot writes no page").isEqualTo(pagesBefore);
    rows.put(row.id(), new TreeMap<>(heads.get(head.id())));
    return row;
  }

  Head cloneOf(SnapshotRow row) {
    final int pagesBefore = pages.count();
    Head head = forest.cloneOf(row);
    assertThat(pages.count()).isEqualTo(pagesBefore);
    heads.put(head.id(), new TreeMap<>(rows.get(row.id())));
    return head;
  }

  SnapshotRow freeze(Head head) {
    heads.remove(head.id());
    return forest.freeze(head, 0);
  }

  void condemn(SnapshotRow row) {
    forest.condemn(row);
    if (row.pins() == 0) {
      rows.remove(row.id());
    }
  }

  boolean deleteStep() {
    boolean more = deletion.step();
    publish();
    return more;
  }

  void deleteAll() {
    while (deleteStep()) {
      // to the end
    }
  }

  /** All of a snapshot's deletion. */
  void remove(SnapshotRow row) {
    condemn(row);
    deleteAll();
  }

  // ---- checks

  void check() {
    for (Head head : forest.heads()) {
      check("head " + head.id(), heads.get(head.id()), head.tree().reader());
      long keys =
          heads.get(head.id()).entrySet().stream()
              .filter(e -> isNewest(heads.get(head.id()), e) && !e.getValue().isEmpty())
              .count();
      assertThat(head.keys()).isEqualTo(keys);
    }
    for (var row : rows.entrySet()) {
      SnapshotRow found = forest.row(row.getKey()).orElseThrow();
      check(found.toString(), row.getValue(), forest.reader(found));
    }
    ForestOracle.check(forest, deletion.job().isPresent());
  }

  private static boolean isNewest(TreeMap<Place, String> map, Map.Entry<Place, String> entry) {
    Map.Entry<Place, String> before = map.lowerEntry(entry.getKey());
    return before == null || !java.util.Arrays.equals(before.getKey().key(), entry.getKey().key());
  }

  private void check(String name, TreeMap<Place, String> expected, TreeReader reader) {
    TreeReader.Slice all = reader.all(Place.FIRST, Integer.MAX_VALUE);
    Iterator<Map.Entry<Place, String>> rowsExpected = expected.entrySet().iterator();
    for (Cell cell : all.cells()) {
      assertThat(rowsExpected.hasNext()).as("I2.1 I3.1: %s has %s too", name, cell).isTrue();
      Map.Entry<Place, String> row = rowsExpected.next();
      if (!cell.place().equals(row.getKey()) || cell.isPut() == row.getValue().isEmpty()) {
        throw new AssertionError("I2.1 I3.1: " + name + " has " + cell + " for " + row);
      }
      if (cell.isPut()) {
        Value value = ValueBlocks.read(segments, cell, map::find);
        if (!value.bytes().toUtf8().equals(row.getValue())) {
          throw new AssertionError("I2.1 I3.1: " + name + " has " + value + " for " + row);
        }
      }
    }
    assertThat(rowsExpected.hasNext()).as("I2.1 I3.1: %s lacks rows", name).isFalse();
  }
}
