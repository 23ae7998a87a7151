package io.widecast.bench;

/** A measurement that could not be made, or whose result would be wrong. */
public final class BenchException extends RuntimeException {

  BenchException(String message) {
    super(message, null, false, false);
  }
}
