package io.widecast.net;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Holds items until they are due and hands on those that are, earliest first and among equals the
 * one that came first. One timer for all. Used on one context only.
 */
final class DelayLine<T> {

  private record Held<T>(T item, long dueNanos, long order) implements Comparable<Held<T>> {
    @Override
    public int compareTo(Held<T> other) {
      int byDue = Long.compare(dueNanos - other.dueNanos, 0); // nanoTime may wrap
      return byDue != 0 ? byDue : Long.compare(order, other.order);
    }
  }

  private final Timers timers;
  private final int itemsMax;
  private final Consumer<List<T>> next;
  private final PriorityQueue<Held<T>> held = new PriorityQueue<>();
  private long order;
  private long timerId = -1;
  private long timerNanos; // when it fires; only with a timer

  /**
   * @param itemsMax beyond it the earliest item is handed on before its time
   * @param next takes the items that became due together, in order; never empty
   */
  DelayLine(Timers timers, int itemsMax, Consumer<List<T>> next) {
    this.timers = timers;
    this.itemsMax = itemsMax;
    this.next = next;
  }

  void hold(T item, long dueNanos) {
    held.add(new Held<>(item, dueNanos, order++));
    if (held.size() > itemsMax) {
      next.accept(List.of(held.remove().item()));
    }
    arm();
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  /** Forgets all that is held. */
  void clear() {
    held.clear();
    disarm();
  }

  private void arm() {
    if (held.isEmpty() || timerId != -1 && timerNanos - held.peek().dueNanos() <= 0) {
      return;
    }
    disarm();
    timerNanos = held.peek().dueNanos();
    long delayMillis =
        TimeUnit.NANOSECONDS.toMillis(timerNanos - timers.nowNanos() + 999_999); // rounded up
    timerId = timers.set(Math.max(1, delayMillis), this::release);
  }

  private void disarm() {
    if (timerId != -1) {
      timers.cancel(timerId);
      timerId = -1;
    }
  }

  private void release() {
    timerId = -1;
    long nowNanos = timers.nowNanos();
    var due = new ArrayList<T>();
    while (!held.isEmpty() && held.peek().dueNanos() - nowNanos <= 0) {
      due.add(held.remove().item());
    }
    arm();
    if (!due.isEmpty()) {
      next.accept(due);
    }
  }
}
