package io.widecast.sim;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.Holding;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.StoreCore;
import io.widecast.store.StoreOptions;
import io.widecast.store.View;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.log.StoreFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A node's real store, on a disk in memory that forgets like a real one. Runs beside {@link SimLog}
 * and gets the same work; after a crash it says what was found, and must have found everything that
 * counted as durable.
 */
final class SimStore {

  private static final int CHANGES_MAX = 12; // within which the power goes, in a write

  private static final ContainerOptions CONTAINER =
      new ContainerOptions(128 << 10, 64 << 10, 64 << 10, 1 << 20, 4 << 10, true);

  private final StoreOptions options;
  private final SplittableRandom random;
  private final Metrics metrics = new Metrics();
  private SimDisk disk = new SimDisk();
  private StoreCore store;

  /**
   * @param edge whether everything that is logged is final
   */
  SimStore(NodeId node, boolean edge, long bytes, SplittableRandom random) {
    this.random = random;
    var path = Path.of(node.text());
    StoreOptions defaults = edge ? StoreOptions.edge(path, node) : StoreOptions.core(path, node);
    StoreFormat.Kind format =
        random.nextInt(8) == 0 ? StoreFormat.Kind.REDO_LOG : StoreFormat.Kind.CONTAINER;
    this.options =
        defaults
            .withFormat(format)
            .withContainer(CONTAINER)
            .withHistory(random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(2), bytes)
            .withSizes(bytes, bytes);
  }

  /** Starts on what the disk holds. */
  Recovery open(long nowMillis) {
    try {
      store = StoreCore.open(disk, options, metrics, nowMillis);
      return store.recovery();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The power goes, while {@code work} is under way; perhaps before it, perhaps just after. */
  void crash(Runnable work) {
    disk.cutPowerAtChange(1 + random.nextInt(CHANGES_MAX));
    try {
      work.run();
    } catch (SimDisk.PowerCut cut) {
      // as it was meant
    }
    disk = disk.crash(random);
  }

  void append(LogWrite write) {
    store.append(write);
  }

  void apply(Committed committed) {
    store.apply(committed);
  }

  Holding held() {
    return store.held();
  }

  Optional<ChangedSince> changedSince(Holding held, Token at) {
    return store.changedSince(held, at);
  }

  /** Takes the next part of a copy; false when it is older than what is shown. */
  boolean copy(CopyPart part) {
    try {
      store.copy(part);
      return true;
    } catch (WidecastException e) {
      return false;
    }
  }

  void checkpoint(long nowMillis) {
    try {
      store.checkpointIfDue(nowMillis);
      Optional<LogWrite> commit = store.commitToLog();
      commit.ifPresent(store::append);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The map as the store shows it. */
  SimMap map() {
    View view = store.view();
    var rows = new ArrayList<KeyVersion>();
    view.from(Bytes.EMPTY).forEachRemaining(rows::add);
    return new SimMap(view.token(), rows);
  }
}
