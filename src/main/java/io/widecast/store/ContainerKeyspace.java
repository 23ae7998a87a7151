package io.widecast.store;

import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.store.container.Container;
import io.widecast.store.container.ContainerCheckpoint;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.container.Pruning;
import io.widecast.store.log.Disk;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/**
 * The default format: a {@link Container}, which has one owner. Here that is whoever holds the
 * lock: entries, copies, checkpoints and work in the background come on different threads, each in
 * short pieces.
 */
final class ContainerKeyspace implements Keyspace {

  private final Container container;
  private final Object lock = new Object();
  private volatile Token checkpointed;
  private volatile long changedBytes;
  private final long changedBytesMax;
  private volatile long retryAtBytes; // after a checkpoint that failed, not at once again
  private boolean copying;

  ContainerKeyspace(Disk disk, long identity, ContainerOptions options, Metrics metrics)
      throws IOException {
    this.container = Container.open(disk, identity, options, metrics);
    this.checkpointed = container.token();
    this.changedBytesMax = options.changedBytesMax();
  }

  /** Something to do with the container, which may write and read. */
  @FunctionalInterface
  interface Work<T> {
    T with(Container container) throws IOException;
  }

  /** Does {@code work} as the container's owner; keep it short. */
  <T> T own(Work<T> work) throws IOException {
    synchronized (lock) {
      T result = work.with(container);
      changedBytes = container.changedBytes();
      return result;
    }
  }

  /** {@link #own} for work that touches no file. */
  <T> T ownQuickly(Function<Container, T> work) {
    synchronized (lock) {
      T result = work.apply(container);
      changedBytes = container.changedBytes();
      return result;
    }
  }

  // ---- in the background

  boolean deleteStep() {
    return ownQuickly(Container::deleteStep);
  }

  boolean cleanStep() throws IOException {
    return own(Container::cleanStep);
  }

  /** After an alarm: nothing is deleted or cleaned. */
  boolean isFrozen() {
    return ownQuickly(Container::isFrozenByAlarm);
  }

  // ---- history

  Token horizon() {
    return container.horizon();
  }

  Token pruned() {
    return ownQuickly(Container::pruned);
  }

  void raiseHorizon(Token upTo) {
    ownQuickly(
        owned -> {
          owned.raiseHorizon(upTo);
          return null;
        });
  }

  /** All of {@code pruning}, in steps between which the owner's other work goes on. */
  void prune(Pruning pruning) {
    while (ownQuickly(owned -> owned.pruneStep(pruning))) {
      // the next step
    }
  }

  // ---- the map

  @Override
  public View view() {
    return container.view();
  }

  @Override
  public long logFrom() {
    return container.logFrom();
  }

  @Override
  public Token checkpointed() {
    return checkpointed;
  }

  @Override
  public void advance(List<EncodedEntry> entries, Token upTo) {
    ownQuickly(
        owned -> {
          owned.advance(entries, upTo);
          return null;
        });
  }

  @Override
  public boolean checkpointDue(long loggedBytes) {
    return changedBytes >= Math.max(changedBytesMax, retryAtBytes);
  }

  @Override
  public Frozen freeze(long newLogFrom) throws IOException {
    ContainerCheckpoint checkpoint = own(owned -> owned.freeze(newLogFrom));
    return new Frozen() {
      @Override
      public void write() throws IOException {
        checkpoint.write();
      }

      @Override
      public void over(boolean written) {
        ownQuickly(
            owned -> {
              if (written) {
                checkpoint.install();
                checkpointed = checkpoint.position();
                retryAtBytes = 0;
              } else {
                checkpoint.abandon();
                retryAtBytes = owned.changedBytes() + changedBytesMax / 4;
              }
              return null;
            });
      }

      @Override
      public void deleteOthers() throws IOException {
        checkpoint.deleteFiles();
      }
    };
  }

  /** All of a checkpoint, step by step, the owner's part under the lock. */
  private void checkpoint(long newLogFrom) throws IOException {
    Frozen frozen = freeze(newLogFrom);
    boolean written = false;
    try {
      frozen.write();
      written = true;
    } finally {
      frozen.over(written);
    }
    frozen.deleteOthers();
  }

  @Override
  public void logFrom(long newLogFrom) throws IOException {
    checkpoint(newLogFrom);
  }

  @Override
  public void beginCopy(Token at) {
    copying = true;
    ownQuickly(
        owned -> {
          owned.beginCopy(at);
          return null;
        });
  }

  @Override
  public void addCopy(List<KeyVersion> rows) throws IOException {
    ownQuickly(
        owned -> {
          owned.addCopy(rows);
          return null;
        });
    if (checkpointDue(0)) {
      checkpoint(logFrom()); // what is in memory is bounded, however large the copy
    }
  }

  @Override
  public void endCopy() throws IOException {
    checkpoint(logFrom());
  }

  @Override
  public void installCopy(long newLogFrom) throws IOException {
    ownQuickly(
        owned -> {
          owned.endCopy();
          return null;
        });
    copying = false;
    checkpoint(newLogFrom);
  }

  @Override
  public boolean copying() {
    return copying;
  }

  @Override
  public void dropCopy() {
    copying = false;
    ownQuickly(
        owned -> {
          owned.dropCopy();
          return null;
        });
  }

  @Override
  public void close() throws IOException {
    synchronized (lock) {
      container.close();
    }
  }
}
