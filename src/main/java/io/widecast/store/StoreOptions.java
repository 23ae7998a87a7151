package io.widecast.store;

import io.widecast.model.NodeId;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.log.StoreFormat;
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
 * @param format of a new directory; one that exists keeps its own
 * @param container sizes of a container store
 * @param logIsCommitted an edge: whatever it logs is final. In a core node, what the log's commit
 *     covers, and revisions have no holes
 * @param hasPeers others have copies of the map: where it is damaged beyond a start, the store
 *     starts without one, to take theirs
 */
public record StoreOptions(
    Path dataDirectory,
    NodeId node,
    boolean fsync,
    Duration history,
    long historyBytes,
    long segmentBytes,
    long checkpointBytes,
    StoreFormat.Kind format,
    ContainerOptions container,
    boolean logIsCommitted,
    boolean hasPeers) {

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
        StoreFormat.Kind.CONTAINER,
        ContainerOptions.forHeap(Runtime.getRuntime().maxMemory()),
        logIsCommitted,
        false);
  }

  /** Of a core node: what it logs is final once it is committed. */
  public static StoreOptions core(Path dataDirectory, NodeId node) {
    return defaults(dataDirectory, node, false);
  }

  /** Of an edge node: what it logs is final. */
  public static StoreOptions edge(Path dataDirectory, NodeId node) {
    return defaults(dataDirectory, node, true);
  }

  public StoreOptions withPeers(boolean has) {
    return new StoreOptions(
        dataDirectory,
        node,
        fsync,
        history,
        historyBytes,
        segmentBytes,
        checkpointBytes,
        format,
        container,
        logIsCommitted,
        has);
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
        format,
        container,
        logIsCommitted,
        hasPeers);
  }

  /**
   * @param time keep entries, and versions of keys that were replaced, for at least this long; zero
   *     for none
   * @param bytes but no more log than this
   */
  public StoreOptions withHistory(Duration time, long bytes) {
    return new StoreOptions(
        dataDirectory,
        node,
        fsync,
        time,
        bytes,
        segmentBytes,
        checkpointBytes,
        format,
        container.withHistory(!time.isZero()),
        logIsCommitted,
        hasPeers);
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
        format,
        container.withChangedBytesMax(newCheckpointBytes),
        logIsCommitted,
        hasPeers);
  }

  /** For new directories. */
  public StoreOptions withFormat(StoreFormat.Kind kind) {
    return new StoreOptions(
        dataDirectory,
        node,
        fsync,
        history,
        historyBytes,
        segmentBytes,
        checkpointBytes,
        kind,
        container,
        logIsCommitted,
        hasPeers);
  }

  public StoreOptions withContainer(ContainerOptions options) {
    return new StoreOptions(
        dataDirectory,
        node,
        fsync,
        history,
        historyBytes,
        segmentBytes,
        checkpointBytes,
        format,
        options,
        logIsCommitted,
        hasPeers);
  }
}
