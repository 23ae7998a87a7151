package io.widecast.api;

import io.widecast.model.AckLevel;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishRequest;
import io.widecast.model.WidecastException;
import java.util.Optional;

/**
 * When a write is answered.
 *
 * @param showAt whose copies must show it besides
 */
record WriteTerms(AckLevel ack, long timeoutMillis, Wait showAt) {

  /** Whose copies must show a write before its answer. */
  enum Wait {
    NONE,
    SITE,
    ALL;

    private static Wait parse(String text) {
      return switch (text) {
        case "visible:site" -> SITE;
        case "visible:all" -> ALL;
        default ->
            throw Query.bad(
                "wait is visible:site or visible:all; this is '" + Query.shown(text) + "'");
      };
    }
  }

  static final WriteTerms DEFAULT =
      new WriteTerms(AckLevel.DURABLE, PublishRequest.TIMEOUT_MILLIS_DEFAULT, Wait.NONE);

  static WriteTerms of(Query query) {
    return of(query.get("ack"), query.millis("timeout"), query.get("wait"));
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} for a level, time or wait there is not
   */
  static WriteTerms of(Optional<String> ack, Optional<Long> timeoutMillis, Optional<String> wait) {
    return new WriteTerms(
        ack.map(AckLevel::parse).orElse(DEFAULT.ack()),
        timeoutMillis.map(WriteTerms::checkedTimeout).orElse(DEFAULT.timeoutMillis()),
        wait.map(Wait::parse).orElse(Wait.NONE));
  }

  static long checkedTimeout(long millis) {
    if (millis > PublishRequest.TIMEOUT_MILLIS_MAX) {
      throw Query.bad(
          "timeout is up to " + PublishRequest.TIMEOUT_MILLIS_MAX / 60_000 + "m; this is longer");
    }
    return millis;
  }
}
