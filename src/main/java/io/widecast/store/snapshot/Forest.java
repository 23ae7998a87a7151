package io.widecast.store.snapshot;

import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.snapshot.SnapshotRow.State;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.MiddleMap;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.Tree;
import io.widecast.store.tree.TreeReader;
import io.widecast.store.tree.ValueBlocks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All trees of one store: heads and snapshots over one middle map, and who shares what with whom.
 *
 * <p>What a head lets go of is freed at once when only it could reach it; it stays when the nearest
 * holding snapshot above covers it; else it goes to the late list of the row in whose window it
 * lies (systems.md S2 step 5). Not thread-safe: for the owner.
 */
public final class Forest {

  private final Pages pages;
  private final MiddleMap map;
  private final TreeMap<Long, SnapshotRow> rows = new TreeMap<>();
  private final TreeMap<Long, Head> heads = new TreeMap<>();
  private long nextId = 1; // of rows and heads
  private long nextVba = 1;
  private final BlockBatch pruned = new BlockBatch();

  public Forest(Pages pages, MiddleMap map) {
    this.pages = pages;
    this.map = map;
  }

  public Pages pages() {
    return pages;
  }

  public MiddleMap map() {
    return map;
  }

  public Collection<SnapshotRow> rows() {
    return rows.values();
  }

  public Collection<Head> heads() {
    return heads.values();
  }

  public long nextId() {
    return nextId;
  }

  public long nextVba() {
    return nextVba;
  }

  public Optional<SnapshotRow> row(long id) {
    return Optional.ofNullable(rows.get(id));
  }

  /** The snapshot that users call {@code name}, unless it is on its way out. */
  public Optional<SnapshotRow> named(String name) {
    return rows.values().stream()
        .filter(row -> row.state == State.LIVE && row.name().equals(name))
        .findFirst();
  }

  // ---- recovery

  /** Numbers go on above all that may be on disk (I2.6). */
  public void recover(long idAfter, long vbaAfter) {
    nextId = idAfter;
    nextVba = vbaAfter;
  }

  /** Puts back a row that a checkpoint has. */
  public SnapshotRow restore(
      long id,
      String name,
      long snapSeq,
      long rootId,
      Token token,
      long createdAtMillis,
      long keys,
      long contentBytes,
      long parent,
      long minVba,
      State state,
      List<LateItem> lateList) {
    PageRef root = rootId == 0 ? null : pages.ref(rootId);
    var row =
        new SnapshotRow(
            id,
            name,
            snapSeq,
            root,
            token,
            createdAtMillis,
            keys,
            contentBytes,
            parent,
            minVba,
            state);
    row.lateList.addAll(lateList);
    rows.put(id, row);
    return row;
  }

  /** Puts back a head that a checkpoint has; its parent first. */
  public Head restoreHead(
      long id, long rootId, long parent, long minVba, Token token, long keys, long contentBytes) {
    return addHead(id, pages.ref(rootId), parent, minVba, token, keys, contentBytes);
  }

  private Head addHead(
      long id, PageRef root, long parent, long minVba, Token token, long keys, long bytes) {
    Head[] self = new Head[1]; // the tree tells the head of what it lets go
    var tree =
        new Tree(
            pages,
            root,
            snapSeq(parent),
            (page, opSeq, level, low) -> letGoPage(self[0].parent, page, opSeq, level, low));
    self[0] = new Head(id, tree, parent, minVba, token, keys, bytes);
    heads.put(id, self[0]);
    return self[0];
  }

  private long snapSeq(long row) {
    return row == 0 ? 0 : rows.get(row).snapSeq();
  }

  // ---- heads

  /** A head over nothing. */
  public Head newHead(Token token) {
    return addHead(nextId++, null, 0, nextVba, token, 0, 0);
  }

  /** A head that begins as {@code row} is (S2 step 8). */
  public Head cloneOf(SnapshotRow row) {
    if (row.state != State.LIVE) {
      throw new IllegalStateException("clone of " + row);
    }
    pages.beginEdit();
    return addHead(
        nextId++, row.root(), row.id(), nextVba, row.token(), row.keys(), row.contentBytes());
  }

  /**
   * Gives up a head: its tree becomes a row that is to be deleted (S2 step 8, revert).
   *
   * @return that row
   */
  public SnapshotRow freeze(Head head, long nowMillis) {
    SnapshotRow row = addRow(head, "", nowMillis);
    row.state = State.CONDEMNED;
    heads.remove(head.id());
    return row;
  }

  // ---- writing

  /** What one put or delete led to. */
  private void count(Head head, Cell before, Cell after) {
    if (before != null && before.isPut()) {
      head.keys--;
      head.contentBytes -= before.key().length + before.valueBytes();
    }
    if (after.isPut()) {
      head.keys++;
      head.contentBytes += after.key().length + after.valueBytes();
    }
  }

