package io.widecast.wire;

/** Bytes from outside that are not what they should be: counted and dropped, never trusted. */
public final class WireException extends Exception {

  /** Why bytes were refused, as far as counters tell it apart. */
  public enum Kind {
    MALFORMED,
    FOREIGN,
    WRONG_VERSION
  }

  private final Kind kind;

  public WireException(String message) {
    this(Kind.MALFORMED, message);
  }

  public WireException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
