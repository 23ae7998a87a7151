package io.widecast.store.tree;

import io.widecast.store.log.StoreException;

/** A row names a block that the middle map does not hold: never in a sound store. */
public final class DanglingException extends StoreException {

  DanglingException(Cell cell, long vba) {
    super(
        "the value of "
            + cell
            + " is missing: the middle map does not hold VBA "
            + vba
            + ". Run 'widecast verify', and let this node take a new copy");
  }
}
