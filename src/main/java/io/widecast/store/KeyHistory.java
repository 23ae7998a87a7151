package io.widecast.store;

import io.widecast.model.Token;
import io.widecast.model.Versioned;
import java.util.List;
import java.util.Optional;

/**
 * The versions of a key, the newest first.
 *
 * @param horizon what was replaced up to here may be missing
 */
public record KeyHistory(List<Version> versions, Token horizon) {

  /**
   * @param held what the key held from then on; empty for a delete
   * @param expired a delete because the time to live was over
   */
  public record Version(Token token, Optional<Versioned> held, boolean expired) {}

  public KeyHistory {
    versions = List.copyOf(versions);
  }
}
