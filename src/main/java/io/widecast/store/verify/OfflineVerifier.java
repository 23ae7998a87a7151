package io.widecast.store.verify;

import io.widecast.metrics.Metrics;
import io.widecast.model.Token;
import io.widecast.store.VerifyReport;
import io.widecast.store.container.Container;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.container.Generation;
import io.widecast.store.log.Disk;
import io.widecast.store.log.Log;
import io.widecast.store.log.LogOptions;
import io.widecast.store.log.ReadOnlyDisk;
import io.widecast.store.log.StoreException;
import io.widecast.store.log.StoreFormat;
import io.widecast.store.redo.Manifest;
import io.widecast.store.redo.RedoObject;
import io.widecast.store.redo.RedoReader;
import io.widecast.store.segment.BlockGoneException;
import java.io.Closeable;
import java.io.IOException;

/**
 * Verifies a data directory that no node runs on: reads every file of it, and changes none but the
 * lock. What is damaged becomes an alarm; only a directory that is in use, of another version, or
 * none at all is refused.
 *
 * <p>A container is checked as {@link Verifier} does, as its last checkpoint and its journal have
 * it, every byte of it read from disk. The older format has one map and checksums: the manifest,
 * the objects that it names, and the log.
 */
public final class OfflineVerifier {

  private static final int SEGMENT_BYTES = 4 << 20; // of the log; nothing is written

  private final Disk disk;
  private final long identity;
  private final long heapBytes;
  private final Alarms alarms = new Alarms();

  private OfflineVerifier(Disk disk, long identity, long heapBytes) {
    this.disk = disk;
    this.identity = identity;
    this.heapBytes = heapBytes;
  }

  /**
   * Checks everything in {@code directory}.
   *
   * @param heapBytes what caches may be sized by
   * @throws StoreException when it is in use, of another version, or no data directory; the message
   *     says what to do
   */
  public static VerifyReport verify(Disk directory, long heapBytes) throws IOException {
    if (!directory.list().contains(StoreFormat.FILE)) {
      throw new StoreException(
          directory.place()
              + " is no data directory: it has no file "
              + StoreFormat.FILE
              + "; name the node.data of a node that is stopped");
    }
    Closeable lock = directory.lock();
    try (lock) {
      var disk = new ReadOnlyDisk(directory);
      StoreFormat format = StoreFormat.read(disk).orElseThrow();
      return new OfflineVerifier(disk, format.identity(), heapBytes).run(format.kind());
    }
  }

  private VerifyReport run(StoreFormat.Kind kind) throws IOException {
    Token token = kind == StoreFormat.Kind.REDO_LOG ? redoLog() : container();
    return new VerifyReport(token, alarms.list());
  }

  // ---- a container

  private Token container() throws IOException {
    var options = ContainerOptions.forHeap(heapBytes);
    try (Container container =
        Container.openDamaged(
            Generation.current(disk, identity).disk(), identity, options, new Metrics())) {
      VerifyReport report = Verifier.run(container, true, 0);
      report.alarms().forEach(alarms::add);
      log(container.logFrom(), container.token());
      return container.token();
    } catch (StoreException | BlockGoneException e) {
      alarms.raise(AlarmKind.DAMAGED_FILE, "container", e.getMessage());
      return Token.NONE;
    }
  }

  private void log(long logFrom, Token start) throws IOException {
    var options = new LogOptions(identity, SEGMENT_BYTES, false, false);
    try {
      Log.open(disk, options, logFrom, start, new Metrics()).close();
    } catch (StoreException e) {
      alarms.raise(AlarmKind.DAMAGED_FILE, "log", e.getMessage());
    }
  }

  // ---- the older format

  private Token redoLog() throws IOException {
    Manifest manifest;
    try {
      manifest = Manifest.read(disk, identity);
    } catch (StoreException e) {
      alarms.raise(AlarmKind.DAMAGED_FILE, Manifest.FILE, e.getMessage());
      return Token.NONE;
    }
    for (RedoObject object : manifest.chain()) {
      try {
        RedoReader.read(disk, identity, object, row -> {});
      } catch (StoreException e) {
        alarms.raise(AlarmKind.DAMAGED_FILE, object.fileName(), e.getMessage());
      }
    }
    log(manifest.logFrom(), manifest.position());
    return manifest.position();
  }
}
