package io.widecast.api;

import io.widecast.model.ErrorCode;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import java.util.Optional;

/**
 * How new a read must be.
 *
 * @param atMaster whether it must see every write that was answered before it came
 * @param min a position that the copy that answers must have reached
 * @param timeoutMillis how long it may wait for both
 */
record ReadTerms(boolean atMaster, Optional<Token> min, long timeoutMillis) {

  static ReadTerms of(Query query) {
    return of(
        query.get("consistency"), query.get("min").map(Token::parse), query.millis("timeout"));
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} for a consistency or time there is not
   */
  static ReadTerms of(
      Optional<String> consistency, Optional<Token> min, Optional<Long> timeoutMillis) {
    return new ReadTerms(
        consistency.map(ReadTerms::isMaster).orElse(false),
        min,
        timeoutMillis
            .map(WriteTerms::checkedTimeout)
            .orElse(PublishRequest.TIMEOUT_MILLIS_DEFAULT));
  }

  private static boolean isMaster(String consistency) {
    return switch (consistency) {
      case "local" -> false;
      case "master" -> true;
      default ->
          throw Query.bad(
              "consistency is local or master; this is '" + Query.shown(consistency) + "'");
    };
  }
}
