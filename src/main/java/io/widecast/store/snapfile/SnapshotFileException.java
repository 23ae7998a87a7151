package io.widecast.store.snapfile;

import java.io.IOException;

/** A file that is not, or no longer, a whole snapshot; the message says where and why. */
public final class SnapshotFileException extends IOException {

  SnapshotFileException(String message) {
    super(message);
  }
}