  /**
   * Applies a pair of the publish at {@code token}. Older versions stay, for {@link #prune}.
   *
   * @return the version of the key that it came on top of; null when there was none
   */
  public Cell apply(Head head, Pair pair, Token token) {
    byte[] key = pair.key().bytes().unsafeArray();
    if (pair instanceof Pair.Put put) {
      return put(head, key, Versioned.of(put, token));
    }
    Cell before = head.tree.reader().find(key, Long.MAX_VALUE);
    if (before == null || !before.isPut()) {
      return null; // absent already
    }
    Cell after = Cell.delete(key, token, ((Pair.Delete) pair).expired());
    head.tree.put(after);
    count(head, before, after);
    return before;
  }

  /** Puts one key's state; of a copy, or of a publish. */
  public Cell put(Head head, byte[] key, Versioned held) {
    Cell cell = ValueBlocks.store(pages.segments(), map, nextVba, key, held);
    nextVba += ValueBlocks.count(cell.length());
    Cell replaced = head.tree.put(cell);
    Cell older = head.tree.older();
    if (replaced != null) {
      throw new IllegalStateException("two rows for " + cell.place());
    }
    count(head, older, cell);
    return older;
  }

  /** Removes a version that is not the newest, or a delete: nobody sees a difference above it. */
  public void forget(Head head, Cell version) {
    Cell removed = head.tree.remove(version.key(), version.revision());
    if (removed != null && removed.isPut()) {
      letGoExtent(head, removed);
    }
  }

  /**
   * Removes what nobody sees at {@code horizon} or above: versions of {@code key} that another one
   * up to there has replaced, and a delete that is the last word.
   *
   * @param max versions to remove at the most
   * @return whether that was all
   */
  public boolean prune(Head head, byte[] key, long horizon, int max) {
    List<Cell> versions = head.tree.reader().versions(key, horizon, max + 1);
    int removed = 0;
    for (int i = versions.size() - 1; i >= 0 && removed < max; i--) { // a delete goes last
      Cell version = versions.get(i);
      if (i > 0 || !version.isPut() && versions.size() <= max) {
        forget(head, version);
        removed++;
      }
    }
    return versions.size() <= max;
  }

  /**
   * As {@link #prune}, for all keys of the leaf that {@code place} belongs to. The values of what
   * it removes go with the next {@link #freePruned}.
   *
   * @return where the next leaf begins; null behind the last
   */
  public Place pruneLeaf(Head head, Place place, long horizon) {
    Tree.PrunedLeaf done = head.tree.pruneLeaf(place, horizon);
    for (Cell cell : done.removed()) {
      if (cell.isPut() && cell.vba() >= head.minVba) {
        pruned.add(cell.vba(), ValueBlocks.count(cell.length()));
      } else if (cell.isPut()) {
        letGoExtent(head, cell);
      }
    }
    for (byte[] key : done.split()) {
      while (!prune(head, key, horizon, 64)) {
        // a key with many versions
      }
    }
    return done.end();
  }

  /** Frees the values of pruned versions: what lies in one leaf of the middle map together. */
  public void freePruned() {
    pruned.removeFrom(map, pages.segments());
  }

  // ---- what is let go

  private void letGoPage(long parent, long page, long opSeq, int level, Place low) {
    for (SnapshotRow row = rows.get(parent); row != null; row = rows.get(row.parent)) {
      if (row.state.holds()) {
        return; // opSeq <= snapSeq here: it is covered
      }
      if (opSeq > snapSeq(row.parent)) {
        row.lateList.add(LateItem.page(page, opSeq, level, low));
        return;
      }
    }
    throw new IllegalStateException("page " + page + " of operation " + opSeq + " is nobody's");
  }

  private void letGoExtent(Head head, Cell cell) {
    int count = ValueBlocks.count(cell.length());
    if (cell.vba() >= head.minVba) {
      removeBlocks(cell.vba(), count);
      return;
    }
    for (SnapshotRow row = rows.get(head.parent); row != null; row = rows.get(row.parent)) {
      if (row.state.holds()) {
        return; // below the minVba of the next on the lineage: it is covered
      }
      if (cell.vba() >= row.minVba) {
        row.lateList.add(LateItem.extent(cell.vba(), count, cell.place()));
        return;
      }
    }
    throw new IllegalStateException("the value of " + cell + " is nobody's");
  }

  /** Frees blocks; some may be gone already. */
  void removeBlocks(long vba, int count) {
    for (int i = 0; i < count; i++) {
      long pba = map.remove(vba + i);
      if (pba != 0) {
        pages.segments().release(pba);
      }
    }
  }

