package io.widecast.store.tree;

/**
 * The tree was changed while a page of it was read from disk: begin again at the newest root. Part
 * of normal work, hence without a stack trace.
 */
public final class MovedException extends RuntimeException {

  MovedException() {
    super("the tree was changed meanwhile", null, false, false);
  }
}
