package io.widecast.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.sim.SimDisk;
import io.widecast.store.VerifyReport;
import io.widecast.store.container.Container;
import io.widecast.store.container.ContainerRun;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.Pba;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.SnapshotFaults;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.TreeFaults;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults at random places of random stores: none goes unnoticed. */
class PlantedFaultsTest {

  private static final int FAULTS = 12; // of each store
  private static final int FLIP = 6;

  private SplittableRandom random;
  private ContainerRun run;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Long.getLong("widecast.store.seeds", 12));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName("I4.2: no fault goes unnoticed, wherever it is planted")
  void noneGoesUnnoticed(long seed) throws IOException {
    random = new SplittableRandom(seed);
    run = new ContainerRun(seed * 31, seed % 4 != 0);
    for (int i = 40 + random.nextInt(100); i > 0; i--) {
      run.step();
    }
    run.checkpoint();
    SimDisk sound = run.disk.kill();

    int planted = 0;
    for (int kind = 0; kind < FAULTS; kind++) {
      run.disk = sound.kill();
      run.open();
      String fault = plant(kind);
      if (!fault.isEmpty()) {
        planted++;
        assertThat(alarms(kind != FLIP)).as("seed %d, kind %d: %s", seed, kind, fault).isNotEmpty();
      }
    }
    assertThat(planted).isGreaterThan(FAULTS / 2);
  }

  /**
   * @param written whether a checkpoint makes the fault part of the store; else it is on disk
   */
  private List<VerifyReport.Alarm> alarms(boolean written) throws IOException {
    try {
      if (written) {
        run.checkpoint();
      }
      run.open();
      return Verifier.run(run.container, true, 1).alarms();
    } catch (StoreException e) {
      return List.of(new VerifyReport.Alarm("refused", "start", e.getMessage()));
    }
  }

  /** What was done; empty when this store has nothing to do it to. */
  private String plant(int kind) {
    return switch (kind) {
      case 0 -> pointer(true);
      case 1 -> pointer(false);
      case 2 -> tableNumber();
      case 3 -> pageNumber();
      case 4 -> dropBlock();
      case 5 -> moveBlock();
      case FLIP -> flipBit();
      case 7 -> count();
      case 8 -> segmentCount();
      case 9 -> row();
      case 10 -> freePage();
      case 11 -> otherBlock();
      default -> throw new AssertionError(kind);
    };
  }

  private Container store() {
    return run.container;
  }

  private Pages pages() {
    return store().forest().pages();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private List<PageRef> roots() {
    var roots = new ArrayList<PageRef>();
    for (Head head : store().forest().heads()) {
      roots.add(head.tree().root());
    }
    for (SnapshotRow row : store().forest().rows()) {
      if (row.state().holds()) {
        roots.add(row.root());
      }
    }
    return roots;
  }

  private List<PageRef> somePages(boolean inner, boolean map) {
    PageRef root = map ? store().forest().map().root() : pick(roots());
    return TreeFaults.pagesOf(pages(), root, inner);
  }

  private String pointer(boolean drop) {
    List<PageRef> inner = somePages(true, random.nextInt(3) == 0);
    if (inner.isEmpty()) {
      return "";
    }
    PageRef page = pick(inner);
    int count = TreeFaults.childCount(pages(), page);
    if (drop) {
      if (count == 1) {
        return "";
      }
      int index = 1 + random.nextInt(count - 1);
      TreeFaults.dropChild(pages(), page, index);
      return "child " + index + " of " + page + " dropped";
    }
    int index = random.nextInt(count);
    long old = pages().inspect(page, Guard.ALWAYS).children().get(index);
    long other = pick(pages().ids());
    if (other == old) {
      return "";
    }
    TreeFaults.redirect(pages(), page, index, other);
    return "child " + index + " of " + page + " is " + other;
  }

  private String tableNumber() {
    PageRef page = pick(somePages(false, random.nextInt(3) == 0));
    long number = 1 + random.nextLong(pages().nextOpSeq() - 1);
    if (number == pages().opSeq(page.id())) {
      return "";
    }
    TreeFaults.setTableOpSeq(pages(), page.id(), number);
    return page + " of " + number;
  }

  private String pageNumber() {
    PageRef page = pick(somePages(false, false));
    long number = pages().opSeq(page.id()) + 1 + random.nextInt(3);
    TreeFaults.setOpSeq(pages(), page, number);
    return page + " itself of " + number;
  }

  private List<Cell> someCells() {
    var puts = new ArrayList<Cell>();
    for (PageRef leaf : somePages(false, false)) {
      for (Cell cell : TreeFaults.cells(pages(), leaf)) {
        if (cell.isPut()) {
          puts.add(cell);
        }
      }
    }
    return puts;
  }

  private String dropBlock() {
    List<Cell> cells = someCells();
    if (cells.isEmpty()) {
      return "";
    }
    Cell cell = pick(cells);
    store().forest().map().remove(cell.vba());
    return cell + " dropped from the map";
  }

  private String moveBlock() {
    List<Cell> cells = someCells();
    if (cells.size() < 2) {
      return "";
    }
    Cell cell = pick(cells);
    long old = store().forest().map().find(cell.vba());
    long other = store().forest().map().find(pick(cells).vba());
    long pba = random.nextBoolean() ? other : old ^ 1L << random.nextInt(50);
    if (pba == old) {
      return "";
    }
    store().forest().map().put(cell.vba(), pba);
    return cell + " at " + Pba.text(pba);
  }

  private String flipBit() {
    var names = run.disk.list().stream().filter(name -> name.startsWith("seg-")).toList();
    String name = pick(names);
    long number = Long.parseLong(name.substring(4), 16);
    if (!store().segments().has(number)) {
      return "";
    }
    int offset = random.nextInt(store().segments().usage(number).end());
    int bit = 1 << random.nextInt(8);
    run.disk.flip(name, offset, bit);
    return name + " at " + offset;
  }

  private String count() {
    Head head = store().forest().heads().iterator().next();
    List<SnapshotRow> whole =
        store().forest().rows().stream().filter(row -> row.state().holds()).toList();
    if (!whole.isEmpty() && random.nextBoolean()) {
      SnapshotRow row = pick(whole);
      SnapshotFaults.restore(store().forest(), row, row.snapSeq(), 1);
      return "keys of " + row;
    }
    SnapshotFaults.addBytes(head, 1);
    return "bytes of the head";
  }

  private String segmentCount() {
    List<Cell> cells = someCells();
    if (cells.isEmpty()) {
      return "";
    }
    long pba = store().forest().map().find(pick(cells).vba());
    store().segments().release(pba);
    return "count of segment " + Pba.segment(pba);
  }

  private String row() {
    List<SnapshotRow> rows = List.copyOf(store().forest().rows());
    if (rows.isEmpty()) {
      return "";
    }
    SnapshotRow row = pick(rows);
    switch (random.nextInt(4)) {
      case 0 -> SnapshotFaults.setParent(row, 1 << 30);
      case 1 -> SnapshotFaults.setParent(row, row.id());
      case 2 -> SnapshotFaults.restore(store().forest(), row, pages().nextOpSeq() + 9, 0);
      default ->
          SnapshotFaults.setState(
              row,
              row.state() == SnapshotRow.State.DELETING
                  ? SnapshotRow.State.GHOST
                  : SnapshotRow.State.DELETING);
    }
    return "row " + row;
  }

  private String freePage() {
    PageRef page = pick(somePages(false, random.nextInt(3) == 0));
    pages().free(page.id(), pages().opSeq(page.id()));
    return page + " freed";
  }

  private String otherBlock() {
    PageRef leaf = pick(somePages(false, false));
    List<Cell> cells = TreeFaults.cells(pages(), leaf);
    for (int i = 0; i < cells.size(); i++) {
      if (cells.get(i).isPut()) {
        long vba = cells.get(i).vba() + 1 + random.nextInt(5);
        TreeFaults.changeCell(pages(), leaf, i, cell -> TreeFaults.withVba(cell, vba));
        return cells.get(i) + " names " + vba;
      }
    }
    return "";
  }
}
