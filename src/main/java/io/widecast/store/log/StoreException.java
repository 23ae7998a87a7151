package io.widecast.store.log;

/**
 * The store cannot start, or cannot go on: its directory belongs to another node or process, its
 * files are damaged, or the disk failed. The message names the file and says what to do.
 */
public class StoreException extends RuntimeException {

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
