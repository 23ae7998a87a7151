package io.widecast.model;

/**
 * What a store holds for a present key.
 *
 * @param token of the publish that wrote it; its ETag
 * @param createRevision the revision that made version 1
 * @param version 1 at creation, one more at each put
 * @param expiresAtMillis wall-clock milliseconds by the master's clock, 0 for never
 */
public record Versioned(
    Value value, Token token, long createRevision, long version, long expiresAtMillis) {

  public Versioned {
    boolean ordered = createRevision >= 1 && createRevision <= token.revision();
    if (!ordered || version < 1 || expiresAtMillis < 0) {
      throw new IllegalArgumentException(
          "version "
              + version
              + " at "
              + token
              + ", created "
              + createRevision
              + ", expires "
              + expiresAtMillis);
    }
  }

  /** What {@code put}, inside the entry at {@code token}, leaves in the store. */
  public static Versioned of(Pair.Put put, Token token) {
    return new Versioned(
        put.value(), token, put.createRevision(), put.version(), put.expiresAtMillis());
  }

  public long revision() {
    return token.revision();
  }
}
