package io.widecast.store;

import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.redo.Manifest;
import io.widecast.store.redo.RedoObject;
import io.widecast.store.redo.RedoWriter;
import io.widecast.store.redo.Row;
import java.io.IOException;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.NoSuchElementException;

/**
 * A frozen running point on its way to disk: a delta object with what changed since the last one,
 * or a new root when the chain has grown too long. Holds immutable things only, so that it can be
 * written on any thread while the map moves on.
 */
public final class Checkpoint {

  private final Disk disk;
  private final long identity;
  private final Manifest before;
  private final TreeView view;
  private final NavigableMap<Key, Token> deleted;
  private final long logFrom;

  /**
   * @param deleted keys that were deleted since {@code before}, with the position of the delete;
   *     they may have come back later
   * @param logFrom the first segment of the log needed behind {@code view}
   */
  Checkpoint(
      Disk disk,
      long identity,
      Manifest before,
      TreeView view,
      NavigableMap<Key, Token> deleted,
      long logFrom) {
    this.disk = disk;
    this.identity = identity;
    this.before = before;
    this.view = view;
    this.deleted = deleted;
    this.logFrom = logFrom;
  }

  NavigableMap<Key, Token> deleted() {
    return deleted;
  }

  /**
   * Writes object and manifest; from then on a start needs no older log.
   *
   * @return the manifest as it stands now
   */
  Manifest write() throws IOException {
    long parent = before.nextParent();
    Iterator<byte[]> rows =
        parent == 0
            ? view.rows()
            : new WithTombstones(
                view.rowsAfter(before.position().revision()), deleted.entrySet().iterator());
    RedoObject object =
        RedoWriter.write(disk, identity, before.nextObject(), parent, view.token(), rows);
    Manifest after = before.with(object, logFrom);
    after.write(disk, identity);
    after.deleteOthers(disk);
    return after;
  }

  /** Rows and tombstones by rising key; a row beats a tombstone, for it came later. */
  private static final class WithTombstones implements Iterator<byte[]> {

    private final Iterator<byte[]> rows;
    private final Iterator<NavigableMap.Entry<Key, Token>> deletes;
    private byte[] row;
    private byte[] tombstone;

    WithTombstones(Iterator<byte[]> rows, Iterator<NavigableMap.Entry<Key, Token>> deletes) {
      this.rows = rows;
      this.deletes = deletes;
      nextRow();
      nextTombstone();
    }

    private void nextRow() {
      row = rows.hasNext() ? rows.next() : null;
    }

    private void nextTombstone() {
      tombstone = null;
      if (deletes.hasNext()) {
        NavigableMap.Entry<Key, Token> delete = deletes.next();
        tombstone = Row.tombstone(delete.getKey(), delete.getValue());
      }
    }

    @Override
    public boolean hasNext() {
      return row != null || tombstone != null;
    }

    @Override
    public byte[] next() {
      if (row == null && tombstone == null) {
        throw new NoSuchElementException();
      }
      int order = row == null ? 1 : tombstone == null ? -1 : Row.compare(row, tombstone);
      byte[] next = order <= 0 ? row : tombstone;
      if (order <= 0) {
        nextRow();
      }
      if (order >= 0) {
        nextTombstone();
      }
      return next;
    }
  }
}
