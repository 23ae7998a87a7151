package io.widecast.net;

import io.vertx.core.Vertx;

/** Time for what holds messages back: Vert.x's, or in tests a time that only the test moves. */
interface Timers {

  /** As {@link System#nanoTime()}: only differences count. */
  long nowNanos();

  /**
   * Calls {@code action} once, on the caller's context.
   *
   * @param delayMillis 1 or more
   * @return for {@link #cancel}; 0 or more
   */
  long set(long delayMillis, Runnable action);

  void cancel(long id);

  static Timers of(Vertx vertx) {
    return new Timers() {
      @Override
      public long nowNanos() {
        return System.nanoTime();
      }

      @Override
      public long set(long delayMillis, Runnable action) {
        return vertx.setTimer(delayMillis, id -> action.run());
      }

      @Override
      public void cancel(long id) {
        vertx.cancelTimer(id);
      }
    };
  }
}
