package io.widecast.replication.order;

/**
 * Bounds of a master.
 *
 * @param bufferBytes what the retransmit buffer may hold; publishes beyond are refused
 * @param memberShareBytes what one member may pin of it before it is made stale
 * @param staleAfterNanos how long a member may pin entries without any progress
 * @param entriesBytes bytes of entries that fit into one datagram
 */
public record OrderOptions(
    long bufferBytes, long memberShareBytes, long staleAfterNanos, int entriesBytes) {
  public OrderOptions {
    if (bufferBytes < 1 || memberShareBytes < 1 || staleAfterNanos < 1 || entriesBytes < 64) {
      throw new IllegalArgumentException(
          "buffer " + bufferBytes + ", share " + memberShareBytes + ", entries " + entriesBytes);
    }
  }
}
