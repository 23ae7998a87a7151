package io.widecast.client;

import io.widecast.model.ErrorCode;
import java.util.Map;

/**
 * A request that failed: refused by a node, or never answered.
 *
 * <p>A status of 4xx means that nothing was written; 5xx and {@link #NO_ANSWER} leave it open, and
 * the same request with the same idempotency key may be sent again.
 */
public final class ClientException extends RuntimeException {

  /** The status of a request that no node answered. */
  public static final int NO_ANSWER = 0;

  private final int status;
  private final String type;
  private final transient Map<String, Object> extras;

  ClientException(int status, String type, String detail, Map<String, Object> extras) {
    super(detail, null, false, false);
    this.status = status;
    this.type = type;
    this.extras = extras;
  }

  static ClientException noAnswer(String detail) {
    return new ClientException(NO_ANSWER, "no-answer", detail, Map.of());
  }

  static ClientException unexpected(String detail) {
    return new ClientException(NO_ANSWER, "unexpected-answer", detail, Map.of());
  }

  /** HTTP status, or {@link #NO_ANSWER}; also 0 for a refusal over the WebSocket. */
  public int status() {
    return status;
  }

  /** The stable name of the problem, such as {@code precondition-failed}. */
  public String type() {
    return type;
  }

  public boolean is(ErrorCode code) {
    return type.equals(code.type());
  }

  /** Further members of the problem, such as {@code line} or {@code written}. */
  public Map<String, Object> extras() {
    return extras;
  }
}
