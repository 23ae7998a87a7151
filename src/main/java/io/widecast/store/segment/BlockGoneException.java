package io.widecast.store.segment;

/**
 * The segment of an address has been cleaned away: the block stands elsewhere now, or nowhere, and
 * whoever held the address looks it up again. Part of normal work, hence without a stack trace.
 */
public final class BlockGoneException extends RuntimeException {

  public BlockGoneException(long pba) {
    super("gone: " + Pba.text(pba), null, false, false);
  }
}
