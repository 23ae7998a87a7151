package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Who waits for this node's copy to reach a position, and until when. Deadlines are looked at every
 * {@value #TICK_MILLIS} ms, which costs less than a timer for each of many thousand waiters. Owned
 * by one API instance, on its event loop.
 */
final class Waiters {

  static final long TICK_MILLIS = 25;

  private final PriorityQueue<Waiter> queue =
      new PriorityQueue<>(Comparator.comparing(Waiter::floor));

  private record Waiter(Token floor, long deadlineNanos, Promise<Boolean> reached) {}

  /** Becomes true at {@link #advance} to {@code floor} or beyond, false at its deadline. */
  Future<Boolean> await(Token floor, long deadlineNanos) {
    Promise<Boolean> reached = Promise.promise();
    queue.add(new Waiter(floor, deadlineNanos, reached));
    return reached.future();
  }

  void advance(Token position) {
    while (!queue.isEmpty() && queue.peek().floor().compareTo(position) <= 0) {
      queue.poll().reached().complete(true);
    }
  }

  void expire(long nowNanos) {
    var late = new ArrayList<Waiter>();
    queue.removeIf(waiter -> waiter.deadlineNanos() - nowNanos <= 0 && late.add(waiter));
    late.forEach(waiter -> waiter.reached().complete(false));
  }
}
