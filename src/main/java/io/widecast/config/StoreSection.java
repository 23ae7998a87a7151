package io.widecast.config;

import java.time.Duration;

/**
 * The durable store.
 *
 * @param fsync when the log is forced to disk
 * @param format of a new data directory
 * @param history how long versions that were replaced, and what watches resume from, are kept
 * @param checkpointBytes so much changes before the map is written out
 * @param snapshotEvery a snapshot is taken so often; zero for never
 * @param snapshotsKept of those that were taken so
 */
public record StoreSection(
    Fsync fsync,
    Format format,
    Duration history,
    long checkpointBytes,
    Duration snapshotEvery,
    int snapshotsKept) {

  /** How the map is kept on disk. */
  public enum Format {
    /** A copy-on-write tree on segments, with history and snapshots. */
    CONTAINER,
    /** The whole map in memory, a chain of objects on disk. */
    REDO_LOG
  }

  /** When the log is forced to disk. */
  public enum Fsync {
    /** Before anything in it counts as durable, once for all writes that wait at that moment. */
    GROUP
  }
}
