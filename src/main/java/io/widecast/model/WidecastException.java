package io.widecast.model;

import java.util.Map;
import java.util.TreeMap;

/**
 * An expected failure that a caller is told about: what kind, what was wrong and what to do.
 * Carries no stack trace, since it describes the request and not the code.
 */
public final class WidecastException extends RuntimeException {

  private final ErrorCode code;
  private final transient Map<String, Object> extras;

  public WidecastException(ErrorCode code, String detail) {
    this(code, detail, Map.of());
  }

  /**
   * @param extras further members of the problem, such as {@code compactRevision} or {@code
   *     written}; values are strings, numbers and booleans
   */
  public WidecastException(ErrorCode code, String detail, Map<String, Object> extras) {
    super(detail, null, false, false);
    this.code = code;
    this.extras = new TreeMap<>(extras);
  }

  public ErrorCode code() {
    return code;
  }

  public String detail() {
    return getMessage();
  }

  public Map<String, Object> extras() {
    return extras;
  }
}
