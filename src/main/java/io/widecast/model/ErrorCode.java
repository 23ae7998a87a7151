package io.widecast.model;

import java.util.Locale;

/** Every way a request can fail: its HTTP status, its stable name, and whether a retry can help. */
public enum ErrorCode {
  BAD_REQUEST(400, false, "Bad request"),
  BAD_KEY(400, false, "Bad key"),
  BAD_TOKEN(400, false, "Bad token"),
  BAD_PATTERN(400, false, "Bad pattern"),
  BAD_JSON(400, false, "Bad JSON"),
  DUPLICATE_KEY(400, false, "The same key twice in one publish"),
  UNAUTHORIZED(401, false, "API key missing or wrong"),
  NOT_FOUND(404, false, "Not found"),
  UNKNOWN_PATH(404, false, "No such path"),
  OUTSIDE_FILTER(404, false, "This node does not hold the key"),
  METHOD_NOT_ALLOWED(405, false, "Method not allowed"),
  NOT_ACCEPTABLE(406, false, "Not acceptable"),
  CONFLICT(409, false, "Name taken"),
  COMPACTED(410, false, "Compacted"),
  PRECONDITION_FAILED(412, false, "Precondition failed"),
  TOO_LARGE(413, false, "Too large"),
  URI_TOO_LONG(414, false, "Address too long"),
  UNSUPPORTED_MEDIA_TYPE(415, false, "Unsupported content type"),
  EXPECTATION_FAILED(417, false, "Expectation failed"),
  IDEMPOTENCY_MISMATCH(422, false, "Idempotency key was used with another body"),
  UPGRADE_REQUIRED(426, false, "WebSocket handshake required"),
  HEADERS_TOO_LARGE(431, false, "Header fields too large"),
  INTERNAL(500, true, "Internal error"),
  NOT_IMPLEMENTED(501, false, "Not implemented"),
  NO_MASTER(503, true, "No master"),
  NOT_READY(503, true, "Not ready"),
  OVERLOADED(503, true, "Overloaded"),
  ACK_TIMEOUT(504, true, "Acknowledgement level not reached in time"),
  CATCH_UP_TIMEOUT(504, true, "Not caught up in time"),
  DISK_FULL(507, true, "Disk full");

  private final int status;
  private final boolean retryable;
  private final String title;

  ErrorCode(int status, boolean retryable, String title) {
    this.status = status;
    this.retryable = retryable;
    this.title = title;
  }

  public int status() {
    return status;
  }

  /** Whether the same request can succeed later. */
  public boolean retryable() {
    return retryable;
  }

  public String title() {
    return title;
  }

  /** The stable name in a problem's {@code type}, such as {@code bad-key}. */
  public String type() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
