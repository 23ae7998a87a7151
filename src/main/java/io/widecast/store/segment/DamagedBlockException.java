package io.widecast.store.segment;

import io.widecast.store.log.StoreException;

/** What stands at an address is not what was written there. It is never served. */
public final class DamagedBlockException extends StoreException {

  private final long pba;

  DamagedBlockException(long pba, String place, String what) {
    super(
        "damage in "
            + place
            + ": "
            + Pba.text(pba)
            + ": "
            + what
            + ". The disk changed what was written; run 'widecast verify' on the directory, and let"
            + " this node take a new copy");
    this.pba = pba;
  }

  public long pba() {
    return pba;
  }
}
