package io.widecast.store;

import io.widecast.model.NodeId;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How one node's store works.
 *
 * @param dataDirectory everything it keeps; made when missing, used by this node alone
 * @param fsync {@code store.fsync}: group (true) makes writes survive a power cut; none (false)
 *     only the end of the process
 * @param history {@code store.history}: entries older than this need not be kept for watches that
 *     resume
 * @param historyBytes nor more log than this
 * @param segmentBytes of a log segment
 * @param checkpointBytes so much log makes a checkpoint due
 * @param logIsCommitted an edge: whatever it logs is final. In a core node, what the log's commit
 *     covers, and revisions have no holes
 */
public record StoreOptions(
    Path dataDirectory,
    NodeId node,
    boolean fsync,
    Duration history,
    long historyBytes,
    long segmentBytes,
    long checkpointBytes,
    boolean logIsCommitted) {

  private static final long MIB = 1 << 20;

  public StoreOptions {
    if (history.isNegative() || historyBytes < 0 || segmentBytes < 1 || checkpointBytes < 1) {
      throw new IllegalArgumentException(
          "history "
              + history
              + ", "
              + historyBytes
              + " bytes; segments of "
              + segmentBytes
              + ", checkpoints every "
              + checkpointBytes);
    }
  }

  private static StoreOptions defaults(Path dataDirectory, NodeId node, boolean logIsCommitted) {
    return new StoreOptions(
        dataDirectory,
        node,
        true,
        Duration.ofHours(1),
        256 * MIB,
        16 * MIB,
        64 * MIB,
        logIsCommitted);
  }

  /** Of a core node: what it logs is final once it is committed. */
  public static StoreOptions core(Path dataDirectory, NodeId node) {
    return defaults(dataDirectory, node, false);
  }

  /** Of an edge node: what it logs is final. */
  public static StoreOptions edge(Path dataDirectory, NodeId node) {
    return defaults(dataDirectory, node, true);
  }

  public StoreOptions withFsync(boolean on) {
    return new StoreOptions(
        dataDirectory,
        node,
        on,
        history,
        historyBytes,
        segmentBytes,
        checkpointBytes,
        logIsCommitted);
  }

  /**
   * @param time keep entries for at most this long
   */
  public StoreOptions withHistory(Duration time, long bytes) {
    return new StoreOptions(
        dataDirectory, node, fsync, time, bytes, segmentBytes, checkpointBytes, logIsCommitted);
  }

  public StoreOptions withSizes(long newSegmentBytes, long newCheckpointBytes) {
    return new StoreOptions(
        dataDirectory,
        node,
        fsync,
        history,
        historyBytes,
        newSegmentBytes,
        newCheckpointBytes,
        logIsCommitted);
  }
}
