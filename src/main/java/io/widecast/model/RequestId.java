package io.widecast.model;

/**
 * Names a publish request across retries: a 128-bit hash of the publisher's idempotency key (or a
 * random number where it gave none), and a 64-bit hash of what was asked, so that the same key with
 * another body is noticed.
 */
public record RequestId(long high, long low, long bodyHash) {

  /** The same key as {@code other}, whatever the body. */
  public boolean sameKey(RequestId other) {
    return high == other.high && low == other.low;
  }
}
