package io.widecast.store.verify;

import static io.widecast.store.tree.TreeFaults.cells;
import static io.widecast.store.tree.TreeFaults.pagesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.VerifyReport;
import io.widecast.store.snapshot.SnapshotFaults;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.TreeFaults;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class VerifierTest {

  @FunctionalInterface
  private interface Plant {
    void in(Planted store) throws IOException;
  }

  /** What is done to a sound store, and which alarms that has to raise and no others. */
  record Fault(String name, Plant plant, AlarmKind... kinds) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(
        new Fault(
            "a page of the map has the number of a snapshot's",
            s -> TreeFaults.setTableOpSeq(s.pages(), s.own(false).get(0).id(), 5),
            AlarmKind.LOST_OR_FORGED),
        new Fault(
            "two shared pages changed places", VerifierTest::swapShared, AlarmKind.LOST_OR_FORGED),
        new Fault(
            "a page is reached from two places",
            s -> {
              List<PageRef> own = s.own(false);
              redirectParentOf(s, own.get(1).id(), own.get(0).id());
            },
            AlarmKind.SHARED_BUT_NEW),
        new Fault(
            "a page was freed too early",
            s -> {
              PageRef leaf = s.own(false).get(1);
              s.pages().free(leaf.id(), s.pages().opSeq(leaf.id()));
            },
            AlarmKind.MISSING_PAGE),
        new Fault(
            "a page of a snapshot was freed too early",
            s -> {
              PageRef leaf = pagesOf(s.pages(), s.row("one").root(), false).get(3);
              s.pages().free(leaf.id(), s.pages().opSeq(leaf.id()));
            },
            AlarmKind.MISSING_PAGE),
        new Fault(
            "the page table points to another page",
            s ->
                TreeFaults.setTablePba(
                    s.pages(), s.own(false).get(0).id(), s.pages().pba(s.own(false).get(1).id())),
            AlarmKind.DAMAGED_PAGE,
            AlarmKind.SHARED_PLACE),
        new Fault(
            "a page stands at another level",
            s -> TreeFaults.setLevel(s.pages(), s.parentOfLeaves(), 2),
            AlarmKind.PAGE_LEVEL),
        new Fault(
            "rows of a page stand in a wrong order",
            s -> {
              PageRef leaf = s.own(false).get(0);
              Cell first = cells(s.pages(), leaf).get(0);
              TreeFaults.removeCell(s.pages(), leaf, 0);
              TreeFaults.insertCell(s.pages(), leaf, 1, first);
            },
            AlarmKind.PAGE_ORDER),
        new Fault(
            "a page begins before its place",
            s -> TreeFaults.setLow(s.pages(), s.own(false).get(1), Place.FIRST),
            AlarmKind.PAGE_RANGE),
        new Fault(
            "a row stands behind the end of its page",
            s -> {
              PageRef leaf = s.own(false).get(0);
              var last = new Place(new byte[] {(byte) 0xf0}, 3);
              Cell delete =
                  Cell.delete(last.key(), s.container.token(), false); // counts for nothing
              TreeFaults.insertCell(s.pages(), leaf, cells(s.pages(), leaf).size(), delete);
            },
            AlarmKind.PAGE_RANGE),
        new Fault("a page is too full", VerifierTest::overfill, AlarmKind.PAGE_FILL),
        new Fault(
            "a page has another number than in the table",
            s -> TreeFaults.setOpSeq(s.pages(), s.own(false).get(0), s.pages().nextOpSeq() - 1),
            AlarmKind.PAGE_NUMBER),
        new Fault(
            "a page of a snapshot is newer than the snapshot",
            s -> {
              PageRef leaf = ownLeaf(s, s.row("two"), s.row("one").snapSeq());
              long late = s.row("two").snapSeq() + 2;
              TreeFaults.setOpSeq(s.pages(), leaf, late);
              s.persist();
              TreeFaults.setTableOpSeq(s.pages(), leaf.id(), late);
            },
            AlarmKind.PAGE_NUMBER),
        new Fault(
            "a block is missing in the middle map",
            s -> s.forest().map().remove(ownVba(s)),
            AlarmKind.DANGLING),
        new Fault(
            "a block of a snapshot alone is missing in the middle map",
            s -> s.forest().map().remove(1),
            AlarmKind.DANGLING),
        new Fault(
            "a block is where no segment is",
            s -> s.forest().map().put(ownVba(s), 5L << 50),
            AlarmKind.DANGLING),
        new Fault(
            "two blocks are at one place",
            s -> s.forest().map().put(ownVba(s), s.forest().map().find(ownVba(s) + 1)),
            AlarmKind.SHARED_PLACE),
        new Fault(
            "a row names another row's block",
            s -> {
              PageRef leaf = s.own(false).get(0);
              int index = indexOfOwn(s, leaf);
              TreeFaults.changeCell(
                  s.pages(), leaf, index, cell -> TreeFaults.withVba(cell, cell.vba() + 3));
            },
            AlarmKind.WRONG_OWNER,
            AlarmKind.LEAK),
        new Fault(
            "an inherited row names another block",
            s -> {
              PageRef leaf = s.own(false).get(0);
              List<Cell> cells = cells(s.pages(), leaf);
              int index = cells.size() - 1;
              while (cells.get(index).vba() >= s.head().minVba()) {
                index--;
              }
              TreeFaults.changeCell(
                  s.pages(), leaf, index, cell -> TreeFaults.withVba(cell, cell.vba() + 1));
            },
            AlarmKind.WRONG_OWNER),
        new Fault(
            "a head takes others' blocks for its own",
            s -> SnapshotFaults.setMinVba(s.head(), s.row("two").minVba()),
            AlarmKind.WRONG_OWNER),
        new Fault(
            "a head's own blocks begin too late",
            s -> SnapshotFaults.setMinVba(s.head(), s.forest().nextVba()),
            AlarmKind.WRONG_OWNER),
        new Fault(
            "an old version is gone and its block is not", VerifierTest::loseOld, AlarmKind.LEAK),
        new Fault("a page is nobody's", s -> TreeFaults.allocate(s.pages()), AlarmKind.LEAKED_PAGE),
        new Fault(
            "a page is cut off",
            s -> TreeFaults.dropChild(s.pages(), s.parentOfLeaves(), 1),
            AlarmKind.LEAKED_PAGE,
            AlarmKind.LEAK,
            AlarmKind.TREE_COUNT),
        new Fault(
            "a segment counts a block too few",
            s -> s.container.segments().release(s.forest().map().find(ownVba(s))),
            AlarmKind.SEGMENT_COUNT),
        new Fault(
            "a segment is of a checkpoint that never was",
            s -> {
              s.container.segments().setTxn(1 << 20);
              s.put(1, 3, 1);
            },
            AlarmKind.SEGMENT_NUMBER),
        new Fault(
            "the map has a key more than it counts",
            s -> SnapshotFaults.addKeys(s.head(), -1),
            AlarmKind.TREE_COUNT),
        new Fault(
            "the map has a byte less than it counts",
            s -> SnapshotFaults.addBytes(s.head(), 1),
            AlarmKind.TREE_COUNT),
        new Fault(
            "a snapshot has a key less than it counts",
            s -> SnapshotFaults.restore(s.forest(), s.row("one"), s.row("one").snapSeq(), 1),
            AlarmKind.TREE_COUNT),
        new Fault(
            "the middle map has more than it counts",
            s -> {
              var leaves = mapLeaves(s);
              long vba = s.forest().nextVba() + (1 << 25); // above what a start skips
              TreeFaults.addMapEntry(
                  s.pages(),
                  leaves.get(leaves.size() - 1),
                  vba,
                  s.container.segments().append(vba, new byte[9], 0, 9));
            },
            AlarmKind.MAP_COUNT),
        new Fault(
            "a block stands in the middle map twice, another not at all",
            s -> TreeFaults.doubleMapEntry(s.pages(), mapLeaves(s).get(0)),
            AlarmKind.DANGLING,
            AlarmKind.PAGE_ORDER),
        new Fault(
            "a page of the middle map is cut off",
            s -> TreeFaults.dropChild(s.pages(), s.forest().map().root(), 1),
            AlarmKind.DANGLING,
            AlarmKind.LEAKED_PAGE,
            AlarmKind.MAP_COUNT),
        new Fault(
            "the middle map reaches into a tree",
            s ->
                TreeFaults.redirect(
                    s.pages(), s.forest().map().root(), 1, s.own(false).get(0).id()),
            AlarmKind.DAMAGED_VALUE,
            AlarmKind.SHARED_BUT_NEW),
        new Fault(
            "a snapshot's number is above its child's",
            s -> SnapshotFaults.restore(s.forest(), s.row("one"), s.row("two").snapSeq() + 1, 0),
            AlarmKind.SNAP_SEQ),
        new Fault(
            "a snapshot's number is too low",
            s -> SnapshotFaults.restore(s.forest(), s.row("two"), s.row("two").snapSeq() - 20, 0),
            AlarmKind.PAGE_NUMBER),
        new Fault(
            "a snapshot that is there counts as gone",
            s -> SnapshotFaults.setState(s.row("one"), SnapshotRow.State.GHOST),
            AlarmKind.LEAKED_PAGE)); // its blocks are old versions in the others
  }

  private static void redirectParentOf(Planted s, long child, long to) {
    for (PageRef inner : s.own(true)) {
      List<Long> children = s.pages().inspect(inner, Guard.ALWAYS).children();
      if (children.contains(child)) {
        TreeFaults.redirect(s.pages(), inner, children.indexOf(child), to);
        return;
      }
    }
    throw new AssertionError(child);
  }

  private static void swapShared(Planted s) {
    for (PageRef inner : s.own(true)) {
      List<Long> children = s.pages().inspect(inner, Guard.ALWAYS).children();
      for (int i = 0; i + 1 < children.size(); i++) {
        if (s.pages().opSeq(children.get(i)) <= s.row("two").snapSeq()
            && s.pages().opSeq(children.get(i + 1)) <= s.row("two").snapSeq()) {
          TreeFaults.swapChildren(s.pages(), inner, i, i + 1);
          return;
        }
      }
    }
    throw new AssertionError("no two shared pages side by side");
  }

  private static void overfill(Planted s) {
    PageRef leaf = s.own(false).get(0);
    byte[] key = cells(s.pages(), leaf).get(0).key();
    for (int i = 1; i < 100; i++) {
      byte[] more = Arrays.copyOf(key, key.length + 1);
      more[key.length] = (byte) i;
      int index = 0;
      while (Arrays.compareUnsigned(cells(s.pages(), leaf).get(index).key(), more) < 0) {
        index++;
      }
      TreeFaults.insertCell(s.pages(), leaf, index, Cell.delete(more, s.container.token(), false));
    }
  }

  private static void loseOld(Planted s) {
    for (PageRef leaf : s.own(false)) {
      List<Cell> cells = cells(s.pages(), leaf);
      for (int i = 1; i < cells.size(); i++) {
        if (Arrays.equals(cells.get(i).key(), cells.get(i - 1).key())
            && cells.get(i).vba() >= s.head().minVba()) {
          TreeFaults.removeCell(s.pages(), leaf, i);
          return;
        }
      }
    }
    throw new AssertionError("no key with two versions since the snapshot");
  }

  private static PageRef ownLeaf(Planted s, SnapshotRow row, long floor) {
    return pagesOf(s.pages(), row.root(), false).stream()
        .filter(ref -> s.pages().opSeq(ref.id()) > floor)
        .findFirst()
        .orElseThrow();
  }

  private static int indexOfOwn(Planted s, PageRef leaf) {
    List<Cell> cells = cells(s.pages(), leaf);
    for (int i = 0; i < cells.size(); i++) {
      if (cells.get(i).vba() >= s.head().minVba()) {
        return i;
      }
    }
    throw new AssertionError("no own row");
  }

  private static long ownVba(Planted s) {
    PageRef leaf = s.own(false).get(0);
    return cells(s.pages(), leaf).get(indexOfOwn(s, leaf)).vba();
  }

  private static List<PageRef> mapLeaves(Planted s) {
    return pagesOf(s.pages(), s.forest().map().root(), false);
  }

  @Test
  @DisplayName("I4.1: a sound store raises no alarm")
  void raisesNothingOverASoundStore() throws IOException {
    Planted store = Planted.store();

    store.persist();

    assertThat(store.verify(false).alarms()).isEmpty();
    assertThat(store.verify(true).alarms()).isEmpty();
    assertThat(store.container.isFrozenByAlarm()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("faults")
  @DisplayName("I4.2: a single fault raises its alarm and no other, and stops the deleting")
  void raisesTheAlarmOf(Fault fault) throws IOException {
    Planted store = Planted.store();
    store.put(0, 600, 11);
    store.container.checkpoint(1);

    fault.plant.in(store);
    store.persist();
    VerifyReport report = store.verify(false);

    var expected = new TreeSet<String>();
    Arrays.stream(fault.kinds).forEach(kind -> expected.add(kind.text()));
    assertThat(Planted.kinds(report)).as("%s", report.alarms()).isEqualTo(expected);
    assertThat(store.container.isFrozenByAlarm()).isTrue();
    assertThat(store.container.deleteStep()).isFalse();
  }

  @Test
  @DisplayName("I4.3: each page is read once, shared subtrees are not")
  void readsEachPageOnce() throws IOException {
    Planted store = Planted.store();

    try (var verifier = new Verifier(store.container, false, 1)) {
      while (verifier.step()) {
        // to the end
      }

      assertThat(verifier.report().alarms()).isEmpty();
      assertThat(verifier.fullChecks()).isEqualTo(store.pages().count());
      assertThat(verifier.pagesChecked()).isEqualTo(store.pages().count());
    }
  }

  @Test
  @DisplayName("I4.4: along a chain of snapshots the records of two trees are held, no more")
  void holdsTheMapsOfTwoTrees() throws IOException {
    Planted store = new Planted();
    store.put(0, 1000, 1);
    long largest = 0;
    for (int i = 0; i < 12; i++) {
      store.container.takeSnapshot("s" + i, i);
      store.put(0, 1000, 5);
      largest = Math.max(largest, pageCount(store));
    }

    try (var verifier = new Verifier(store.container, false, 1)) {
      while (verifier.step()) {
        // to the end
      }

      assertThat(verifier.report().alarms()).isEmpty();
      assertThat(verifier.nodesMax()).isBetween(largest / 2, 2 * largest);
      assertThat(verifier.nodes()).isZero();
    }
  }

  private static long pageCount(Planted s) {
    PageRef root = s.head().tree().root();
    return pagesOf(s.pages(), root, false).size() + pagesOf(s.pages(), root, true).size();
  }

  @Test
  @DisplayName("I4.1 I4.2: the addresses are compared in passes where they are many")
  void findsSharedPlacesInPasses() throws IOException {
    Planted store = Planted.store();
    try (var verifier = new Verifier(store.container, false, 1, 500)) {
      while (verifier.step()) {
        // to the end
      }
      assertThat(verifier.report().alarms()).isEmpty();
    }
    long vba = store.forest().nextVba() - 1;
    store.forest().map().put(vba, store.forest().map().find(1));

    try (var verifier = new Verifier(store.container, false, 1, 500)) {
      while (verifier.step()) {
        // to the end
      }

      assertThat(verifier.report().alarms()).hasSize(1);
      assertThat(verifier.report().alarms().get(0).kind()).isEqualTo("shared-place");
      assertThat(verifier.report().alarms().get(0).detail()).contains("VBA 1,", "VBA " + vba);
    }
  }

  @Test
  @DisplayName("I4.2: a value that is not as written is told of by its key, once")
  void namesTheKeyOfADamagedValue() throws IOException {
    Planted store = Planted.store();
    store.persist();
    store.flip(store.forest().map().find(1), 9);

    assertThat(store.verify(false).alarms()).isEmpty(); // it does not read values
    VerifyReport report = store.verify(true);

    assertThat(report.alarms()).hasSize(1);
    assertThat(report.alarms().get(0).kind()).isEqualTo("damaged-value");
    assertThat(report.alarms().get(0).where()).contains(Planted.key(0).toString());
  }

  @Test
  @DisplayName("I4.2: a block where another belongs is found")
  void findsABlockInAnothersPlace() throws IOException {
    Planted store = Planted.store();
    long vba = ownVba(store);
    long pba = store.forest().map().find(vba);
    store.forest().map().put(vba, store.forest().map().find(vba + 1));
    store.forest().map().put(vba + 1, pba);

    assertThat(Planted.kinds(store.verify(true))).containsExactly("dangling");
    assertThat(Planted.kinds(store.verify(false))).containsExactly("segment-count");
  }

  @Test
  @DisplayName("I4.2: every flipped bit of every segment is found")
  void findsAnyFlippedBit() throws IOException {
    Planted store = Planted.store();
    store.persist();
    var names = store.disk.list().stream().filter(name -> name.startsWith("seg-")).toList();

    for (String name : names) {
      int size = store.disk.bytes(name).length;
      for (int offset = 0; offset < size; offset += 1 + size / 7) {
        store.disk.flip(name, offset, 1 << offset % 8);
        assertThat(Planted.kinds(store.verify(true)))
            .as("%s at %d", name, offset)
            .isNotEmpty()
            .isSubsetOf("damaged-page", "damaged-value", "damaged-segment");
        store.disk.flip(name, offset, 1 << offset % 8);
      }
    }
  }

  @Test
  @DisplayName("I4.2: what nothing live stands in is told of by its segment")
  void findsDamageInASummary() throws IOException {
    Planted store = Planted.store();
    store.persist();
    var sealed =
        store.container.segments().usage().stream().filter(usage -> usage.summaryAt() > 0).toList();
    var usage = sealed.get(0);
    String name = String.format("seg-%07x", usage.number());
    store.disk.flip(name, usage.end() - 5, 2);

    VerifyReport report = store.verify(true);

    assertThat(Planted.kinds(report)).containsExactly("damaged-segment");
  }

  @Test
  @DisplayName("I4.2: a damaged checkpoint is found before a start needs it")
  void findsADamagedCheckpoint() throws IOException {
    Planted store = Planted.store();
    store.disk.flip("CHECKPOINT", 100, 1);

    assertThat(Planted.kinds(store.verify(true))).containsExactly("damaged-file");
  }

  @Test
  @DisplayName("I4.2: a damaged journal is found before a start needs it")
  void findsADamagedJournal() throws IOException {
    Planted store = Planted.store();
    store.container.takeSnapshot("three", 3);
    String name =
        store.disk.list().stream().filter(n -> n.startsWith("journal-")).findFirst().orElseThrow();
    store.disk.flip(name, 10, 1);

    assertThat(Planted.kinds(store.verify(true))).containsExactly("damaged-file");
  }

  @ParameterizedTest
  @EnumSource(AlarmKind.class)
  void everyKindHasANameAndASentence(AlarmKind kind) {
    assertThat(kind.text()).matches("[a-z]+(-[a-z]+)*");
    assertThat(kind.sentence()).isNotBlank().doesNotEndWith(".");
  }
}
