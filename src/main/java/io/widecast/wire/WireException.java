package io.widecast.wire;

/** Bytes from outside that are not what they should be: counted and dropped, never trusted. */
public final class WireException extends Exception {

  public WireException(String message) {
    super(message, null, false, false);
  }
}
