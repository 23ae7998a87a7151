package io.widecast.store.container;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.View;
import java.util.Iterator;
import java.util.Optional;

/** The running map as it was at an earlier revision. How much it held then is not known. */
public final class HistoryView implements View {

  private final Token token;
  private final Roots roots;
  private final Reading reading;

  HistoryView(Container container, Token token, Roots roots) {
    this.token = token;
    this.roots = roots;
    this.reading = new Reading(container, roots, token.revision());
  }

  @Override
  public Token token() {
    return token;
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

  @Override
  public Optional<Versioned> find(Key key) {
    return reading.find(key);
  }

  @Override
  public Optional<Optional<Versioned>> findNow(Key key) {
    return reading.findNow(key);
  }

  @Override
  public Iterator<KeyVersion> expiring() {
    return reading.expiring();
  }

  @Override
  public Iterator<KeyVersion> from(Bytes from) {
    return reading.from(from);
  }
}
