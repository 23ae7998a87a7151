package io.widecast.bus;

import io.vertx.core.Future;

/**
 * A part of a node that can come to rest before it is undeployed. The parts of a node end in two
 * steps, because a message on its way to somebody who no longer listens is lost: first each comes
 * to rest while all still listen, whoever asks before whoever answers; then all are undeployed.
 */
public interface Drainable {

  /**
   * Takes no more work, sees what was taken to its end, and sends nothing more on the bus once the
   * future completes; still listens there. Called once, after the part has started; on any thread.
   */
  Future<Void> drain();
}
