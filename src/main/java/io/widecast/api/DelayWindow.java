package io.widecast.api;

/**
 * How much may be under way before its sender waits: a window that opens by one with each answer
 * and closes by one with each that came late, which means that it stood in a queue. It is late when
 * it took longer than the fastest answer so far by more than the queueing allowed. Delay-based
 * congestion control, after TCP Vegas: a receiver that has just started, or has much else to do, is
 * not handed seconds of work at once, and one that is only far away still gets all it can take.
 */
final class DelayWindow {

  private final int max;
  private final long queueingNanos;
  private int size = 1;
  private long fastestNanos = Long.MAX_VALUE;

  /**
   * @param max at least 1
   * @param queueingNanos how long something may stand in a queue
   */
  DelayWindow(int max, long queueingNanos) {
    this.max = max;
    this.queueingNanos = queueingNanos;
  }

  /** From 1 to {@code max}. */
  int size() {
    return size;
  }

  /**
   * @param nanos from sending to the answer
   */
  void onAnswer(long nanos) {
    fastestNanos = Math.min(fastestNanos, nanos);
    boolean late = nanos - fastestNanos > queueingNanos;
    size = late ? Math.max(1, size - 1) : Math.min(max, size + 1);
  }
}
