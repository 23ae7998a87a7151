package io.widecast.store.verify;

import io.widecast.store.container.Container;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.Forest;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.snapshot.SnapshotRow.State;
import java.util.HashSet;
import java.util.TreeMap;

/**
 * The snapshot table by itself (S4 step 7): rows form a forest, numbers rise along each lineage.
 * What is wrong here makes every other judgement void, so a verification ends with it.
 */
final class ForestCheck {

  private final Container container;
  private final Forest forest;
  private final Alarms alarms;
  private final TreeMap<Long, SnapshotRow> rows = new TreeMap<>();

  ForestCheck(Container container, Alarms alarms) {
    this.container = container;
    this.forest = container.forest();
    this.alarms = alarms;
  }

  void run() {
    forest.rows().forEach(row -> rows.put(row.id(), row));
    for (SnapshotRow row : rows.values()) {
      String where = row.toString();
      if (descends(row)) {
        checkNumbers(where, row.parent(), row.snapSeq(), row.minVba());
      }
      if (row.state() != State.GHOST && row.root() == null) {
        alarms.raise(AlarmKind.NO_FOREST, where, "has no tree");
      }
    }
    for (Head head : forest.heads()) {
      String where = "head " + head.id();
      if (head.parent() != 0 && !rows.containsKey(head.parent())) {
        alarms.raise(AlarmKind.NO_FOREST, where, "parent " + head.parent() + " does not exist");
      } else {
        checkNumbers(where, head.parent(), forest.pages().nextOpSeq(), head.minVba());
        long floor = head.parent() == 0 ? 0 : rows.get(head.parent()).snapSeq();
        if (head.tree().floor() != floor) {
          alarms.raise(
              AlarmKind.SNAP_SEQ,
              where,
              "takes pages above " + head.tree().floor() + " for its own; its parent is " + floor);
        }
      }
    }
    checkJob();
  }

  /** Whether the way up from {@code row} comes to an end. */
  private boolean descends(SnapshotRow row) {
    var seen = new HashSet<Long>();
    for (SnapshotRow at = row; at.parent() != 0; at = rows.get(at.parent())) {
      if (!seen.add(at.id())) {
        alarms.raise(AlarmKind.NO_FOREST, row.toString(), "descends from itself");
        return false;
      }
      if (!rows.containsKey(at.parent())) {
        if (at == row) { // told once, of the child itself
          alarms.raise(
              AlarmKind.NO_FOREST, row.toString(), "parent " + row.parent() + " does not exist");
        }
        return false;
      }
    }
    return true;
  }

  private void checkNumbers(String where, long parentId, long snapSeq, long minVba) {
    SnapshotRow parent = rows.get(parentId);
    if (parent != null && parent.snapSeq() >= snapSeq || snapSeq > forest.pages().nextOpSeq()) {
      alarms.raise(
          AlarmKind.SNAP_SEQ,
          where,
          "snapSeq "
              + snapSeq
              + ", parent's "
              + (parent == null ? "none" : parent.snapSeq())
              + ", next operation "
              + forest.pages().nextOpSeq());
    }
    if (parent != null && parent.minVba() > minVba || minVba > forest.nextVba()) {
      alarms.raise(
          AlarmKind.SNAP_SEQ,
          where,
          "own blocks from "
              + minVba
              + ", parent's from "
              + (parent == null ? "none" : parent.minVba())
              + ", next block "
              + forest.nextVba());
    }
  }

  private void checkJob() {
    long job = container.deletion().job().map(Deletion.Job::row).orElse(0L);
    if (job != 0 && !rows.containsKey(job)) {
      alarms.raise(AlarmKind.NO_FOREST, "deletion", "of row " + job + ", which does not exist");
    }
    for (SnapshotRow row : rows.values()) {
      if ((row.state() == State.DELETING) != (row.id() == job)) {
        alarms.raise(
            AlarmKind.NO_FOREST,
            row.toString(),
            job == 0 ? "nothing is being deleted" : "row " + job + " is being deleted");
      }
    }
  }

  /** The rows by id, with those that came after the check. */
  TreeMap<Long, SnapshotRow> rowsNow() {
    forest.rows().forEach(row -> rows.put(row.id(), row));
    return rows;
  }
}
