package io.widecast.store.verify;

import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.TreeReader;
import io.widecast.store.tree.ValueBlocks;
import io.widecast.store.verify.Lineage.Tree;
import io.widecast.store.verify.Lineage.Window;

/**
 * The values of the rows of one tree (S4 step 5): where the middle map says, and this tree's to
 * name. A step of a verification is one turn of the store's owner, so the middle map is of one
 * version throughout, and nothing that seems wrong could have been moved meanwhile.
 */
final class ExtentCheck {

  private final Scope scope;
  private final Tree tree;

  ExtentCheck(Scope scope, Tree tree) {
    this.scope = scope;
    this.tree = tree;
  }

  void check(Cell cell) {
    if (!cell.isPut()) {
      return;
    }
    int count = ValueBlocks.count(cell.length());
    boolean reached = false;
    for (int i = 0; i < count; i++) {
      reached |= !scope.vbas.add(cell.vba() + i);
    }
    String where = tree.label + ", " + cell.place();
    String wrong = wrongOwner(cell, count, reached);
    if (!wrong.isEmpty()) {
      scope.alarms.raise(AlarmKind.WRONG_OWNER, where, "VBA " + cell.vba() + ": " + wrong);
    } else if (!reached) {
      for (int i = 0; i < count; i++) {
        if (!checkBlock(where, cell.vba() + i)) {
          return; // one alarm for a value
        }
      }
    }
  }

  private boolean checkBlock(String where, long vba) {
    long pba;
    try {
      pba = scope.map.find(vba);
    } catch (StoreException | BlockGoneException e) {
      scope.alarms.raise(AlarmKind.DAMAGED_VALUE, where, "VBA " + vba + ": " + e.getMessage());
      return false;
    }
    if (pba == 0 || !scope.segments.contains(pba)) {
      String what = pba == 0 ? "the middle map does not hold it" : "no segment has " + pba;
      scope.alarms.raise(AlarmKind.DANGLING, where, "VBA " + vba + ": " + what);
      return false;
    }
    if (scope.damage.claim(pba)) {
      scope.alarms.raise(AlarmKind.DAMAGED_VALUE, where, "VBA " + vba + " is damaged on disk");
      return false;
    }
    return true;
  }

  /** Why the row may not name its value; empty when it may. */
  private String wrongOwner(Cell cell, int count, boolean reached) {
    if (cell.vba() + count > scope.vbaEnd) {
      return "was never handed out";
    }
    if (cell.vba() >= tree.minVba) {
      return reached ? "written here, and another row has it too" : "";
    }
    if (cell.vba() < tree.parentVba()) {
      if (tree.parent == null) {
        return "older than the first tree";
      }
      if (tree.parent.incomplete && !reached) {
        return ""; // the parent could not be read there
      }
      return holds(tree.parent, cell) ? "" : tree.parent.label + " does not have it so";
    }
    if (!reached) {
      return ""; // the first of the sisters under a ghost
    }
    for (Window window : tree.windows) {
      for (Tree sister : window.walked) {
        if (holds(sister, cell)) {
          return "";
        }
      }
    }
    return "of a ghost's time, and another row has it";
  }

  private boolean holds(Tree other, Cell cell) {
    try {
      var reader = new TreeReader(scope.pages, other.root, Guard.ALWAYS);
      Cell found = reader.find(cell.key(), cell.revision());
      return found != null && found.revision() == cell.revision() && found.vba() == cell.vba();
    } catch (StoreException | BlockGoneException e) {
      return true; // told of when the other tree was walked
    }
  }
}