  // ---- snapshots

  /** Freezes {@code head} as it is under a name (S2 step 7): a row, and no page. */
  public SnapshotRow snapshot(Head head, String name, long nowMillis) {
    SnapshotRow row = addRow(head, name, nowMillis);
    head.parent = row.id();
    head.minVba = nextVba;
    head.tree.setFloor(row.snapSeq());
    return row;
  }

  private SnapshotRow addRow(Head head, String name, long nowMillis) {
    long operation = pages.newOpSeq();
    var row =
        new SnapshotRow(
            nextId++,
            name,
            operation - 1,
            head.tree.root(),
            head.token,
            nowMillis,
            head.keys,
            head.contentBytes,
            head.parent,
            head.minVba,
            State.LIVE);
    rows.put(row.id(), row);
    pages.beginEdit();
    return row;
  }

  /** Asks for a snapshot to be deleted; nobody may begin to read it. */
  public void condemn(SnapshotRow row) {
    if (row.state == State.LIVE) {
      row.state = State.CONDEMNED;
    }
  }

  /** The newest row to be deleted that nobody reads: neighbours go newest first. */
  Optional<SnapshotRow> nextToDelete() {
    return rows.descendingMap().values().stream()
        .filter(row -> row.state == State.CONDEMNED && row.pins == 0)
        .findFirst();
  }

  public void pin(SnapshotRow row) {
    if (row.state != State.LIVE) {
      throw new IllegalStateException("pin of " + row);
    }
    row.pins++;
  }

  /** Keeps a whole tree from being deleted, also one that is to be. */
  public void hold(SnapshotRow row) {
    if (!row.state.holds()) {
      throw new IllegalStateException("hold of " + row);
    }
    row.pins++;
  }

  public void unpin(SnapshotRow row) {
    row.pins--;
  }

  // ---- lineage

  SnapshotRow parentOf(SnapshotRow row) {
    return rows.get(row.parent);
  }

  /** Heads and rows whose parent is {@code row}. */
  int childCount(SnapshotRow row) {
    int count = 0;
    for (SnapshotRow other : rows.values()) {
      count += other.parent == row.id() ? 1 : 0;
    }
    for (Head head : heads.values()) {
      count += head.parent == row.id() ? 1 : 0;
    }
    return count;
  }

  /**
   * The trees that may hold what {@code row} held: the nearest whole one on each branch below it,
   * through ghosts and the row that is being deleted. Nobody else can: what a row's window holds
   * was made on the way to that row, and is reached from below it only.
   */
  List<TreeReader> effectiveChildren(SnapshotRow row) {
    var trees = new ArrayList<TreeReader>();
    addEffectiveChildren(row.id(), trees);
    return trees;
  }

  private void addEffectiveChildren(long parent, List<TreeReader> trees) {
    for (Head head : heads.values()) {
      if (head.parent == parent) {
        trees.add(head.tree.reader());
      }
    }
    for (SnapshotRow child : rows.values()) {
      if (child.parent == parent) {
        if (child.state.holds()) {
          trees.add(reader(child));
        } else {
          addEffectiveChildren(child.id(), trees);
        }
      }
    }
  }

  /** Reads a row's tree; for the owner, or whoever has pinned it. */
  public TreeReader reader(SnapshotRow row) {
    return new TreeReader(pages, row.root(), Guard.ALWAYS);
  }

  /** Takes a row that has no tree any more off its lineage (S2 step 9). */
  void unlink(SnapshotRow row) {
    int children = childCount(row);
    if (children > 1) {
      row.state = State.GHOST;
      return;
    }
    for (SnapshotRow child : rows.values()) {
      if (child.parent == row.id()) {
        child.parent = row.parent;
        child.minVba = row.minVba;
      }
    }
    for (Head head : heads.values()) {
      if (head.parent == row.id()) {
        head.parent = row.parent;
        head.minVba = row.minVba;
        head.tree.setFloor(snapSeq(row.parent));
      }
    }
    rows.remove(row.id());
  }

  /** Whether one of {@code trees} holds what {@code item} names. */
  static boolean isHeld(LateItem item, List<TreeReader> trees) {
    for (TreeReader tree : trees) {
      if (item.isPage()) {
        TreeReader.Held held = tree.pageAt(item.level(), item.place());
        if (held != null && held.id() == item.id() && held.opSeq() == item.opSeq()) {
          return true;
        }
      } else if (holdsExtent(tree, item.place(), item.id())) {
        return true;
      }
    }
    return false;
  }

  static boolean holdsExtent(TreeReader tree, Place place, long vba) {
    Cell found = tree.find(place.key(), place.revision());
    return found != null && found.revision() == place.revision() && found.vba() == vba;
  }
}
