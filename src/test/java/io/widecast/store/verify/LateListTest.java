package io.widecast.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.VerifyReport;
import io.widecast.store.container.Pruning;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.SnapshotFaults;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.snapshot.SnapshotRow.State;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What heads let go of under a row on its way out stands in that row's late list, and nowhere else:
 * what is missing there, or stands there wrongly, is never freed.
 */
class LateListTest {

  private static final int KEYS = 800;

  private Planted store;
  private SnapshotRow row;

  @BeforeEach
  void fill() throws IOException {
    store = new Planted();
    store.put(0, KEYS, 1);
    store.container.takeSnapshot("one", 1);
    row = store.row("one");
  }

  private void deleteAll() {
    while (store.container.deleteStep()) {
      // to the end
    }
  }

  /** The map lets go of whatever it shared. */
  private void overwrite() {
    store.put(0, KEYS, 1);
    prune();
  }

  private void prune() {
    store.container.raiseHorizon(store.container.token());
    Pruning pruning = Pruning.ofAll(store.container.token());
    while (store.container.pruneStep(pruning)) {
      // to the end
    }
  }

  /** The row is a ghost between two heads, of which the map has let go of all that it holds. */
  private void ghost() {
    store.forest().cloneOf(row);
    store.forest().condemn(row);
    deleteAll();
    assertThat(row.state()).isEqualTo(State.GHOST);
    overwrite();
    assertThat(row.lateList()).anyMatch(item -> item.isPage()).anyMatch(item -> !item.isPage());
  }

  private VerifyReport verify() throws IOException {
    return store.verify(false);
  }

  private void expect(Consumer<SnapshotRow> fault, String... kinds) throws IOException {
    assertThat(verify().alarms()).isEmpty();
    fault.accept(row);
    assertThat(Planted.kinds(verify())).containsExactlyInAnyOrder(kinds);
  }

  @Test
  @DisplayName("I2.4: what a late list names may be held by another branch, and is no leak then")
  void raisesNothingWhileAnotherBranchHoldsIt() throws IOException {
    ghost();
    assertThat(verify().alarms()).isEmpty();

    SnapshotFaults.dropLate(row, true);
    SnapshotFaults.dropLate(row, false);

    assertThat(verify().alarms()).isEmpty(); // the other branch will let go of it in its turn
  }

  @Test
  @DisplayName("I4.2: blocks that a late list forgets leak")
  void missesBlocks() throws IOException {
    endWalks();
    expect(late -> assertThat(SnapshotFaults.dropLate(late, false)).isPositive(), "leak");
  }

  @Test
  @DisplayName("I4.2: pages that a late list forgets leak")
  void missesPages() throws IOException {
    endWalks();
    expect(late -> assertThat(SnapshotFaults.dropLate(late, true)).isPositive(), "leaked-page");
  }

  @Test
  @DisplayName("I4.2: a late list that names a page by another operation frees it never")
  void missesPagesOfAnotherOperation() throws IOException {
    endWalks();
    expect(SnapshotFaults::renumberLatePages, "leaked-page");
  }

  @Test
  @DisplayName("I4.2: a late list that names other blocks frees the right ones never")
  void missesBlocksOfOtherNumbers() throws IOException {
    endWalks();
    expect(SnapshotFaults::shiftLateBlocks, "leak");
  }

  /**
   * The snapshot's own walks are over, with the map still sharing most of it; then the map lets go,
   * and the late list is all that names what only the two had.
   */
  private void endWalks() {
    store.forest().condemn(row);
    do {
      store.container.deleteStep();
    } while (store
        .container
        .deletion()
        .job()
        .filter(job -> job.phase() == Deletion.Phase.DRAIN)
        .isEmpty());
    overwrite();
    assertThat(row.lateList()).anyMatch(item -> item.isPage()).anyMatch(item -> !item.isPage());
  }
}
