package io.widecast.store.snapshot;

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

  public static void setFloor(Head head, long snapSeq) {
    head.tree().setFloor(snapSeq);
  }

  /** The row is gone from the table, whatever still refers to it. */
  public static void forget(Forest forest, SnapshotRow row) {
    forest.rows().remove(row);
  }

  /** The row's tree is gone from it. */
  public static void dropTree(Forest forest, SnapshotRow row) {
    forest.restore(
        row.id(),
        row.name(),
        row.snapSeq(),
        0,
        row.token(),
        row.createdAtMillis(),
        row.keys(),
        row.contentBytes(),
        row.parent,
        row.minVba,
        row.state,
        row.lateList());
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

  /** The late list forgets pages, or blocks; how many. */
  public static int dropLate(SnapshotRow row, boolean pages) {
    int before = row.lateList.size();
    row.lateList.removeIf(item -> item.isPage() == pages);
    return before - row.lateList.size();
  }

  /** The late list names its pages by the number of another operation. */
  public static void renumberLatePages(SnapshotRow row) {
    row.lateList.replaceAll(
        item ->
            item.isPage()
                ? LateItem.page(item.id(), item.opSeq() + 1, item.level(), item.place())
                : item);
  }

  /** The late list names other blocks, which there are not. */
  public static void shiftLateBlocks(SnapshotRow row) {
    row.lateList.replaceAll(
        item ->
            item.isPage()
                ? item
                : LateItem.extent(item.id() + 100_000, item.count(), item.place()));
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
