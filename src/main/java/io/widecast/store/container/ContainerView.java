package io.widecast.store.container;

import io.widecast.model.Token;

/**
 * The running map at one position. Where the state that it was made of can no longer be read from
 * disk, it reads the newest one at its own position; should that be compacted by then, reading
 * fails with {@code COMPACTED}. For long reads that must not, pin a snapshot.
 */
public final class ContainerView extends ReadingView {

  private final Container container;
  private final Roots roots;

  ContainerView(Container container, Roots roots) {
    super(roots.token(), new Reading(roots, roots.token().revision()));
    this.container = container;
    this.roots = roots;
  }

  /** Without history the log alone says what can be resumed from. */
  @Override
  public Token horizon() {
    return container.keepsHistory() ? container.horizon() : Token.NONE;
  }

  @Override
  public long size() {
    return roots.keys();
  }

  @Override
  public long contentBytes() {
    return roots.contentBytes();
  }
}
