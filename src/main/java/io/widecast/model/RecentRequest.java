package io.widecast.model;

import java.util.Optional;

/**
 * What a named request wrote, remembered so that a retry gets the first answer.
 *
 * @param pairs how many it wrote
 * @param created whether its first pair is a put that made a new key
 * @param timeMillis wall-clock time at the master when it was ordered
 */
public record RecentRequest(
    RequestId id, Token token, int pairs, boolean created, long timeMillis) {

  /** How long a request is remembered. */
  public static final long KEPT_MILLIS = 600_000;

  /** No more than this many are, whatever their age. */
  public static final int KEPT_MAX = 262_144;

  public RecentRequest {
    if (token.revision() < 1 || pairs < 0 || pairs > Entry.PAIRS_MAX || timeMillis < 0) {
      throw new IllegalArgumentException(
          "named request at " + token + " of " + pairs + " pairs, at " + timeMillis + " ms");
    }
  }

  /** The request that {@code entry} names, if any. */
  public static Optional<RecentRequest> of(Entry entry) {
    boolean created =
        !entry.pairs().isEmpty()
            && entry.pairs().get(0) instanceof Pair.Put put
            && put.version() == 1;
    return entry
        .requestId()
        .map(
            id ->
                new RecentRequest(
                    id, entry.token(), entry.pairs().size(), created, entry.timeMillis()));
  }
}
