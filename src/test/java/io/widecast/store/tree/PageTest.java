package io.widecast.store.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Token;
import io.widecast.store.GoldenBytes;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] encode(Page page) {
    var out = new ByteWriter(64);
    page.encode(out);
    return out.toArray();
  }

  private static Cell put(String key, long revision, long vba) {
    return new Cell(bytes(key), new Token(2, revision), Cell.PUT, 3, 4, 0, 20, 1, vba);
  }

  private static void add(LeafPage page, Cell cell) {
    var out = new ByteWriter(64);
    cell.encode(out);
    page.insert(page.count(), out.unsafeArray(), 0, out.size());
  }

  private static LeafPage leaf() {
    LeafPage page = LeafPage.empty(300, 1, new Place(bytes("a"), 9));
    add(page, put("apple", 130, 1000));
    add(page, Cell.delete(bytes("apple"), new Token(1, 7), true));
    add(page, Cell.delete(bytes("b"), new Token(1, 8), false));
    add(page, new Cell(bytes("c"), new Token(1, 9), Cell.PUT, 9, 1, 77, 20, 12, 1001));
    return page;
  }

  @Test
  void heirsOfOneLeafDoNotSeeWhatTheOtherAppends() {
    LeafPage base = leaf();
    final byte[] before = encode(base);
    LeafPage first = base.copy(400, 2);
    LeafPage second = base.copy(401, 3);
    add(first, put("d", 200, 1));
    add(second, put("e", 201, 2));
    add(first, put("f", 202, 3));
    LeafPage later = first.copy(400, 4);
    add(later, put("g", 203, 4));
    add(second, put("h", 204, 5));

    assertThat(encode(base)).isEqualTo(before);
    assertThat(keysOf(first)).endsWith("c", "d", "f");
    assertThat(keysOf(later)).endsWith("c", "d", "f", "g");
    assertThat(keysOf(second)).endsWith("c", "e", "h");
  }

  @Test
  void whatWasRemovedIsKnownAfterReadingToo() throws WireException {
    LeafPage page = LeafPage.empty(300, 1, Place.FIRST);
    for (int i = 0; i < 40; i++) {
      add(page, put(String.format("key%02d", i), 100 + i, 1000 + i));
    }
    for (int removed = 0; removed < 30; removed++) {
      page.remove(removed % 2 == 0 ? 0 : page.count() - 1);
      Page read = Page.decode(encode(page));
      assertThat(read).isInstanceOf(LeafPage.class);
      assertThat(keysOf((LeafPage) read)).isEqualTo(keysOf(page));
      assertThat(((LeafPage) read).contentBytes()).isEqualTo(page.contentBytes());
    }
  }

  private static List<String> keysOf(LeafPage page) {
    var keys = new ArrayList<String>();
    for (int i = 0; i < page.count(); i++) {
      keys.add(new String(page.cell(i).key(), StandardCharsets.UTF_8));
    }
    return keys;
  }

  private static InnerPage inner() {
    InnerPage page = InnerPage.of(1, 301, 1, new PageRef(5, null), Place.FIRST);
    page.insertBehind(0, new Place(bytes("apple"), 7), new PageRef(600, null));
    page.insertBehind(1, new Place(bytes("b"), Long.MAX_VALUE), new PageRef(6, null));
    return page;
  }

  private static MapLeaf mapLeaf() {
    MapLeaf page = new MapLeaf(302, 1, MapLeaf.ENTRIES_MAX, 100);
    page.insert(0, 100, 3L << 35 | 8L << 15 | 7);
    page.insert(1, 101, 3L << 35 | 15L << 15 | 7);
    page.insert(2, 400, 2L << 35 | 9L << 15 | 300);
    return page;
  }

  private static MapInner mapInner() {
    MapInner page = new MapInner(1, 303, 1, 4);
    page.insert(0, 0, new PageRef(9, null));
    page.insert(1, 256, new PageRef(700, null));
    page.insert(2, 100_000, new PageRef(8, null));
    return page;
  }

  @Test
  void standsOnDiskAsItAlwaysDid() throws IOException {
    GoldenBytes.assertGolden("container/page-leaf.hex", encode(leaf()));
    GoldenBytes.assertGolden("container/page-inner.hex", encode(inner()));
    GoldenBytes.assertGolden("container/page-map-leaf.hex", encode(mapLeaf()));
    GoldenBytes.assertGolden("container/page-map-inner.hex", encode(mapInner()));
  }

  @Test
  void readsBackWhatItWrote() throws WireException {
    for (Page page : List.of(leaf(), inner(), mapLeaf(), mapInner())) {
      Page read = Page.decode(encode(page));

      assertThat(encode(read)).isEqualTo(encode(page));
      assertThat(read.level()).isEqualTo(page.level());
      assertThat(read.opSeq()).isEqualTo(page.opSeq());
      assertThat(fault(read)).isEmpty();
    }
    LeafPage read = (LeafPage) Page.decode(encode(leaf()));
    assertThat(read.cell(0)).isEqualTo(put("apple", 130, 1000));
    assertThat(read.cell(1).kind()).isEqualTo(Cell.EXPIRED);
    assertThat(read.cell(2).kind()).isEqualTo(Cell.DELETE);
    assertThat(read.cell(3).front()).isEqualTo(12);
    assertThat(read.cell(3).valueBytes()).isEqualTo(8);
    assertThat(((MapLeaf) Page.decode(encode(mapLeaf()))).pbas).startsWith(mapLeaf().pbas[0]);
  }

  private static String fault(Page page) {
    return page instanceof LeafPage leaf
        ? leaf.fault()
        : page instanceof InnerPage inner
            ? inner.fault()
            : page instanceof MapLeaf map ? map.fault() : ((MapInner) page).fault();
  }

  @Test
  void everyCutIsRefusedOrAFault() {
    for (Page page : List.of(leaf(), inner(), mapLeaf(), mapInner())) {
      byte[] whole = encode(page);
      for (int length = 0; length < whole.length; length++) {
        String found;
        try {
          found = fault(Page.decode(java.util.Arrays.copyOf(whole, length)));
        } catch (WireException | IllegalArgumentException e) {
          found = e.toString();
        }
        assertThat(found).as("%s cut to %d", page.getClass(), length).isNotEmpty();
      }
    }
  }

  @Test
  void refusesWhatIsNoPage() {
    byte[] whole = encode(leaf());
    for (int type : new int[] {0, 2, 4, 5, 255}) { // no type, or an inner one at level 0
      whole[0] = (byte) type;
      assertThatThrownBy(() -> Page.decode(whole)).isInstanceOf(WireException.class);
    }
    byte[] high = encode(inner());
    high[1] = Page.LEVEL_MAX + 1;
    assertThatThrownBy(() -> Page.decode(high)).isInstanceOf(WireException.class);
    byte[] childless = encode(new MapInner(1, 1, 1, 1));
    assertThatThrownBy(() -> Page.decode(childless)).isInstanceOf(WireException.class);
  }

  @Test
  void namesTheFaultOfAPageOutOfOrder() {
    LeafPage rows = leaf();
    add(rows, put("apple", 9, 1));
    assertThat(rows.fault()).contains("does not stand behind");
    LeafPage low = LeafPage.empty(1, 1, new Place(bytes("x"), 9));
    add(low, put("apple", 9, 1));
    assertThat(low.fault()).contains("low place");
    InnerPage inner = inner();
    inner.setSeparator(2, new Place(bytes("apple"), 7));
    assertThat(inner.fault()).contains("does not stand behind");
    MapLeaf map = mapLeaf();
    map.vbas[1] = 100;
    assertThat(map.fault()).contains("VBA 100");
    MapInner mapInner = mapInner();
    mapInner.lows[2] = 256;
    assertThat(mapInner.fault()).contains("256");
  }

  @Test
  void emptyAndFullPagesAreReadBack() throws WireException {
    LeafPage empty = LeafPage.empty(1, 1, Place.FIRST);
    assertThat(((LeafPage) Page.decode(encode(empty))).count()).isZero();
    assertThat(((MapLeaf) Page.decode(encode(new MapLeaf(1, 1, 4, 0)))).count).isZero();

    MapLeaf full = new MapLeaf(1, 1, MapLeaf.ENTRIES_MAX, 1);
    for (int i = 0; i < MapLeaf.ENTRIES_MAX; i++) {
      full.insert(i, 1 + 3L * i, (1L + i % 5) << 35 | (long) i << 15 | 7);
    }
    assertThat(((MapLeaf) Page.decode(encode(full))).pbas).isEqualTo(full.pbas);
    assertThatThrownBy(() -> full.insert(full.count, 10_000, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);

    MapInner inner = new MapInner(1, 1, 1, 2);
    for (int i = 0; i < MapInner.CHILDREN_MAX; i++) {
      inner.insert(i, 7L * i, new PageRef(i + 1, null));
    }
    assertThat(((MapInner) Page.decode(encode(inner))).count).isEqualTo(MapInner.CHILDREN_MAX);
    inner.insert(inner.count, 1 << 20, new PageRef(999, null));
    assertThatThrownBy(() -> Page.decode(encode(inner))).isInstanceOf(WireException.class);
  }

  @Test
  void aLeafTakesThreeOfTheLargestRowsAndKeepsThemThroughEveryMove() {
    var cells = new ArrayList<Cell>();
    LeafPage page = LeafPage.empty(1, 1, Place.FIRST);
    for (int i = 0; i < 3; i++) {
      byte[] key = bytes(i + "k".repeat(1023));
      cells.add(
          new Cell(
              key,
              new Token(Integer.MAX_VALUE, 1L << 60),
              Cell.PUT,
              1,
              1L << 60,
              1L << 60,
              ValueBlocks.BYTES_MAX,
              257,
              1L << 60));
      add(page, cells.get(i));
    }
    assertThat(page.contentBytes()).isLessThanOrEqualTo(LeafPage.BYTES_MAX);
    assertThat(page.middle()).isBetween(1, 2);

    LeafPage tail = LeafPage.empty(1, 1, page.place(1));
    page.moveTail(1, tail);
    assertThat(page.count()).isEqualTo(1);
    tail.moveHead(1, page);
    LeafPage behind = LeafPage.empty(1, 1, page.place(1));
    page.moveTail(1, behind);
    tail.prepend(behind);
    tail.prepend(page);
    assertThat(List.of(tail.cell(0), tail.cell(1), tail.cell(2))).isEqualTo(cells);
    tail.remove(1);
    assertThat(tail.copy(2, 2).cell(1)).isEqualTo(cells.get(2));
    assertThat(tail.copy(2, 2).opSeq()).isEqualTo(2);
  }

  @Test
  void separatorsAreShortAndSeparate() {
    Place before = new Place(bytes("common/prefix/a"), 5);
    Place after = new Place(bytes("common/prefix/bcd"), 9);
    assertThat(LeafPage.separator(before, after))
        .isEqualTo(new Place(bytes("common/prefix/b"), Long.MAX_VALUE));
    Place longer = new Place(bytes("common/prefix/a/x"), 9);
    assertThat(LeafPage.separator(before, longer))
        .isEqualTo(new Place(bytes("common/prefix/a/"), Long.MAX_VALUE));
    Place older = new Place(before.key(), 4);
    assertThat(LeafPage.separator(before, older)).as("two versions").isEqualTo(older);
  }

  @Test
  void findsTheChildOfEveryPlace() {
    InnerPage page = inner();
    assertThat(page.find(bytes(""), Long.MAX_VALUE)).isZero();
    assertThat(page.find(bytes("apple"), 8)).as("newer, hence before").isZero();
    assertThat(page.find(bytes("apple"), 7)).as("equal").isEqualTo(1);
    assertThat(page.find(bytes("apple"), 6)).isEqualTo(1);
    assertThat(page.find(bytes("b"), Long.MAX_VALUE)).isEqualTo(2);
    assertThat(page.find(bytes("z"), 0)).isEqualTo(2);
    MapInner map = mapInner();
    assertThat(map.find(0)).isZero();
    assertThat(map.find(255)).isZero();
    assertThat(map.find(256)).isEqualTo(1);
    assertThat(map.find(Long.MAX_VALUE)).isEqualTo(2);
  }

  public static void main(String[] args) {
    for (Page page : List.of(leaf(), inner(), mapLeaf(), mapInner())) {
      System.out.println(java.util.HexFormat.of().formatHex(encode(page)));
    }
  }
}
