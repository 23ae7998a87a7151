package io.widecast.net;

import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Time that passes only when the test says so. */
final class VirtualTimers implements Timers {

  private record Due(long nanos, long id) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(nanos - other.nanos, 0);
      return byTime != 0 ? byTime : Long.compare(id, other.id);
    }
  }

  private final TreeMap<Due, Runnable> waiting = new TreeMap<>();
  private long nowNanos;
  private long nextId;

  /**
   * @param startNanos near {@link Long#MAX_VALUE}, the clock wraps on the way
   */
  VirtualTimers(long startNanos) {
    this.nowNanos = startNanos;
  }

  @Override
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public long set(long delayMillis, Runnable action) {
    if (delayMillis < 1) {
      throw new IllegalArgumentException("Vert.x refuses a timer of " + delayMillis + " ms");
    }
    waiting.put(new Due(nowNanos + TimeUnit.MILLISECONDS.toNanos(delayMillis), nextId), action);
    return nextId++;
  }

  @Override
  public void cancel(long id) {
    waiting.keySet().removeIf(due -> due.id() == id);
  }

  /** How many timers are set. */
  int waiting() {
    return waiting.size();
  }

  /** Lets time pass; what becomes due happens at its time. */
  void pass(long millis) {
    long endNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!waiting.isEmpty() && waiting.firstKey().nanos() - endNanos <= 0) {
      var next = waiting.pollFirstEntry();
      nowNanos = next.getKey().nanos();
      next.getValue().run();
    }
    nowNanos = endNanos;
  }
}
