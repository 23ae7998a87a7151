package io.widecast.store.container;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.DiffRow;
import io.widecast.store.View;
import io.widecast.store.snapshot.SnapshotRow;
import java.util.Iterator;
import java.util.Optional;

/**
 * A snapshot that is held: it stays as it is until this is closed. Read on any thread; closed by
 * the store's owner.
 */
public final class SnapshotView implements View, AutoCloseable {

  private final Container container;
  private final SnapshotRow row;
  private final Token token;
  private final Reading reading;
  private boolean closed;

  /**
   * @param token what is read is as of this, at most the snapshot's own: its tree has the history
   */
  SnapshotView(Container container, SnapshotRow row, Token token) {
    this.container = container;
    this.row = row;
    this.token = token;
    this.reading = new Reading(container, container.roots(), row.root(), token.revision());
  }

  @Override
  public Token token() {
    return token;
  }

  @Override
  public long size() {
    return row.keys();
  }

  @Override
  public long contentBytes() {
    return row.contentBytes();
  }

  @Override
  public Optional<Versioned> find(Key key) {
    return reading.find(key);
  }

  @Override
  public Optional<Optional<Versioned>> findNow(Key key) {
    return reading.findNow(key);
  }

  @Override
  public Iterator<KeyVersion> expiring() {
    return reading.expiring();
  }

  @Override
  public Iterator<KeyVersion> from(Bytes from) {
    return reading.from(from);
  }

  /** The keys that differ between this and {@code newer}; both must stay open meanwhile. */
  public Iterator<DiffRow> diff(SnapshotView newer) {
    return new SnapshotDiff(
        container.forest().reader(row),
        reading,
        container.forest().reader(newer.row),
        newer.reading);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      container.unpin(row);
    }
  }
}
