package io.widecast.store.snapshot;

import java.util.List;

/** Plants faults in the snapshot table. */
public final class SnapshotFaults {

  private SnapshotFaults() {}

  public static void setParent(SnapshotRow row, long id) {
    row.parent = id;
  }

  public static void setParent(Head head, long id) {
    head.parent = id;
  }

  public static void setMinVba(SnapshotRow row, long vba) {
    row.minVba = vba;
  }

  public static void setMinVba(Head head, long vba) {
    head.minVba = vba;
  }

  public static void setState(SnapshotRow row, SnapshotRow.State state) {
    row.state = state;
  }

  public static void addKeys(Head head, long more) {
    head.keys += more;
  }

  public static void addBytes(Head head, long more) {
    head.contentBytes += more;
  }

  public static boolean dropLate(SnapshotRow row, boolean page) {
    for (LateItem item : List.copyOf(row.lateList)) {
      if (item.isPage() == page) {
        row.lateList.remove(item);
        return true;
      }
    }
    return false;
  }

  /** The row with another number, and so many more keys. */
  public static void restore(Forest forest, SnapshotRow row, long snapSeq, long moreKeys) {
    forest.restore(
        row.id(),
        row.name(),
        snapSeq,
        row.root() == null ? 0 : row.root().id(),
        row.token(),
        row.createdAtMillis(),
        row.keys() + moreKeys,
        row.contentBytes(),
        row.parent,
        row.minVba,
        row.state,
        row.lateList());
  }
}
