package io.widecast.config;

import java.time.Duration;

/**
 * The durable store.
 *
 * @param fsync when the log is forced to disk
 * @param history how long the log keeps what watches resume from
 * @param checkpointBytes the log grows by this much before the map is written out
 */
public record StoreSection(Fsync fsync, Duration history, long checkpointBytes) {

  /** When the log is forced to disk. */
  public enum Fsync {
    /** Before anything in it counts as durable, once for all writes that wait at that moment. */
    GROUP
  }
}
