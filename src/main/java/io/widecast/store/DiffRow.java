package io.widecast.store;

import io.widecast.model.Key;

/**
 * A key that differs.
 *
 * @param fromRevision of its version on the older side; 0 where it is absent
 * @param toRevision of its version on the newer side; 0 where it is absent
 */
public record DiffRow(Key key, long fromRevision, long toRevision) {

  public DiffRow {
    if (fromRevision == toRevision) {
      throw new IllegalArgumentException(key + " does not differ");
    }
  }
}
