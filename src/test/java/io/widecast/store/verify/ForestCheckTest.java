package io.widecast.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.VerifyReport;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.SnapshotFaults;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.snapshot.SnapshotRow.State;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.TreeFaults;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** I4.2: each fault of the snapshot table by itself is told, and told as what it is. */
class ForestCheckTest {

  private static final long NOWHERE = 1 << 30;

  private Planted store;

  @BeforeEach
  void make() throws IOException {
    store = Planted.store();
  }

  /** {@code kind: where: detail} of each alarm. */
  private List<String> told() throws IOException {
    VerifyReport report = store.verify(false);
    return report.alarms().stream()
        .map(alarm -> alarm.kind() + ": " + alarm.where() + ": " + alarm.detail())
        .toList();
  }

  private void beginDeletion(String name) throws IOException {
    store.container.deleteSnapshot(name);
    while (store.container.deletion().job().isEmpty()) {
      store.container.deleteStep();
    }
  }

  @Test
  void aRowWithoutATree() throws IOException {
    SnapshotRow row = store.row("one");
    SnapshotFaults.dropTree(store.forest(), row);
    assertThat(told()).containsExactly("no-forest: " + row + ": has no tree");
  }

  @Test
  void aHeadWithoutItsParent() throws IOException {
    SnapshotFaults.setParent(store.head(), NOWHERE);
    assertThat(told())
        .containsExactly(
            "no-forest: head " + store.head().id() + ": parent " + NOWHERE + " does not exist");
  }

  @Test
  void aRowWithoutItsParentIsToldOnce() throws IOException {
    SnapshotRow row = store.row("one"); // another one descends from it
    SnapshotFaults.setParent(row, NOWHERE);
    assertThat(told())
        .containsExactly("no-forest: " + row + ": parent " + NOWHERE + " does not exist");
  }

  @Test
  void aRowThatDescendsFromItself() throws IOException {
    SnapshotRow row = store.row("one");
    SnapshotFaults.setParent(row, row.id());
    assertThat(told()).contains("no-forest: " + row + ": descends from itself");
  }

  @Test
  void aHeadThatTakesOthersPagesForItsOwn() throws IOException {
    long floor = store.head().tree().floor();
    SnapshotFaults.setFloor(store.head(), floor - 1);
    assertThat(told())
        .containsExactly(
            "snap-seq: head "
                + store.head().id()
                + ": takes pages above "
                + (floor - 1)
                + " for its own; its parent is "
                + floor);
  }

  @Test
  void blocksOfAChildThatBeginBeforeItsParents() throws IOException {
    SnapshotRow two = store.row("two");
    long parents = store.row("one").minVba();
    SnapshotFaults.setMinVba(two, parents - 1);
    assertThat(told())
        .containsExactly(
            "snap-seq: "
                + two
                + ": own blocks from "
                + (parents - 1)
                + ", parent's from "
                + parents
                + ", next block "
                + store.forest().nextVba());
  }

  @Test
  void aDeletionOfARowThatIsNotThere() throws IOException {
    beginDeletion("one");
    SnapshotRow row = store.forest().rows().iterator().next();
    SnapshotFaults.setParent(store.row("two"), 0);
    SnapshotFaults.setParent(store.head(), store.row("two").id());
    SnapshotFaults.forget(store.forest(), row);
    assertThat(told())
        .contains("no-forest: deletion: of row " + row.id() + ", which does not exist");
  }

  @Test
  void aRowThatIsBeingDeletedByNobody() throws IOException {
    SnapshotRow row = store.row("one");
    SnapshotFaults.setState(row, State.DELETING);
    assertThat(told()).containsExactly("no-forest: " + row + ": nothing is being deleted");
  }

  @Test
  void aRowThatIsBeingDeletedBesideAnother() throws IOException {
    beginDeletion("one");
    long job = store.container.deletion().job().map(Deletion.Job::row).orElseThrow();
    SnapshotRow row = store.row("two");
    SnapshotFaults.setState(row, State.DELETING);
    assertThat(told()).containsExactly("no-forest: " + row + ": row " + job + " is being deleted");
  }

  @Test
  @DisplayName("a damaged page of a tree that is being deleted is told, too")
  void aDamagedPageOfWhatIsGoing() throws IOException {
    SnapshotRow row = store.row("one");
    PageRef own =
        TreeFaults.pagesOf(store.pages(), row.root(), false).stream()
            .filter(ref -> !isIn(store.row("two"), ref) && !isInHead(ref))
            .findFirst()
            .orElseThrow();
    long pba = store.pages().pba(own.id());
    store.container.close();
    store.flip(pba, 20);
    store.open();
    store.container.deleteSnapshot("one");
    store.container.deleteStep(); // begun, nothing read

    assertThat(told())
        .anySatisfy(
            alarm ->
                assertThat(alarm)
                    .startsWith("damaged-page: snapshot " + row.id())
                    .contains("page " + own.id()));
  }

  private boolean isIn(SnapshotRow row, PageRef page) {
    return TreeFaults.pagesOf(store.pages(), row.root(), false).stream()
        .anyMatch(ref -> ref.id() == page.id());
  }

  private boolean isInHead(PageRef page) {
    return TreeFaults.pagesOf(store.pages(), store.head().tree().root(), false).stream()
        .anyMatch(ref -> ref.id() == page.id());
  }
}
