package io.widecast.store.verify;

import io.widecast.store.container.Container;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.LateItem;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.ValueBlocks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What no whole tree reaches and is on its way out all the same: what late lists name, and what is
 * left of the tree that is being deleted. Deletion only takes from it afterwards, since all that
 * whole trees let go of from then on is covered by the trees that are held.
 *
 * <p>Looks only at pages that no whole tree has shown, so it comes after these; all at once, since
 * the tree is going.
 */
final class Leftovers {

  private final Scope scope;
  private final NumberSet vbas = new NumberSet();
  private final NumberSet pages = new NumberSet();
  private final Map<Long, Long> latePages = new HashMap<>(); // id to opSeq; never iterated
  private Place cursor = Place.FIRST; // pages before it are freed already
  private boolean blocksToo;

  Leftovers(Scope scope) {
    this.scope = scope;
  }

  /** Takes down what the late lists name: at the beginning, since they only get shorter. */
  void addLate(Container container) {
    for (SnapshotRow row : container.forest().rows()) {
      for (LateItem item : row.lateList()) {
        if (item.isPage()) {
          latePages.put(item.id(), item.opSeq());
        } else {
          for (int i = 0; i < item.count(); i++) {
            vbas.add(item.id() + i);
          }
        }
      }
    }
  }

  /** Takes down what is left of the tree that was being deleted at the beginning. */
  void addDeleting(Container container, long rowId) {
    Deletion.Job job = container.deletion().job().orElse(null);
    if (job == null || job.row() != rowId || job.phase() == Deletion.Phase.DRAIN) {
      return; // done meanwhile
    }
    blocksToo = job.phase() == Deletion.Phase.SCAN;
    cursor = blocksToo ? Place.FIRST : job.cursor();
    SnapshotRow row = container.forest().row(rowId).orElseThrow();
    add(row.root(), row.toString(), Place.FIRST, null);
  }

  private void add(PageRef ref, String tree, Place low, Place high) {
    boolean freed = high != null && high.compareTo(cursor) <= 0;
    if (freed || scope.pages.opSeq(ref.id()) == 0 || scope.checked.contains(ref.id())) {
      return; // whole trees that reach a page reach all below it
    }
    Pages.Inspection page;
    List<PageRef> children;
    try {
      page = scope.pages.inspect(ref, Guard.ALWAYS);
      children = scope.pages.children(ref, Guard.ALWAYS);
    } catch (StoreException | BlockGoneException e) {
      scope.damage.claim(scope.pages.pba(ref.id()));
      scope.alarms.raise(
          AlarmKind.DAMAGED_PAGE,
          tree + ", page " + ref.id() + ", " + Scope.range(low, high),
          e.getMessage());
      scope.unread = true;
      return;
    }
    if (page.isMap() || !pages.add(ref.id())) {
      return;
    }
    for (int i = 0; i < children.size(); i++) {
      Place end = i + 1 < children.size() ? page.lows().get(i + 1) : high;
      add(children.get(i), tree, page.lows().get(i), end);
    }
    for (Cell cell : page.cells()) {
      for (int i = 0; blocksToo && cell.isPut() && i < ValueBlocks.count(cell.length()); i++) {
        vbas.add(cell.vba() + i);
      }
    }
  }

  boolean hasVba(long vba) {
    return vbas.contains(vba);
  }

  boolean hasPage(long id, long opSeq) {
    return pages.contains(id) || latePages.getOrDefault(id, 0L) == opSeq;
  }
}
