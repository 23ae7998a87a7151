package io.widecast.store;

import io.widecast.metrics.Metrics;
import java.io.IOException;

/**
 * What a container store does behind client work: deletes condemned snapshots, removes versions
 * below the horizon, cleans segments. In pieces, each of which holds the owner's lock for well
 * under a millisecond. On one thread, which is not the owner's.
 */
final class Upkeep {

  private static final int STEPS = 16; // of deletion or cleaning, in a piece

  /** Figures are added up over all segments: not in each piece. */
  private static final int PIECES_PER_SHOW = 4;

  private final StoreCore core;
  private final ContainerKeyspace container;
  private final StoreGauges gauges;
  private long pieces;
  private boolean spaceToGiveBack; // something was freed since the last checkpoint asked for

  Upkeep(StoreCore core, ContainerKeyspace container, Metrics metrics) {
    this.core = core;
    this.container = container;
    this.gauges = new StoreGauges(metrics);
  }

  /** Does a piece of work; whether there may be more. */
  boolean run() throws IOException {
    if (pieces++ % PIECES_PER_SHOW == 0) {
      container.ownQuickly(
          owned -> {
            gauges.show(owned);
            return null;
          });
    }
    boolean more = core.pruneSome();
    for (int i = 0; i < STEPS; i++) {
      boolean deleted = container.deleteStep();
      boolean cleaned = !deleted && container.cleanStep();
      spaceToGiveBack |= deleted || cleaned;
      if (!deleted && !cleaned) {
        return more;
      }
    }
    return true;
  }

  /** Whether a checkpoint would give space back to the disk; asked when there is nothing to do. */
  boolean wantsCheckpoint() {
    boolean wants = spaceToGiveBack;
    spaceToGiveBack = false;
    return wants;
  }
}
