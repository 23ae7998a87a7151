package io.widecast.store.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Token;
import io.widecast.sim.SimDisk;
import io.widecast.store.segment.Segments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The two trees beside sorted maps. */
class TreeAndMapTest {

  private Pages pages;

  @BeforeEach
  void open() throws IOException {
    var segments = new Segments(new SimDisk(), 1, 128 << 10, 1 << 20);
    segments.recover(List.of(), 1, 1);
    pages = new Pages(segments, 1 << 20);
  }

  private Tree tree() {
    return new Tree(
        pages,
        null,
        0,
        (id, opSeq, level, low) -> {
          throw new AssertionError("a head without a parent owns all its pages");
        });
  }

  private static Cell cell(String key, long revision) {
    return new Cell(
        key.getBytes(StandardCharsets.UTF_8),
        new Token(1, revision),
        Cell.PUT,
        revision,
        1,
        0,
        10,
        1,
        revision);
  }

  /** Puts all in the order given, then removes them in another; looks closely at times. */
  private void grow(int count, IntFunction<Cell> cells, long seed) {
    var random = new SplittableRandom(seed);
    Tree tree = tree();
    var model = new TreeMap<Place, Cell>();
    for (int i = 0; i < count; i++) {
      if (random.nextInt(5) == 0) {
        pages.beginEdit();
        pages.reuseFreed();
      }
      Cell cell = cells.apply(i);
      assertThat(tree.put(cell)).isEqualTo(model.put(cell.place(), cell));
      var older = model.higherEntry(cell.place());
      boolean same = older != null && Arrays.equals(older.getKey().key(), cell.key());
      assertThat(tree.older()).isEqualTo(same ? older.getValue() : null);
      if (i % (count / 5) == 0) {
        check(tree, model);
      }
    }
    check(tree, model);
    int high = pages.count();

    var places = new ArrayList<>(model.keySet());
    java.util.Collections.shuffle(places, new java.util.Random(seed));
    if (seed % 2 == 0) {
      java.util.Collections.sort(places);
    }
    for (int i = 0; i < places.size(); i++) {
      Place place = places.get(i);
      pages.beginEdit();
      assertThat(tree.remove(place.key(), place.revision())).isEqualTo(model.remove(place));
      assertThat(tree.remove(place.key(), place.revision())).as("gone").isNull();
      if (i % (count / 5) == 0) {
        check(tree, model);
      }
    }
    check(tree, model);
    assertThat(high).isGreaterThan(10);
    assertThat(pages.count()).as("an empty tree is small").isLessThanOrEqualTo(3);
  }

  private void check(Tree tree, TreeMap<Place, Cell> model) {
    assertThat(tree.reader().all(Place.FIRST, Integer.MAX_VALUE).cells())
        .isEqualTo(List.copyOf(model.values()));
    assertThat(walk(tree.root())).isEqualTo(pages.count());
  }

  private int walk(PageRef ref) {
    Pages.Inspection page = pages.inspect(ref, Guard.ALWAYS);
    assertThat(page.fault()).isEmpty();
    assertThat(page.contentBytes()).isLessThanOrEqualTo(LeafPage.BYTES_MAX);
    int sum = 1;
    for (PageRef child : pages.children(ref, Guard.ALWAYS)) {
      sum += walk(child);
    }
    return sum;
  }

  @Test
  void risingFallingAndRandomKeys() throws IOException {
    grow(3000, i -> cell(String.format("key-%06d", i), i + 1), 1);
    open();
    grow(3000, i -> cell(String.format("key-%06d", 9999 - i), i + 1), 2);
    open();
    grow(3000, i -> cell("key-" + i * 7919L % 3001, i + 1), 3);
  }

  @Test
  void longKeysAndLongCommonPrefixes() throws IOException {
    grow(300, i -> cell("p".repeat(1019) + String.format("%05d", i * 37 % 300), i + 1), 4);
    open();
    grow(300, i -> cell(String.format("%05d", i * 37 % 300) + "s".repeat(1019), i + 1), 5);
    open();
    grow(400, i -> cell("k".repeat(1 + i * 37 % 400), i + 1), 6);
  }

  @Test
  void manyVersionsOfOneKey() throws IOException {
    grow(2000, i -> cell("key", i + 1), 7);
    open();
    grow(2000, i -> cell(i % 3 == 0 ? "key" + i % 50 : "key", i + 1), 8);
  }

