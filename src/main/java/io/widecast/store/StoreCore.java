package io.widecast.store;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.HardState;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ChangedSince;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Holding;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.resync.Tracking;
import io.widecast.store.container.Container;
import io.widecast.store.container.Pruning;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.DiskFullException;
import io.widecast.store.log.Log;
import io.widecast.store.log.LogDrop;
import io.widecast.store.log.LogOptions;
import io.widecast.store.log.StoreException;
import io.widecast.store.log.StoreFormat;
import io.widecast.store.redo.Manifest;
import io.widecast.store.redo.RedoObject;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The whole store of one node without threads, clock or bus: the log, the map that the committed
 * part of it leads to, and the checkpoints that let the log be short.
 *
 * <p>A start loads the last checkpoint's chain and replays the log behind it: in a core node up to
 * what is known to be committed, at an edge to the end. Entries beyond that stay in the log and go
 * to replication with the {@link Recovery}.
 *
 * <p><b>Threads.</b> The simulator calls everything on one. The verticle uses three, each for its
 * own methods, marked in their comments: the <i>owner</i> (the map; an event loop), the <i>disk</i>
 * (log and copies; one worker), and any thread for reading. {@link Checkpoint#write} runs on a
 * third, and not while a copy is taken in: the owner sees to that.
 */
public final class StoreCore implements Closeable {

  /** Older entries that go with a {@link Recovery}, for others that lack them. */
  private static final int RECOVERY_ENTRIES = 4096;

  private static final long RECOVERY_BYTES = 8 << 20;
  private static final int REPLAY_BYTES = 4 << 20;
  private static final int PRUNE_BYTES = 4 << 20; // of log, read at a time
  private static final String TRACKING = "TRACKING";

  private final Disk disk;
  private final StoreOptions options;
  private final Metrics metrics;
  private final Closeable lock;
  private final Log log;
  private final long identity;

  private final Keyspace keyspace;
  private volatile long keepFrom; // of the disk thread; 0 until replication has said something
  private volatile boolean checkpointing;
  private volatile long checkpointFromBytes; // of the log, at the last checkpoint

  private final Tracking tracking;
  private CopyIntake copy; // of the disk thread; null when none is under way, or left unfinished
  private Holding held = Holding.NOTHING; // as last told to whoever asks for a copy
  private volatile boolean mapLost; // until a copy has come

  /** The map cannot be read, or the log not be replayed to it; the log itself is sound. */
  private static final class DamagedMapException extends StoreException {
    private DamagedMapException(StoreException damage) {
      super(damage.getMessage(), damage);
    }
  }

  private StoreCore(
      Disk disk,
      StoreOptions options,
      Metrics metrics,
      Closeable lock,
      StoreFormat format,
      Keyspace keyspace,
      long logFrom)
      throws IOException {
    this.disk = disk;
    this.options = options;
    this.metrics = metrics;
    this.lock = lock;
    this.keyspace = keyspace;
    var logOptions =
        new LogOptions(
            format.identity(), options.segmentBytes(), options.fsync(), !options.logIsCommitted());
    this.log = Log.open(disk, logOptions, logFrom, token(), metrics);
    this.tracking = readTracking(format.identity());
    this.identity = format.identity();
  }

  private Tracking readTracking(long seed) throws IOException {
    if (!disk.list().contains(TRACKING)) {
      return new Tracking(token());
    }
    try (DiskFile file = disk.open(TRACKING)) {
      byte[] bytes = new byte[(int) Math.min(file.size(), Tracking.BYTES_MAX)];
      int length = file.read(0, bytes, 0, bytes.length);
      return Tracking.decode(Arrays.copyOf(bytes, length), seed, token());
    }
  }

  /**
   * Before what it is about becomes durable: knowing of too many deletes does no harm. A failure of
   * this is one of the checkpoint's.
   */
  private void writeTracking() throws IOException {
    StoreFormat.replace(disk, TRACKING, tracking.encode(identity));
  }

  private static Keyspace keyspace(
      Disk disk, StoreOptions options, Metrics metrics, StoreFormat format) throws IOException {
    if (format.kind() == StoreFormat.Kind.REDO_LOG) {
      return new RedoKeyspace(disk, format.identity(), options.checkpointBytes(), metrics);
    }
    try {
      return new ContainerKeyspace(disk, format.identity(), options.container(), metrics);
    } catch (StoreException damage) {
      throw new DamagedMapException(damage);
    }
  }

  private static StoreCore opened(
      Disk disk, StoreOptions options, Metrics metrics, Closeable lock, StoreFormat format)
      throws IOException {
    Keyspace keyspace = keyspace(disk, options, metrics, format);
    try {
      var core = new StoreCore(disk, options, metrics, lock, format, keyspace, keyspace.logFrom());
      try {
        core.replay();
        return core;
      } catch (IOException | RuntimeException e) {
        core.log.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      keyspace.close();
      throw e;
    }
  }

  /** Without its map, which others have; the damaged one stays until theirs has come. */
  private static StoreCore withoutMap(
      Disk disk,
      StoreOptions options,
      Metrics metrics,
      Closeable lock,
      StoreFormat format,
      String damage)
      throws IOException {
    Keyspace beside =
        ContainerKeyspace.beside(disk, format.identity(), options.container(), metrics, damage);
    long logFrom = Log.lowestSegment(disk);
    var core = new StoreCore(disk, options, metrics, lock, format, beside, logFrom);
    core.mapLost = true;
    core.showGauges();
    return core;
  }

  private Token token() {
    return keyspace.view().token();
  }

  /**
   * Opens what {@code disk} holds, or makes a new store there.
   *
   * @param nowMillis wall-clock time; goes into the identity of a new directory
   * @throws StoreException when the directory is in use, another node's, of another version or
   *     damaged; the message says what to do
   */
  public static StoreCore open(Disk disk, StoreOptions options, Metrics metrics, long nowMillis)
      throws IOException {
    Closeable lock = disk.lock();
    try {
      StoreFormat format = format(disk, options, nowMillis);
      try {
        return opened(disk, options, metrics, lock, format);
      } catch (DamagedMapException damage) {
        if (!options.hasPeers() || format.kind() == StoreFormat.Kind.REDO_LOG) {
          throw damage;
        }
        return withoutMap(disk, options, metrics, lock, format, damage.getMessage());
      }
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static StoreFormat format(Disk disk, StoreOptions options, long nowMillis)
      throws IOException {
    Optional<StoreFormat> found = StoreFormat.read(disk);
    if (found.isPresent()) {
      if (!found.get().node().equals(options.node())) {
        throw new StoreException(
            disk.place()
                + " belongs to node "
                + found.get().node()
                + ", this one is "
                + options.node()
                + "; give each node its own node.data");
      }
      return found.get();
    }
    for (String name : disk.list()) {
      if (name.startsWith("log-") || name.startsWith("seg-") || RedoObject.isFileName(name)) {
        throw new StoreException(
            disk.place()
                + " holds "
                + name
                + " but no "
                + StoreFormat.FILE
                + "; restore that, or give this node an empty node.data");
      }
    }
    var made = new StoreFormat(options.format(), options.node(), newIdentity(options, nowMillis));
    if (made.kind() == StoreFormat.Kind.REDO_LOG) {
      Manifest.INITIAL.write(disk, made.identity());
    } else {
      Container.make(disk, made.identity());
    }
    made.write(disk); // last: a directory that has this has everything
    return made;
  }

  private static long newIdentity(StoreOptions options, long nowMillis) {
    long hash = 0xcbf29ce484222325L; // FNV-1a over the name, then the time
    for (byte b : options.node().text().getBytes(StandardCharsets.US_ASCII)) {
      hash = (hash ^ b) * 0x100000001b3L;
    }
    return (hash ^ nowMillis) * 0x9e3779b97f4a7c15L;
  }

  private void replay() throws IOException {
    Token position = token();
    if (!options.logIsCommitted() && !leadsTo(position)) {
      catchUpLog(position);
    }
    Token target = log.commit();
    if (options.logIsCommitted() && log.end().revision() > target.revision()) {
      target = log.end();
    }
    while (token().revision() < target.revision()) {
      LogSlice slice = log.read(token().revision(), target.revision(), REPLAY_BYTES);
      if (!slice.complete()) {
        throw new StoreException(
            "the log in "
                + disk.place()
                + " begins at "
                + log.base()
                + ", behind the checkpoint at "
                + position
                + ". Files are missing: restore them, or move the directory away and let"
                + " this node take a new copy");
      }
      checkpointFromBytes -= slice.entries().stream().mapToLong(EncodedEntry::sizeBytes).sum();
      List<EncodedEntry> entries = slice.entries();
      Token last = entries.isEmpty() ? target : entries.get(entries.size() - 1).entry().token();
      tracking.onApplied(entries, last);
      try {
        keyspace.advance(entries, last);
      } catch (StoreException damage) {
        throw new DamagedMapException(damage);
      }
      if (keyspace.checkpointDue(0)) {
        checkpoint(); // a long log must not need as much memory
      }
    }
    showGauges();
  }

  /** Whether the log holds, or begins behind, the very entry that the checkpoint ends with. */
  private boolean leadsTo(Token position) {
    return log.end().revision() >= position.revision()
        && log.epochAt(position.revision()).orElse(position.epoch()) == position.epoch();
  }

  /** Without fsync a power cut can take more of the log than what a checkpoint has made safe. */
  private void catchUpLog(Token position) throws IOException {
    if (log.lastIsForced()) {
      throw new StoreException(
          "the log in "
              + disk.place()
              + " ends at "
              + log.end()
              + " and does not lead to the checkpoint at "
              + position
              + ". The disk lost data: restore the directory, or move it away and let"
              + " this node take a new copy");
    }
    long from = log.restart(position, log.requests());
    keyspace.logFrom(from);
    log.dropBelow(from);
  }

  /** What was found at the start, and the newest entries of the log; on the disk thread. */
  public Recovery recovery() throws IOException {
    Token applied = !mapLost ? token() : options.logIsCommitted() ? Token.NONE : log.commit();
    Token end = log.end().revision() > applied.revision() ? log.end() : applied;
    var entries = new ArrayDeque<EncodedEntry>();
    long bytes = 0;
    long after = Math.max(log.base().revision(), applied.revision() - RECOVERY_ENTRIES);
    List<EncodedEntry> slice;
    while (!(slice = log.read(after, end.revision(), REPLAY_BYTES).entries()).isEmpty()) {
      for (EncodedEntry entry : slice) {
        entries.add(entry);
        bytes += entry.sizeBytes();
      }
      after = entries.getLast().revision();
      while (bytes > RECOVERY_BYTES && entries.getFirst().revision() <= applied.revision()) {
        bytes -= entries.removeFirst().sizeBytes();
      }
    }
    long first = entries.isEmpty() ? end.revision() + 1 : entries.getFirst().revision();
    return new Recovery(
        log.hardState(), applied, end, List.copyOf(entries), requestsBelow(first), mapLost);
  }

  /** The named requests below {@code revision}: a retry may come although the log is long. */
  private List<RecentRequest> requestsBelow(long revision) throws IOException {
    if (options.logIsCommitted()) {
      return List.of(); // an edge node orders nothing
    }
    var requests = new TreeMap<Long, RecentRequest>();
    log.requests().forEach(request -> requests.put(request.token().revision(), request));
    long after = Math.max(log.base().revision(), revision - 1 - RecentRequest.KEPT_MAX);
    List<EncodedEntry> slice;
    while (!(slice = log.read(after, revision - 1, REPLAY_BYTES).entries()).isEmpty()) {
      slice.forEach(
          entry ->
              RecentRequest.of(entry.entry())
                  .ifPresent(request -> requests.put(entry.revision(), request)));
      after = slice.get(slice.size() - 1).revision();
    }
    return List.copyOf(requests.headMap(revision).values());
  }

  /** Whether the map was damaged beyond reading, and no copy has come yet; any thread. */
  public boolean isMapLost() {
    return mapLost;
  }

  /** The map now; any thread. */
  public View view() {
    return keyspace.view();
  }

  public HardState hardState() {
    return log.hardState();
  }

  /**
   * Makes {@code writes} durable, in order, with one fsync; on the disk thread. When the disk is
   * full, log that is kept for watches only is given up first.
   *
   * @return the log's last revision after each
   * @throws WidecastException {@link ErrorCode#DISK_FULL}: nothing has changed, try again later
   * @throws StoreException the disk failed: this store must not be used any more
   * @throws IllegalStateException a write breaks the order
   */
  public List<Long> append(List<LogWrite> writes) {
    for (LogWrite write : writes) {
      if (write.cutFrom() > 0 && write.cutFrom() <= token().revision()) {
        throw new IllegalStateException(
            "cut from revision " + write.cutFrom() + ", but " + token() + " is applied");
      }
      keepFrom = write.keepFrom();
    }
    try {
      return log.append(writes);
    } catch (WidecastException full) {
      if (dropHistory()) {
        return log.append(writes);
      }
      metrics.increment(Metric.DISK_FULL);
      throw full;
    }
  }

  private boolean dropHistory() {
    Token base = log.base();
    try {
      log.drop(log.toDrop(keyspace.logFrom(), keepFrom, 0, Long.MAX_VALUE));
    } catch (IOException e) {
      return false; // no harm done, and the caller is told that the disk is full
    }
    container().ifPresent(container -> container.raiseHorizon(log.base()));
    return !log.base().equals(base);
  }

  /** Writes that come after one that was refused may be refused too, instead of failing all. */
  public void refuseNext() {
    log.refuseNext();
  }

  /** {@link #append} of one write. */
  public long append(LogWrite write) {
    return append(List.of(write)).get(0);
  }

  /**
   * Applies what is final; on the owner's thread. What has been applied before is skipped.
   *
   * @return what to tell the readers; empty when nothing is new
   * @throws IllegalStateException when it does not follow, or is not in this node's log
   */
  public Optional<Applied> apply(Committed committed) {
    long applied = token().revision();
    Token upTo = committed.upTo();
    if (upTo.revision() <= applied) {
      return Optional.empty();
    }
    List<EncodedEntry> entries = committed.entries();
    int known = 0;
    while (known < entries.size() && entries.get(known).revision() <= applied) {
      known++;
    }
    entries = entries.subList(known, entries.size());
    checkOrder(entries, upTo);
    tracking.onApplied(entries, upTo); // first: nobody may see a delete that it does not know of
    keyspace.advance(entries, upTo);
    showGauges();
    return Optional.of(new Applied(keyspace.view(), entries, false));
  }

  private void checkOrder(List<EncodedEntry> entries, Token upTo) {
    Token before = token();
    for (EncodedEntry entry : entries) {
      Token next = entry.entry().token();
      boolean follows =
          options.logIsCommitted()
              ? next.revision() > before.revision()
              : next.revision() == before.revision() + 1;
      if (!follows || next.epoch() < before.epoch()) {
        throw new IllegalStateException("entry " + next + " cannot be applied after " + before);
      }
      before = next;
    }
    boolean ends =
        options.logIsCommitted()
            ? upTo.revision() >= before.revision() && upTo.epoch() >= before.epoch()
            : upTo.equals(before) && upTo.revision() <= log.end().revision();
    if (!ends) {
      throw new IllegalStateException(
          "commit of " + upTo + ": entries lead to " + before + ", the log to " + log.end());
    }
  }

  private void showGauges() {
    View now = keyspace.view();
    metrics.set(Gauge.REVISION, now.token().revision());
    metrics.set(Gauge.EPOCH, now.token().epoch());
    metrics.set(Gauge.KEYS, now.size());
    metrics.set(Gauge.CONTENT_BYTES, now.contentBytes());
  }

  /** Entries that the log still holds and that are applied; any thread. */
  public LogSlice readLog(LogRead read) throws IOException {
    return log.read(read.after(), token().revision(), read.bytesMax());
  }

  /**
   * What to log so that a restart knows that the map was this far; empty when it does. Positions
   * that readers have seen must not come back lower after a restart.
   */
  public Optional<LogWrite> commitToLog() {
    Token applied = token();
    return applied.revision() > log.commit().revision()
        ? Optional.of(new LogWrite(Optional.empty(), 0, List.of(), applied, keepFrom))
        : Optional.empty();
  }

  /** Whether enough has come together for a checkpoint; any thread. */
  public boolean checkpointDue() {
    return !checkpointing && keyspace.checkpointDue(log.appendedBytes() - checkpointFromBytes);
  }

  /**
   * Freezes the map as it is, to be written on any thread while no copy is taken in; on the owner's
   * thread.
   */
  public PendingCheckpoint freeze() throws IOException {
    if (checkpointing) {
      throw new IllegalStateException("a checkpoint is being written");
    }
    checkpointing = true;
    try {
      checkpointFromBytes = log.appendedBytes();
      return new PendingCheckpoint(keyspace.freeze(log.segmentAfter(token().revision())));
    } catch (IOException | RuntimeException e) {
      checkpointing = false;
      throw e;
    }
  }

  /** A checkpoint on its way to disk: written anywhere, then taken note of by the owner. */
  public final class PendingCheckpoint {

    private final Keyspace.Frozen frozen;

    private PendingCheckpoint(Keyspace.Frozen frozen) {
      this.frozen = frozen;
    }

    /** Writes it; any thread, but no copy may be taken in meanwhile. */
    public void write() throws IOException {
      writeTracking();
      frozen.write();
      metrics.increment(Metric.CHECKPOINTS);
    }

    /**
     * It is over; on the owner's thread.
     *
     * @param written false when it failed: all it held will be in the next one, which becomes due
     *     after a quarter of the usual bytes
     */
    public void over(boolean written) {
      checkpointing = false;
      frozen.over(written);
      if (!written) {
        checkpointFromBytes = log.appendedBytes() - options.checkpointBytes() / 4 * 3;
      }
    }

    /** Deletes what nobody needs once it is written; any thread. */
    public void deleteOthers() throws IOException {
      frozen.deleteOthers();
    }
  }

  /**
   * The log that neither a start, nor other nodes, nor watches that resume need; any thread. Reads
   * it, so that the named requests of the last minutes outlive it.
   *
   * @param nowMillis by the wall clock
   */
  public LogDrop logToDrop(long nowMillis) throws IOException {
    return log.toDrop(
        keyspace.logFrom(),
        keepFrom,
        options.historyBytes(),
        nowMillis - options.history().toMillis());
  }

  /**
   * Ends the history up to {@code base}, which the log is about to begin at: no reader gets below
   * it any more, and versions that were replaced up to there go. Reads the log; on any one thread.
   */
  public void forgetUpTo(Token base) throws IOException {
    if (keyspace instanceof ContainerKeyspace container && base.revision() > 0) {
      container.raiseHorizon(base);
      while (pruneSome()) {
        // a bounded piece each, so that the owner's work goes on between
      }
    }
  }

  /**
   * Removes some of the versions below the horizon; on the thread of {@link #forgetUpTo}.
   *
   * @return whether there may be more
   */
  boolean pruneSome() throws IOException {
    if (!(keyspace instanceof ContainerKeyspace container) || container.isFrozen()) {
      return false;
    }
    Token from = container.pruned();
    Token to = container.horizon();
    if (from.revision() >= to.revision()) {
      return false;
    }
    LogSlice slice = log.read(from.revision(), to.revision(), PRUNE_BYTES);
    List<EncodedEntry> entries = slice.entries();
    if (!slice.complete()) {
      container.prune(Pruning.ofAll(to)); // the log has been cut short: a full disk, or a copy
    } else if (entries.isEmpty()) {
      container.prune(Pruning.of(entries, to));
    } else {
      container.prune(Pruning.of(entries, entries.get(entries.size() - 1).entry().token()));
    }
    return true;
  }

  /** What only the container format has; empty in format 1. */
  Optional<ContainerKeyspace> container() {
    return keyspace instanceof ContainerKeyspace container
        ? Optional.of(container)
        : Optional.empty();
  }

  /** Deletes that log; on the disk thread. */
  public void dropLog(LogDrop drop) throws IOException {
    log.drop(drop);
  }

  /** Does all of a checkpoint at once, when one is due: for one thread. */
  public void checkpointIfDue(long nowMillis) throws IOException {
    if (checkpointDue()) {
      checkpoint();
      LogDrop drop = logToDrop(nowMillis);
      forgetUpTo(drop.base());
      dropLog(drop);
    }
  }

  private void checkpoint() throws IOException {
    PendingCheckpoint checkpoint = freeze();
    boolean written = false;
    try {
      checkpoint.write();
      written = true;
    } catch (DiskFullException e) {
      // Nothing is lost: the log holds it all, and the next checkpoint will.
    } finally {
      checkpoint.over(written);
    }
    if (written) {
      checkpoint.deleteOthers();
    }
  }

  /**
   * What a copy of another node can go on from: this node's map, or what an unfinished transfer has
   * left, whichever is further; nothing where the map is damaged. On the disk thread.
   */
  public Holding held() {
    boolean damaged = mapLost || container().flatMap(ContainerKeyspace::alarm).isPresent();
    if (copy != null && (damaged || copy.holding().first().compareTo(token()) <= 0)) {
      dropCopy();
    }
    if (copy != null) {
      held = copy.holding();
    } else {
      held = damaged ? Holding.NOTHING : Holding.at(token());
    }
    return held;
  }

  /**
   * In which buckets something is gone since a copy was as {@code other} says; empty when that is
   * not known. Any thread.
   *
   * @param at of a view of this node's map
   */
  public Optional<ChangedSince> changedSince(Holding other, Token at) {
    return mapLost ? Optional.empty() : tracking.changedSince(other, at);
  }

  /**
   * Takes in a part of a copy; on the disk thread. With the end the copy replaces everything on
   * disk, in one step; {@link #show} then does so in the map.
   *
   * @return the new map, with the end
   * @throws WidecastException {@link ErrorCode#NOT_READY} when the copy is older than the map,
   *     {@link ErrorCode#DISK_FULL}; the store is as before and the copy is forgotten
   * @throws IllegalArgumentException when the part has no place here; what came before stays
   */
  public Optional<View> take(CopyPart part) {
    if (part instanceof CopyPart.Begin begin) {
      begin(begin);
      return Optional.empty();
    }
    if (copy == null) {
      throw new IllegalArgumentException("part of a copy that has not begun");
    }
    if (part instanceof CopyPart.Piece next) {
      prepare(
          () -> {
            if (keyspace.checkpointDue(0)) {
              writeTracking(); // the copy's next rows will make the map durable, too
            }
            copy.take(next.piece());
          });
      return Optional.empty();
    }
    if (part instanceof CopyPart.Requests requests) {
      copy.addRequests(requests.requests());
      return Optional.empty();
    }
    if (part instanceof CopyPart.End) {
      CopyIntake whole = copy;
      if (isOlder(whole.at())) {
        dropCopy();
        throw tooOld(whole.at());
      }
      prepare(
          () -> {
            whole.end();
            whole.tell(tracking); // should the copy be dropped now, it errs on the safe side
            writeTracking();
            keyspace.endCopy();
          });
      copy = null;
      install(whole);
      return Optional.of(keyspace.view());
    }
    throw new AssertionError(part);
  }

  private void begin(CopyPart.Begin begin) {
    if (isOlder(begin.at())) {
      throw tooOld(begin.at());
    }
    boolean goesOn = copy != null && begin.changed().isPresent();
    var next = new CopyIntake(keyspace, held, begin.at(), begin.changed());
    if (!goesOn) {
      dropCopy();
    }
    prepare(
        () -> {
          if (goesOn) {
            keyspace.continueCopy(begin.at());
          } else if (begin.changed().isPresent()) {
            keyspace.beginChanges(begin.at());
          } else {
            keyspace.beginCopy(begin.at());
          }
        });
    copy = next;
  }

  /**
   * What readers have seen must not go; nor entries of the log that may be committed, since this
   * disk may be one of those that a majority counts on. Where the copy's epoch is newer than the
   * log's last, what stands behind it in the log was never committed.
   */
  private boolean isOlder(Token at) {
    boolean hides = at.revision() < token().revision() || at.epoch() < token().epoch();
    return hides || at.compareTo(log.end()) < 0;
  }

  private WidecastException tooOld(Token at) {
    return new WidecastException(
        ErrorCode.NOT_READY,
        "a copy as of "
            + at
            + " is older than what this node shows, "
            + token()
            + ", or has in its log, "
            + log.end()
            + ": take one from a node that is further on");
  }

  private void dropCopy() {
    copy = null;
    try {
      keyspace.dropCopy();
    } catch (IOException e) {
      throw failed("a copy", e);
    }
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  /** Writes some of a copy; what fails for want of room gives the copy up, and nothing else. */
  private void prepare(Writing writing) {
    try {
      writing.run();
    } catch (DiskFullException e) {
      dropCopy();
      metrics.increment(Metric.DISK_FULL);
      throw new WidecastException(ErrorCode.DISK_FULL, "no room for a copy: " + e.getMessage());
    } catch (StoreException damage) {
      dropCopy();
      container().ifPresent(container -> container.raiseAlarm(damage.getMessage()));
      throw new WidecastException(
          ErrorCode.NOT_READY,
          "the store is so damaged that no copy can be taken in beside what it holds; the next one"
              + " takes its place, once no named snapshot is left: "
              + damage.getMessage());
    } catch (IOException e) {
      throw failed("a copy", e);
    }
  }

  private void install(CopyIntake whole) {
    long from = log.restart(whole.at(), whole.requests());
    try {
      keyspace.installCopy(from);
      mapLost = false;
      log.dropBelow(from);
    } catch (IOException e) {
      throw failed("a copy", e); // the next start finds the old state or the new one
    }
  }

  private StoreException failed(String what, IOException e) {
    return new StoreException(
        "writing "
            + what
            + " to "
            + disk.place()
            + " failed: "
            + e
            + ". Check the disk and start the node again",
        e);
  }

  /** What to tell the readers of the map that {@link #take} gave; on the owner's thread. */
  public Applied show(View whole) {
    checkpointFromBytes = log.appendedBytes();
    metrics.increment(Metric.COPIES_TAKEN);
    showGauges();
    return new Applied(whole, List.of(), true);
  }

  /** {@link #take} and {@link #show} in one: for one thread. */
  public Optional<Applied> copy(CopyPart part) {
    return take(part).map(this::show);
  }

  /**
   * Writes a last checkpoint, so that the next start replays nothing and shows no older position,
   * and lets the directory go. On the disk thread, when nothing else is under way.
   */
  @Override
  public void close() throws IOException {
    try (lock;
        log;
        keyspace) {
      if (token().revision() > keyspace.checkpointed().revision()) {
        checkpoint();
      }
    }
  }

  /** Lets the directory go as it is, after a failure. */
  public void abandon() throws IOException {
    try (lock;
        log;
        keyspace) {
      copy = null;
    }
  }
}
