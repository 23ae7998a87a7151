package io.widecast.model;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * An atomic request to write 1 to 1,024 pairs, as checked by the node that took it from its client.
 *
 * @param drafts each key once
 * @param compares all must hold, or nothing is written
 * @param requestId names the request across retries and forwards
 * @param ack how far it must come before the answer
 * @param timeoutMillis how long to wait for that level, 1 ms to {@value #TIMEOUT_MILLIS_MAX} ms
 */
public record PublishRequest(
    List<Draft> drafts,
    List<Compare> compares,
    Optional<RequestId> requestId,
    AckLevel ack,
    long timeoutMillis) {

  public static final long TIMEOUT_MILLIS_DEFAULT = 5_000;
  public static final long TIMEOUT_MILLIS_MAX = 600_000;

  public PublishRequest {
    drafts = List.copyOf(drafts);
    compares = List.copyOf(compares);
    if (timeoutMillis < 1 || timeoutMillis > TIMEOUT_MILLIS_MAX) {
      throw new IllegalArgumentException("timeout of " + timeoutMillis + " ms");
    }
    if (drafts.isEmpty()) {
      throw new WidecastException(ErrorCode.BAD_REQUEST, "a publish has at least one pair");
    }
    if (drafts.size() > Entry.PAIRS_MAX || compares.size() > Entry.PAIRS_MAX) {
      throw new WidecastException(
          ErrorCode.TOO_LARGE,
          "a publish has up to "
              + Entry.PAIRS_MAX
              + " pairs and as many conditions; this one has "
              + drafts.size()
              + " and "
              + compares.size());
    }
    checkContent(drafts);
  }

  private static void checkContent(List<Draft> drafts) {
    long contentBytes = 0;
    var keys = new HashSet<Key>();
    for (Draft draft : drafts) {
      contentBytes += draft.contentBytes();
      if (drafts.size() > 1 && !keys.add(draft.key())) {
        throw new WidecastException(
            ErrorCode.DUPLICATE_KEY,
            "a publish names each key once; '" + draft.key() + "' stands in it twice");
      }
    }
    if (contentBytes > Entry.CONTENT_BYTES_MAX) {
      throw new WidecastException(
          ErrorCode.TOO_LARGE,
          "keys and values of a publish take up to "
              + Entry.CONTENT_BYTES_MAX
              + " bytes; these take "
              + contentBytes);
    }
  }
}