  @Test
  void risingKeysFillTheirLeaves() {
    Tree tree = tree();
    int bytes = 0;
    for (int i = 0; i < 5000; i++) {
      Cell cell = cell(String.format("key-%06d", i), i + 1);
      bytes += cell.key().length + 14;
      tree.put(cell);
    }
    assertThat(pages.count()).isLessThan(bytes / LeafPage.BYTES_MAX * 5 / 4 + 2);
  }

  @Test
  void nothingStaysOfWhatComesAtOneEndAndGoesAtTheOther() {
    for (int width : new int[] {0, 300, 1000}) {
      for (int from : new int[] {0, 1}) { // at which end rows are removed
        int before = pages.count();
        Tree tree = tree();
        int held = 4000 / (1 + width / 40);
        int most = 0;
        for (int i = 0; i < 6 * held; i++) {
          int number = from == 0 ? i : 900_000 - i;
          tree.put(cell("q".repeat(width) + String.format("%06d", number), i + 1));
          if (i >= held) {
            int old = from == 0 ? i - held : 900_000 - i + held;
            String key = "q".repeat(width) + String.format("%06d", old);
            assertThat(tree.remove(key.getBytes(StandardCharsets.UTF_8), i - held + 1)).isNotNull();
          }
          if (i == held - 1) {
            most = pages.count() - before;
          }
        }
        assertThat(pages.count() - before).as("width %d", width).isLessThan(most * 3 / 2 + 3);
        assertThat(walk(tree.root())).isEqualTo(pages.count() - before);
      }
    }
    int before = pages.count();
    var map = new MiddleMap(pages, null, 0);
    for (long vba = 1; vba < 400_000; vba++) {
      map.put(vba, 1L << 35 | 7);
      if (vba > 5000) {
        map.remove(vba - 5000);
      }
      if (vba % 200 == 0) {
        pages.beginEdit();
      }
    }
    assertThat(mapPages(map.root())).isEqualTo(pages.count() - before).isLessThan(30);
  }

  @Test
  void slicesGoOnWhereTheyEndedAtEveryBorder() {
    Tree tree = tree();
    var model = new TreeMap<Place, Cell>();
    var random = new SplittableRandom(5);
    for (int i = 1; i <= 1500; i++) {
      String key = "key" + (random.nextInt(3) == 0 ? 7 : random.nextInt(120));
      Cell cell =
          random.nextInt(6) == 0
              ? Cell.delete(key.getBytes(StandardCharsets.UTF_8), new Token(1, i), false)
              : cell(key, i);
      tree.put(cell);
      model.put(cell.place(), cell);
    }
    for (long revision : new long[] {0, 1, 400, 1499, 1500, Long.MAX_VALUE}) {
      var visible = new TreeMap<String, Cell>();
      for (Cell cell : model.values()) {
        if (cell.revision() <= revision) {
          visible.putIfAbsent(new String(cell.key(), StandardCharsets.UTF_8), cell);
        }
      }
      for (int max : new int[] {1, 2, 3, 7, 8, 9, 64, 5000}) {
        var found = new ArrayList<Cell>();
        var slice = new TreeReader.Slice(List.of(), Place.FIRST);
        while (slice.next() != null) {
          slice = tree.reader().visible(slice.next(), revision, max);
          assertThat(slice.cells()).hasSizeLessThanOrEqualTo(max);
          found.addAll(slice.cells());
        }
        assertThat(found).isEqualTo(List.copyOf(visible.values()));
      }
    }
    for (int max : new int[] {0, 1, 10, 400, 5000}) {
      byte[] seven = "key7".getBytes(StandardCharsets.UTF_8);
      List<Cell> expected =
          model.values().stream()
              .filter(cell -> Arrays.equals(cell.key(), seven) && cell.revision() <= 1200)
              .limit(max)
              .toList();
      assertThat(tree.reader().versions(seven, 1200, max)).isEqualTo(expected);
    }
    var all = new ArrayList<Cell>();
    var slice = new TreeReader.Slice(List.of(), Place.FIRST);
    while (slice.next() != null) {
      slice = tree.reader().all(slice.next(), 13);
      all.addAll(slice.cells());
    }
    assertThat(all).isEqualTo(List.copyOf(model.values()));
  }

  // ---- the middle map

  private static long pba(SplittableRandom random) {
    return (1L + random.nextInt(50)) << 35 | (long) random.nextInt(1 << 20) << 15 | 7;
  }

