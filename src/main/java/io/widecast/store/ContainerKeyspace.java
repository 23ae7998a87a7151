package io.widecast.store;

import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.store.container.Container;
import io.widecast.store.container.ContainerCheckpoint;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.container.Generation;
import io.widecast.store.container.Pruning;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.StoreFormat;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.snapshot.SnapshotRow.State;
import io.widecast.store.tree.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The default format: a {@link Container}, which has one owner. Here that is whoever holds the
 * lock: entries, copies, checkpoints and work in the background come on different threads, each in
 * short pieces.
 *
 * <p>A copy of another node's map is taken in beside the running one, so that snapshots stay. Where
 * something is damaged and there are no snapshots to keep, it goes into a container made anew, the
 * next {@link Generation}, which then takes the place of the damaged one: whatever was damaged is
 * gone with it.
 */
final class ContainerKeyspace implements Keyspace {

  /** Of the caches, while a damaged container and its successor share them. */
  private static final double DAMAGED_SHARE = 0.25;

  private static final String ALARM = "ALARM";
  private static final int ALARM_BYTES_MAX = 4096;
  private static final int REMOVE_ROWS = 1_024; // looked at before the owner's other work goes on

  private final long identity;
  private final ContainerOptions options;
  private final Metrics metrics;
  private final Object lock = new Object();
  private volatile Container container;
  private volatile Generation generation; // changed by the disk thread, as is the successor
  private Container successor; // that a copy goes into; null when none does
  private volatile Optional<String> alarm; // what is damaged, or was when this was last known
  private volatile Token checkpointed;
  private volatile long changedBytes;
  private final long changedBytesMax;
  private volatile long retryAtBytes; // after a checkpoint that failed, not at once again

  ContainerKeyspace(Disk disk, long identity, ContainerOptions options, Metrics metrics)
      throws IOException {
    this(Generation.current(disk, identity), identity, options, metrics);
    generation.deleteOthers();
  }

  /**
   * An empty map beside one that is damaged beyond reading, until a copy replaces both.
   *
   * @param damage what is the matter with it
   */
  static ContainerKeyspace beside(
      Disk disk, long identity, ContainerOptions options, Metrics metrics, String damage)
      throws IOException {
    Generation current = Generation.current(disk, identity);
    current.deleteOthers();
    Generation next = current.next();
    Container.make(next.disk(), identity);
    var keyspace = new ContainerKeyspace(next, identity, options, metrics);
    keyspace.alarm = Optional.of(damage);
    return keyspace;
  }

