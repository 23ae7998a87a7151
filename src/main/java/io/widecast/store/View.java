package io.widecast.store;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.Iterator;
import java.util.Optional;

/**
 * The whole map as it stood at one position: immutable, readable on any thread for as long as
 * somebody holds it. Getting one costs nothing.
 */
public interface View {

  /** Everything up to here is in it, nothing later. */
  Token token();

  /** How many keys are present. */
  long size();

  /** Bytes of all present keys and values. */
  long contentBytes();

  Optional<Versioned> find(Key key);

  /** Present keys from the first that is not below {@code from}, in byte order; empty for all. */
  Iterator<KeyVersion> from(Bytes from);
}