  private void check(MiddleMap map, TreeMap<Long, Long> model, long end) {
    for (long vba = 0; vba < end; vba++) {
      assertThat(map.find(vba)).isEqualTo(model.getOrDefault(vba, 0L));
    }
    var random = new SplittableRandom(end);
    long[] vbas = random.longs(40, 0, end).toArray();
    long[] pbas = new long[vbas.length];
    for (int count : new int[] {0, 1, 2, 40}) {
      Arrays.fill(pbas, -1);
      MiddleMap.findAll(pages, map.root(), Guard.ALWAYS, vbas, count, pbas);
      for (int i = 0; i < vbas.length; i++) {
        assertThat(pbas[i]).isEqualTo(i < count ? model.getOrDefault(vbas[i], 0L) : -1);
      }
    }
    assertThat(map.size()).isEqualTo(model.size());
    assertThat(mapPages(map.root())).isEqualTo(pages.count());
  }

  private int mapPages(PageRef ref) {
    assertThat(pages.inspect(ref, Guard.ALWAYS).fault()).isEmpty();
    return 1 + pages.children(ref, Guard.ALWAYS).stream().mapToInt(this::mapPages).sum();
  }

  @Test
  void batchesOverLeafBordersAreAsASortedMap() {
    for (int seed = 0; seed < 6; seed++) {
      var random = new SplittableRandom(seed);
      var map = new MiddleMap(pages, null, 0);
      var model = new TreeMap<Long, Long>();
      int end = 5 + random.nextInt(seed < 3 ? 3000 : 600);
      for (long vba = 1; vba < end; vba++) {
        if (random.nextInt(3) > 0) {
          long pba = pba(random);
          map.put(vba, pba);
          model.put(vba, pba);
        }
      }
      check(map, model, end + 10);
      while (!model.isEmpty()) {
        int from = random.nextInt(end);
        int density = 1 + random.nextInt(4);
        long[] batch =
            java.util.stream.LongStream.range(from, Math.min(end + 5, from + 700))
                .filter(vba -> random.nextInt(density) == 0)
                .toArray();
        long[] pbas = new long[batch.length];
        Arrays.fill(pbas, -1);
        for (int done = 0; done < batch.length; ) {
          long leaves = map.leafBatches();
          done += map.removeBatch(batch, done, batch.length, pbas);
          assertThat(map.leafBatches() - leaves).isLessThanOrEqualTo(1);
        }
        for (int i = 0; i < batch.length; i++) {
          Long was = model.remove(batch[i]);
          assertThat(pbas[i]).isEqualTo(was == null ? 0 : was);
        }
        moveSome(map, model, end, random);
        pages.beginEdit();
        pages.reuseFreed();
        check(map, model, end + 10);
        if (random.nextInt(8) == 0) {
          model.keySet().forEach(map::remove);
          model.clear();
        }
      }
      check(map, model, end + 10);
      assertThat(mapPages(map.root())).isLessThanOrEqualTo(3);
      pages.free(map.root().id(), pages.opSeq(map.root().id()));
      for (PageRef child : pages.children(map.root(), Guard.ALWAYS)) {
        pages.free(child.id(), pages.opSeq(child.id()));
      }
    }
  }

  private static void moveSome(
      MiddleMap map, TreeMap<Long, Long> model, int end, SplittableRandom random) {
    for (int i = 0; i < 20; i++) {
      long vba = random.nextInt(end);
      long old = model.getOrDefault(vba, 0L);
      long pba = pba(random);
      assertThat(map.compareAndSet(vba, old ^ 1 << 20, pba)).as("another address").isFalse();
      if (old != 0) {
        assertThat(map.compareAndSet(vba, old, pba)).isTrue();
        model.put(vba, pba);
      }
    }
  }

  @Test
  void everyOtherLeafEmptiedLeavesNoEmptyLeaves() {
    var map = new MiddleMap(pages, null, 0);
    int leaves = 20;
    for (long vba = 0; vba < leaves * 256; vba++) {
      map.put(vba + 1, 1L << 35 | 7);
    }
    int full = pages.count();
    for (int leaf = 1; leaf < leaves; leaf += 2) {
      for (int i = 0; i < 256; i++) {
        assertThat(map.remove(leaf * 256L + i + 1)).isNotZero();
      }
    }
    assertThat(pages.count()).isLessThanOrEqualTo(full - leaves / 2 + 1);
  }
}
