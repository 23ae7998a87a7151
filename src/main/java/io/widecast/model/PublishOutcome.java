package io.widecast.model;

import java.util.Map;

/** What became of one {@link PublishRequest}. */
public sealed interface PublishOutcome {

  /**
   * It was written, and the level asked for was reached.
   *
   * @param token the write's own position
   * @param pairs how many pairs it wrote
   * @param created whether its first pair is a put that made a new key
   */
  record Written(Token token, int pairs, boolean created) implements PublishOutcome {}

  /**
   * It failed. A code with a 4xx status means that nothing was written; {@code extras} may hold
   * {@code written}, and with it {@code token} and {@code reached}.
   */
  record Refused(ErrorCode code, String detail, Map<String, Object> extras)
      implements PublishOutcome {

    public Refused {
      extras = Map.copyOf(extras);
    }

    public Refused(ErrorCode code, String detail) {
      this(code, detail, Map.of());
    }

    public WidecastException toException() {
      return new WidecastException(code, detail, extras);
    }
  }
}