  private ContainerKeyspace(
      Generation generation, long identity, ContainerOptions options, Metrics metrics)
      throws IOException {
    this.generation = generation;
    this.identity = identity;
    this.options = options;
    this.metrics = metrics;
    this.container = Container.open(generation.disk(), identity, options, metrics);
    this.alarm = readAlarm(generation.disk());
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

  // ---- damage

  /** What was found damaged, also by an earlier run; empty once a sound container is in place. */
  Optional<String> alarm() {
    return alarm;
  }

  /** Stops deleting and cleaning, and remembers why. */
  void raiseAlarm(String detail) {
    ownQuickly(
        owned -> {
          owned.freezeAfterAlarm();
          return null;
        });
    if (alarm.equals(Optional.of(detail))) {
      return;
    }
    alarm = Optional.of(detail);
    byte[] text = detail.getBytes(StandardCharsets.UTF_8);
    try {
      Disk disk = generation.disk();
      StoreFormat.replace(disk, ALARM, Arrays.copyOf(text, Math.min(text.length, ALARM_BYTES_MAX)));
    } catch (IOException e) {
      // Then the next start does not know of it, until it is met again.
    }
  }

  /** The whole store was found to be sound: what was damaged is gone. */
  void clearAlarm() throws IOException {
    if (alarm.isPresent()) {
      generation.disk().delete(ALARM);
      alarm = Optional.empty();
    }
  }

  private static Optional<String> readAlarm(Disk disk) throws IOException {
    if (!disk.list().contains(ALARM)) {
      return Optional.empty();
    }
    byte[] text = new byte[ALARM_BYTES_MAX];
    try (DiskFile file = disk.open(ALARM)) {
      return Optional.of(
          new String(text, 0, file.read(0, text, 0, text.length), StandardCharsets.UTF_8));
    }
  }

  /**
   * Whether a copy would lead to a store without damage: there is no snapshot that a user has asked
   * for. Those of a schedule go with the store; others have theirs, and the next comes in its time.
   */
  boolean isReplaceable() {
    return ownQuickly(owned -> owned.forest().rows().stream().noneMatch(this::isKept));
  }

  private boolean isKept(SnapshotRow row) {
    return row.state() == State.LIVE
        && !row.name().isEmpty()
        && !SnapshotSchedule.takes(row.name());
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
  public void beginCopy(Token at) throws IOException {
    dropCopy();
    if (alarm.isPresent() && isReplaceable()) {
      Disk disk = generation.next().disk();
      Container.make(disk, identity);
      successor = Container.open(disk, identity, options, metrics);
      successor.limitCaches(1 - DAMAGED_SHARE);
      container.limitCaches(DAMAGED_SHARE);
      successor.beginCopy(at);
      return;
    }
    ownQuickly(
        owned -> {
          owned.beginCopy(at);
          return null;
        });
  }

  @Override
  public void beginChanges(Token at) throws IOException {
    dropCopy();
    ownQuickly(
        owned -> {
          owned.beginChanges(at);
          return null;
        });
  }

  @Override
  public void continueCopy(Token at) {
    if (successor != null) {
      successor.continueCopy(at);
      return;
    }
    ownQuickly(
        owned -> {
          owned.continueCopy(at);
          return null;
        });
  }

  @Override
  public void removeFromCopy(Optional<Key> behind, Optional<Key> upTo, Predicate<Key> lost)
      throws IOException {
    Place next = behind.map(key -> Place.behind(key.bytes().unsafeArray())).orElse(Place.FIRST);
    while (next != null) {
      Place from = next;
      if (successor != null) {
        next = successor.removeFromCopy(from, upTo, lost, REMOVE_ROWS);
      } else {
        next = ownQuickly(owned -> owned.removeFromCopy(from, upTo, lost, REMOVE_ROWS));
      }
      checkpointCopyIfDue();
    }
  }

  @Override
  public void addCopy(List<KeyVersion> rows) throws IOException {
    if (successor != null) {
      successor.addCopy(rows);
    } else {
      ownQuickly(
          owned -> {
            owned.addCopy(rows);
            return null;
          });
    }
    checkpointCopyIfDue();
  }

  /** What is in memory is bounded, however large the copy. */
  private void checkpointCopyIfDue() throws IOException {
    if (successor != null && successor.checkpointDue()) {
      successor.checkpoint(logFrom());
    } else if (successor == null && checkpointDue(0)) {
      checkpoint(logFrom());
    }
  }

  @Override
  public void endCopy() throws IOException {
    if (successor != null) {
      successor.checkpoint(logFrom());
    } else {
      checkpoint(logFrom());
    }
  }

  @Override
  public void installCopy(long newLogFrom) throws IOException {
    if (successor != null) {
      replace(newLogFrom);
      return;
    }
    ownQuickly(
        owned -> {
          owned.endCopy();
          return null;
        });
    checkpoint(newLogFrom);
  }

  private void replace(long newLogFrom) throws IOException {
    successor.endCopy();
    successor.checkpoint(newLogFrom);
    Generation next = generation.next();
    next.takeOver();
    synchronized (lock) {
      Container damaged = container;
      container = successor;
      successor = null;
      generation = next;
      alarm = Optional.empty();
      checkpointed = container.token();
      changedBytes = container.changedBytes();
      retryAtBytes = 0;
      damaged.replaceBy(container);
    }
    container.limitCaches(1);
    generation.deleteOthers();
  }

  @Override
  public void dropCopy() throws IOException {
    if (successor != null) {
      successor.close();
      successor = null;
      container.limitCaches(1);
      generation.next().delete();
    }
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
      if (successor != null) {
        successor.close(); // the next start deletes it
      }
    }
  }
}
