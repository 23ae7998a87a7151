package io.widecast.model;

/** A condition on one key, checked by the master against all that it has ordered. */
public sealed interface Compare {

  Key key();

  /** The key must be absent. */
  record Absent(Key key) implements Compare {}

  /** The key must be present. */
  record Present(Key key) implements Compare {}

  /** The key must hold what {@code revision} wrote. */
  record AtRevision(Key key, long revision) implements Compare {}

  /** The key must hold what the publish at {@code token} wrote. */
  record AtToken(Key key, Token token) implements Compare {}
}
