package io.widecast.store.container;

import io.widecast.model.Token;

/** The running map as it was at an earlier revision. How much it held then is not known. */
public final class HistoryView extends ReadingView {

  private final Roots roots;

  HistoryView(Token token, Roots roots) {
    super(token, new Reading(roots, token.revision()));
    this.roots = roots;
  }

  /** Of the newest state: what it was is not kept. */
  @Override
  public long size() {
    return roots.keys();
  }

  /** Of the newest state: what it was is not kept. */
  @Override
  public long contentBytes() {
    return roots.contentBytes();
  }
}
