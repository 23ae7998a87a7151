package io.widecast.store.container;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.View;
import java.util.Iterator;
import java.util.Optional;

/** A view over a {@link Reading}: what the views of a container have in common. */
abstract class ReadingView implements View {

  private final Token token;
  private final Reading reading;

  ReadingView(Token token, Reading reading) {
    this.token = token;
    this.reading = reading;
  }

  Reading reading() {
    return reading;
  }

  @Override
  public final Token token() {
    return token;
  }

  @Override
  public final Optional<Versioned> find(Key key) {
    return reading.find(key);
  }

  @Override
  public final Optional<Optional<Versioned>> findNow(Key key) {
    return reading.findNow(key);
  }

  @Override
  public final Optional<Versioned> findState(Key key) {
    return reading.findState(key);
  }

  @Override
  public final Optional<Optional<Versioned>> findStateNow(Key key) {
    return reading.findStateNow(key);
  }

  @Override
  public final boolean hasStatesInMemory() {
    return reading.hasStatesInMemory();
  }

  @Override
  public final Iterator<KeyVersion> states() {
    return reading.states();
  }

  @Override
  public final Iterator<KeyVersion> expiring() {
    return reading.expiring();
  }

  @Override
  public final Iterator<KeyVersion> from(Bytes from) {
    return reading.from(from, Bytes.EMPTY);
  }

  @Override
  public final Iterator<KeyVersion> from(Bytes from, Bytes prefix) {
    return reading.from(from, prefix);
  }
}
