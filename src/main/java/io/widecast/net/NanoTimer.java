package io.widecast.net;

import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;

/**
 * Timers finer than Vert.x's milliseconds, from Netty's event loop: as fine as the kernel's with
 * epoll, about a millisecond with NIO.
 */
public final class NanoTimer {

  private NanoTimer() {}

  /**
   * Runs {@code task} on {@code context} once.
   *
   * @param context of an event loop
   * @param delayNanos from now; at once when not above 0
   */
  public static void after(Context context, long delayNanos, Runnable task) {
    ((ContextInternal) context)
        .nettyEventLoop()
        .schedule(() -> context.runOnContext(v -> task.run()), delayNanos, TimeUnit.NANOSECONDS);
  }
}
