package io.widecast.store.log;

import java.io.IOException;

/** No room for what was to be written; a part of it may stand in the file. */
public final class DiskFullException extends IOException {

  public DiskFullException(String message) {
    super(message);
  }

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
