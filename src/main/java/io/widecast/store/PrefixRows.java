package io.widecast.store;

import io.widecast.model.Bytes;
import io.widecast.model.KeyVersion;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The rows from some key on for as long as they begin with a prefix. */
final class PrefixRows implements Iterator<KeyVersion> {

  private final Iterator<KeyVersion> rows;
  private final Bytes prefix;
  private KeyVersion next;

  PrefixRows(Iterator<KeyVersion> rows, Bytes prefix) {
    this.rows = rows;
    this.prefix = prefix;
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public KeyVersion next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    KeyVersion row = next;
    advance();
    return row;
  }

  private void advance() {
    next = rows.hasNext() ? rows.next() : null;
    if (next != null && !prefix.isPrefixOf(next.key().bytes().unsafeArray())) {
      next = null;
    }
  }
}
