package io.widecast.store.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Token;
import io.widecast.sim.SimDisk;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.segment.SegmentWriter;
import io.widecast.store.segment.Segments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PagesTest {

  private static final long BUDGET = 64 << 10;

  private Segments segments;
  private Pages pages;
  private Tree tree;

  @BeforeEach
  void open() throws IOException {
    segments = new Segments(new SimDisk(), 1, 128 << 10, 32 << 10);
    segments.recover(List.of(), 1, 1);
    pages = new Pages(segments, BUDGET);
    tree = new Tree(pages, null, 0, (id, opSeq, level, low) -> {});
  }

  private static Cell cell(int i) {
    byte[] key = String.format("key-%06d", i).getBytes(StandardCharsets.UTF_8);
    return new Cell(key, new Token(1, i + 1), Cell.PUT, i + 1, 1, 0, 10, 1, i + 1);
  }

  private void fill(int from, int to) {
    for (int i = from; i < to; i++) {
      tree.put(cell(i));
    }
  }

  private Pages.Frozen written() throws IOException {
    Pages.Frozen frozen = pages.freeze();
    SegmentWriter writer = segments.pageWriter(frozen.bytes());
    frozen.write(writer);
    List<SegmentUsage> usage = writer.close();
    segments.adopt(writer);
    assertThat(usage).isNotEmpty();
    return frozen;
  }

  private void checkRows(int count) {
    List<Cell> cells = tree.reader().all(Place.FIRST, Integer.MAX_VALUE).cells();
    assertThat(cells).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(cells.get(i)).isEqualTo(cell(i));
    }
  }

  @Test
  void keepsItsBudgetAndReadsAgainWhatItGaveUp() throws IOException {
    fill(0, 8000);
    assertThat(pages.cachedBytes()).as("changed pages are not in the budget").isZero();
    assertThat(pages.changedCount()).isGreaterThan(40);

    written().install();

    assertThat(pages.changedCount()).isZero();
    assertThat(pages.cachedBytes()).isBetween(BUDGET / 2, BUDGET);
    for (int i = 0; i < 3; i++) {
      checkRows(8000);
      assertThat(pages.cachedBytes()).isLessThanOrEqualTo(BUDGET);
      assertThat(segments.cachedBytes()).isLessThanOrEqualTo(32 << 10);
    }
  }

  @Test
  void changedPagesStayUntilTheyAreWritten() throws IOException {
    fill(0, 8000);
    written().install();
    for (int i = 0; i < 8000; i += 10) {
      tree.remove(cell(i).key(), i + 1); // changes every leaf, far beyond the budget
      pages.beginEdit();
    }
    assertThat(tree.reader().all(Place.FIRST, Integer.MAX_VALUE).cells()).hasSize(7200);
    for (int i = 0; i < 8000; i += 10) {
      tree.put(cell(i));
    }
    checkRows(8000);
    assertThat(pages.changedCount()).isGreaterThan(40);
  }

  @Test
  void whatChangesWhileACheckpointIsWrittenStaysChanged() throws IOException {
    fill(0, 1000);
    Pages.Frozen frozen = written();
    fill(1000, 1050);
    final int changed = pages.changedCount();

    frozen.install();

    assertThat(pages.changedCount()).isBetween(2, changed);
    checkRows(1050);
    long live = segments.usage().stream().mapToInt(SegmentUsage::liveBlocks).sum();
    long onDisk = pages.ids().stream().filter(id -> pages.pba(id) != 0).count();
    assertThat(live).isEqualTo(onDisk);
  }

  @Test
  void pagesFreedWhileACheckpointIsWrittenAreNotTakenOver() throws IOException {
    fill(0, 1000);
    Pages.Frozen frozen = written();
    for (int i = 0; i < 900; i++) {
      tree.remove(cell(i).key(), i + 1);
    }
    fill(0, 500);
    pages.reuseFreed();
    fill(500, 900); // the ids of some that were freed are used again

    frozen.install();

    checkRows(1000);
    long live = segments.usage().stream().mapToInt(SegmentUsage::liveBlocks).sum();
    assertThat(live).isEqualTo(pages.ids().stream().filter(id -> pages.pba(id) != 0).count());
  }

  @Test
  void movedPagesAreWrittenAnewUnlessTheyChange() throws IOException {
    fill(0, 1000);
    written().install();
    List<Long> ids = pages.ids();
    ids.forEach(id -> pages.move(id, pages.pba(id)));
    pages.move(ids.get(0), pages.pba(ids.get(1))); // stale: asks for nothing
    Pages.Frozen frozen = written();
    final long stale = pages.pba(ids.get(0));
    for (int i = 0; i < 600; i++) {
      tree.remove(cell(i).key(), i + 1);
    }

    frozen.install();

    fill(0, 600);
    checkRows(1000);
    assertThat(pages.pba(ids.get(0))).isNotEqualTo(stale);
    long live = segments.usage().stream().mapToInt(SegmentUsage::liveBlocks).sum();
    assertThat(live).isEqualTo(pages.ids().stream().filter(id -> pages.pba(id) != 0).count());
  }

  @Test
  void anIdIsUsedAgainOnlyOnceReadersHaveTheNextState() throws IOException {
    fill(0, 1000);
    written().install();
    PageRef first = new PageRef(tree.root().id(), null); // as a reader that has to fetch it
    long address = pages.pba(first.id());
    final int count = pages.count();
    assertThat(pages.free(first.id(), pages.opSeq(first.id()))).isTrue();
    assertThat(pages.free(first.id(), 1)).as("twice").isFalse();

    assertThat(pages.read(first, Guard.ALWAYS).level()).isEqualTo(1);
    assertThat(pages.count()).isEqualTo(count - 1);
    assertThat(pages.pba(first.id())).as("for the owner it is gone").isZero();
    assertThat(pages.freeze().pbas()[(int) first.id()]).as("and on disk").isZero();
    pages.move(first.id(), address);
    assertThat(pages.changedCount()).isZero();
    PageRef other = pages.allocate(LeafPage.empty(pages.newOpSeq(), pages.edit(), Place.FIRST));
    assertThat(other.id()).isNotEqualTo(first.id());

    pages.reuseFreed();
    PageRef gone = new PageRef(first.id(), null);
    assertThatThrownBy(() -> pages.read(gone, Guard.ALWAYS)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> pages.read(gone, () -> false)).isInstanceOf(MovedException.class);
    PageRef again = pages.allocate(LeafPage.empty(pages.newOpSeq(), pages.edit(), Place.FIRST));
    assertThat(again.id()).isEqualTo(first.id());
  }
}
