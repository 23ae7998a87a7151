package io.widecast.model;

import java.util.List;
import java.util.Optional;

/**
 * One publish, one entry, one revision: the unit of ordering, replication and visibility.
 *
 * @param epoch of the master that first published it; never changed later
 * @param revision 1 or more; the sequence number on the wire, the LSN on disk
 * @param prevEpoch epoch of the entry before it in the master's log, 0 when there is none
 * @param timeMillis wall-clock time at the master when it was ordered; orders nothing
 * @param requestId the publisher's request, remembered so that a retry is not applied twice
 * @param pairs what it writes, each key once; empty only for a new master's first entry, or for an
 *     edge's copy
 */
public record Entry(
    long epoch,
    long revision,
    long prevEpoch,
    long timeMillis,
    Optional<RequestId> requestId,
    List<Pair> pairs) {

  public static final int PAIRS_MAX = 1024;

  /** Keys and values of one publish together, decoded. */
  public static final int CONTENT_BYTES_MAX = 3 << 19;

  public Entry {
    if (epoch < 1 || revision < 1 || prevEpoch < 0 || prevEpoch > epoch || timeMillis < 0) {
      throw new IllegalArgumentException(
          "entry " + epoch + "." + revision + " after epoch " + prevEpoch + " at " + timeMillis);
    }
    if (pairs.size() > PAIRS_MAX) {
      throw new IllegalArgumentException("entry of " + pairs.size() + " pairs");
    }
    pairs = List.copyOf(pairs);
  }

  public Token token() {
    return new Token(epoch, revision);
  }
}
