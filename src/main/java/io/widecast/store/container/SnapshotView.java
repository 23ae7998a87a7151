package io.widecast.store.container;

import io.widecast.model.Token;
import io.widecast.store.DiffRow;
import io.widecast.store.snapshot.SnapshotRow;
import java.util.Iterator;

/**
 * A snapshot that is held: it stays as it is until this is closed. Read on any thread; closed by
 * the store's owner.
 */
public final class SnapshotView extends ReadingView implements AutoCloseable {

  private final Container container;
  private final SnapshotRow row;
  private boolean closed;

  /**
   * @param token what is read is as of this, at most the snapshot's own: its tree has the history
   */
  SnapshotView(Container container, SnapshotRow row, Token token) {
    super(token, new Reading(container.roots(), row.root(), token.revision()));
    this.container = container;
    this.row = row;
  }

  @Override
  public long size() {
    return row.keys();
  }

  @Override
  public long contentBytes() {
    return row.contentBytes();
  }

  /** The keys that differ between this and {@code newer}; both must stay open meanwhile. */
  public Iterator<DiffRow> diff(SnapshotView newer) {
    return new SnapshotDiff(
        container.forest().reader(row),
        reading(),
        container.forest().reader(newer.row),
        newer.reading());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      container.unpin(row);
    }
  }
}
