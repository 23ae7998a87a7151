package io.widecast.store.container;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.View;
import java.util.Iterator;
import java.util.Optional;

/**
 * The running map at one position. Where the state that it was made of can no longer be read from
 * disk, it reads the newest one at its own position; should that be compacted by then, reading
 * fails with {@code COMPACTED}. For long reads that must not, pin a snapshot.
 */
public final class ContainerView implements View {

  private final Container container;
  private final Reading reading;
  private final Roots roots;

  ContainerView(Container container, Roots roots) {
    this.container = container;
    this.roots = roots;
    this.reading = new Reading(container, roots, roots.token().revision());
  }

  @Override
  public Token token() {
    return roots.token();
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

  @Override
  public Optional<Versioned> find(Key key) {
    return reading.find(key);
  }

  @Override
  public Optional<Optional<Versioned>> findNow(Key key) {
    return reading.findNow(key);
  }

  @Override
  public Optional<Versioned> findState(Key key) {
    return reading.findState(key);
  }

  @Override
  public Optional<Optional<Versioned>> findStateNow(Key key) {
    return reading.findStateNow(key);
  }

  @Override
  public boolean hasStatesInMemory() {
    return reading.hasStatesInMemory();
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
