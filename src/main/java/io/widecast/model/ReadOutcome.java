package io.widecast.model;

import java.util.Optional;

/** What became of a read that must see every write that was answered before it. */
public sealed interface ReadOutcome {

  /**
   * Every copy that stands at {@code index} or beyond shows all of them.
   *
   * @param found what the key held there when one was asked for by name; empty when it was absent,
   *     or none was
   */
  record At(Token index, Optional<Versioned> found) implements ReadOutcome {}

  /** Nobody can be sure now. */
  record Refused(ErrorCode code, String detail) implements ReadOutcome {

    public WidecastException toException() {
      return new WidecastException(code, detail);
    }
  }
}
