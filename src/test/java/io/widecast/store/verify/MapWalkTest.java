package io.widecast.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.VerifyReport;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.TreeFaults;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** I4.2: faults of the middle map, and of the list of a segment, are told as what they are. */
class MapWalkTest {

  private static final long NOWHERE = 5L << 50;

  private Planted store;
  private PageRef root;

  @BeforeEach
  void make() throws IOException {
    store = Planted.store();
    root = store.forest().map().root();
  }

  /** {@code kind: detail} of each alarm. */
  private List<String> told() throws IOException {
    VerifyReport report = store.verify(false);
    return report.alarms().stream().map(alarm -> alarm.kind() + ": " + alarm.detail()).toList();
  }

  private PageRef leaf(int index) {
    return TreeFaults.pagesOf(store.pages(), root, false).get(index);
  }

  @Test
  void aPageThatIsNotThere() throws IOException {
    PageRef leaf = leaf(1);
    store.pages().free(leaf.id(), store.pages().opSeq(leaf.id()));
    assertThat(told()).contains("missing-page: is not allocated");
  }

  @Test
  void aPageOfATree() throws IOException {
    TreeFaults.allocate(store.pages()); // one that no tree has shown
    long foreign = store.pages().ids().stream().mapToLong(Long::longValue).max().orElseThrow();
    TreeFaults.redirect(store.pages(), root, 1, foreign);
    assertThat(told()).contains("page-level: is of a tree");
  }

  @Test
  void anEntryOutsideOfItsPage() throws IOException {
    long vba = store.forest().nextVba() + (1 << 25); // the last page's, if anybody's
    TreeFaults.setLastMapVba(store.pages(), leaf(0), vba);
    assertThat(told()).anyMatch(text -> text.matches("page-range: holds 1 to " + vba));
  }

  @Test
  void aBlockOfNobodyThatIsNowhere() throws IOException {
    PageRef own = store.own(false).get(0);
    List<Cell> cells = TreeFaults.cells(store.pages(), own);
    int index = 0;
    while (cells.get(index).vba() < store.head().minVba()) {
      index++;
    }
    long vba = cells.get(index).vba();
    TreeFaults.removeCell(store.pages(), own, index);
    store.forest().map().put(vba, NOWHERE);
    assertThat(told())
        .anyMatch(text -> text.startsWith("dangling: no segment has"))
        .anyMatch(text -> text.startsWith("leak: at "));
  }

  @Test
  @DisplayName("a segment whose list cannot be read is told also by a check that reads no disk")
  void aListThatCannotBeRead() throws IOException {
    SegmentUsage sealed =
        store.container.segments().usage().stream()
            .filter(usage -> usage.sealed() && usage.summaryAt() > 0)
            .findFirst()
            .orElseThrow();
    store.container.close();
    store.disk.flip(String.format("seg-%07x", sealed.number()), sealed.summaryAt() + 9, 4);
    store.open();
    assertThat(Planted.kinds(store.verify(false))).containsExactly("damaged-segment");
  }
}
