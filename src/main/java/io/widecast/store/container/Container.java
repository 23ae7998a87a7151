package io.widecast.store.container;

import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.KeyHistory;
import io.widecast.store.log.Disk;
import io.widecast.store.log.StoreFormat;
import io.widecast.store.segment.Segments;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.Forest;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.MiddleMap;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.TreeReader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The map of one node on disk: a copy-on-write tree of all versions inside the history, snapshots
 * of it, and what they share (systems.md 0.2, S2, S3).
 *
 * <p><b>Durability.</b> The log of entries is the journal of client writes. Here a checkpoint makes
 * everything that changed in memory durable in one step: pages and values go to segments that no
 * older checkpoint names, then one file is replaced that names them. So the disk always holds one
 * consistent state; a start takes it and replays the log, and the {@link Journal} of snapshots,
 * from there on. What runs in the background, deletion, cleaning and compaction, loses at most the
 * steps since the last checkpoint and does them again.
 *
 * <p><b>Threads.</b> One owner makes all changes. Views are for any thread: they read states that
 * no longer change, and where a page has to be read from disk they begin again at the newest state
 * if it moved on meanwhile. {@link ContainerCheckpoint#write} is for any one thread besides.
 */
public final class Container implements Closeable {

  /** More numbers than can be handed out between two checkpoints: what a start leaves out. */
  private static final long NUMBERS_SKIPPED = 1L << 24;

  private final Disk disk;
  private final long identity;
  private final ContainerOptions options;
  private final Segments segments;
  private final Pages pages;
  private final MiddleMap map;
  private final Forest forest;
  private final Deletion deletion;
  private final Cleaner cleaner;
  private final Metrics metrics;
  private final Journal journal;
  private final ArrayDeque<Journal.Change> toReplay = new ArrayDeque<>();

  private Head running;
  private Head staging; // of a copy that is coming in; null when none is
  private Token stagingPruned; // what the map had pruned that it began as; null for none
  private History history;
  private long number; // of the last checkpoint
  private long begun; // number of the last one that was begun, written or not
  private boolean checkpointing;
  private boolean frozenByAlarm; // nothing is deleted or cleaned any more
  private volatile long logFrom;
  private volatile Roots roots;
  private volatile Container successor; // that readers go on with; null while this is the one

  private Container(
      Disk disk, long identity, ContainerOptions options, Metrics metrics, boolean strict)
      throws IOException {
    this.disk = disk;
    this.identity = identity;
    this.options = options;
    this.metrics = metrics;
    this.segments = new Segments(disk, identity, options.segmentBytes(), options.blockCacheBytes());
    this.pages = new Pages(segments, options.pageCacheBytes());
    deleteTemporary();
    Superblock block = Superblock.read(disk, identity);
    if (block.number() > 0) {
      segments.recover(block.segments(), block.nextSegment(), block.number() + 1, strict);
      pages.recover(block.pbas(), block.opSeqs(), block.nextOpSeq() + NUMBERS_SKIPPED);
      this.map = new MiddleMap(pages, pages.ref(block.mapRoot()), block.mapSize());
      this.forest = new Forest(pages, map);
      this.deletion = new Deletion(forest, options.deleteBufferBytes());
      restore(block);
    } else {
      segments.recover(List.of(), 1, 1);
      this.map = new MiddleMap(pages, null, 0);
      this.forest = new Forest(pages, map);
      this.deletion = new Deletion(forest, options.deleteBufferBytes());
      running = forest.newHead(Token.NONE);
      history = History.empty();
      logFrom = 1;
    }
    this.cleaner = new Cleaner(this);
    var changes = new ArrayList<Journal.Change>();
    this.journal = Journal.open(disk, identity, number, changes);
    toReplay.addAll(changes);
    // Changes that a checkpoint has must not stand in the journal behind it, or a start would make
    // them twice: so each attempt has a number, and a journal, of its own.
    begun = Math.max(number, journal.number());
    publish();
    replayChanges();
  }

  /** Makes an empty container in an empty directory. */
  public static void make(Disk disk, long identity) throws IOException {
    Superblock.initial().write(disk, identity);
  }

  /**
   * Opens what {@code disk} holds.
   *
   * @throws io.widecast.store.log.StoreException when it is damaged, saying what and what to do
   */
  public static Container open(Disk disk, long identity, ContainerOptions options, Metrics metrics)
      throws IOException {
    return new Container(disk, identity, options, metrics, true);
  }

  /** Opens what there is also where segments are missing or damaged, to be verified. */
  public static Container openDamaged(
      Disk disk, long identity, ContainerOptions options, Metrics metrics) throws IOException {
    return new Container(disk, identity, options, metrics, false);
  }

  private void deleteTemporary() throws IOException {
    for (String name : disk.list()) {
      if (StoreFormat.isTemporary(name)) {
        disk.delete(name);
      }
    }
  }

  private void restore(Superblock block) {
    forest.recover(block.nextId(), block.nextVba() + NUMBERS_SKIPPED);
    for (Superblock.RowState row : block.rows()) {
      forest.restore(
          row.id(),
          row.name(),
          row.snapSeq(),
          row.root(),
          row.token(),
          row.createdAtMillis(),
          row.keys(),
          row.bytes(),
          row.parent(),
          row.minVba(),
          row.state(),
          row.lateList());
    }
    for (Superblock.HeadState head : block.heads()) {
      Head restored =
          forest.restoreHead(
              head.id(),
              head.root(),
              head.parent(),
              head.minVba(),
              head.token(),
              head.keys(),
              head.bytes());
      if (head.id() == block.running()) {
        running = restored;
      }
    }
    for (Head head : new ArrayList<>(forest.heads())) {
      if (head != running) {
        forest.freeze(head, 0); // a copy that did not come to its end
      }
    }
    block.job().ifPresent(deletion::resume);
    history = new History(block.epochs(), block.horizon(), block.pruned());
    number = block.number();
    logFrom = block.logFrom();
  }

  // ---- reading

  /** The newest state; of what has replaced this, if something has. */
  Roots roots() {
    Container next = successor;
    return next == null ? roots : next.roots();
  }

  Pages pages() {
    return pages;
  }

  public Forest forest() {
    return forest;
  }

  public Deletion deletion() {
    return deletion;
  }

  public Segments segments() {
    return segments;
  }

  /** The map now. */
  public ContainerView view() {
    return new ContainerView(this, roots);
  }

  /** Everything up to here is in the map. */
  public Token token() {
    return roots.token();
  }

  /** Versions that were replaced up to here may be gone: nothing below it can be read. */
  public Token horizon() {
    return roots().horizon();
  }

  boolean keepsHistory() {
    return options.keepsHistory();
  }

  /** First segment of the log that a start needs. */
  public long logFrom() {
    return logFrom;
  }

  /** What the last checkpoint is as of is at least the map at this start; see {@link #logFrom}. */
  public long checkpointNumber() {
    return number;
  }

  /**
   * The map as it was at {@code revision}; for the owner.
   *
   * @throws WidecastException {@link ErrorCode#COMPACTED} below the horizon, {@link
   *     ErrorCode#BAD_REQUEST} in the future
   */
  public HistoryView viewAt(long revision) {
    Roots now = roots;
    if (revision < now.horizon().revision()) {
      throw compacted(revision, now.horizon());
    }
    if (revision > now.token().revision()) {
      throw new WidecastException(
          ErrorCode.BAD_REQUEST,
          "revision "
              + revision
              + " is in the future: this node stands at "
              + now.token()
              + "; use ?min= to wait for it");
    }
    return new HistoryView(history.at(revision), now);
  }

  static WidecastException compacted(long revision, Token horizon) {
    return new WidecastException(
        ErrorCode.COMPACTED,
        "revision "
            + revision
            + " is compacted: history begins at "
            + horizon.revision()
            + " on this node; read at that or later",
        java.util.Map.of("compactRevision", horizon.revision()));
  }

  // ---- writing

  /** What has changed so far becomes visible, and is changed no more. */
  private void publish() {
    pages.beginEdit();
    roots =
        new Roots(
            this,
            running.token(),
            running.tree().root(),
            map.root(),
            running.keys(),
            running.contentBytes(),
            history.horizon());
    pages.reuseFreed();
  }

  /** Applies committed entries; the map then stands at {@code upTo}. */
  public void advance(List<EncodedEntry> entries, Token upTo) {
    // Where older versions of a key may still stand, the newest must stay above them until pruned.
    boolean isPruned = history.pruned().revision() >= running.token().revision();
    boolean keepsOlder = options.keepsHistory() || !isPruned;
    for (EncodedEntry entry : entries) {
      Token token = entry.entry().token();
      replayChangesBefore(token);
      history.onEntry(token);
      for (Pair pair : entry.entry().pairs()) {
        Cell older = forest.apply(running, pair, token);
        if (older != null && !keepsOlder) {
          forest.forget(running, older);
          if (pair instanceof Pair.Delete) {
            running.tree().remove(older.key(), token.revision());
          }
        }
      }
      running.moveTo(token);
    }
    replayChangesBefore(new Token(Long.MAX_VALUE, upTo.revision() + 1));
    running.moveTo(upTo);
    if (!keepsOlder) {
      history = History.from(upTo);
    } else if (!options.keepsHistory()) {
      // What an earlier run or a copy has kept is pruned in the background, as after a compaction.
      history.raise(upTo.revision());
    }
    publish();
  }

  // ---- history

  /** Readers below {@code upTo} are refused from now on; a {@link Pruning} then makes room. */
  public void raiseHorizon(Token upTo) {
    if (history.raise(upTo.revision())) {
      publish();
    }
  }

  /**
   * As {@link #raiseHorizon}, asked for by a user, hence remembered by the next start.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} in the future
   */
  public Token compact(long revision) throws IOException {
    Token now = running.token();
    if (revision > now.revision()) {
      throw new WidecastException(
          ErrorCode.BAD_REQUEST,
          "revision " + revision + " is in the future: this node stands at " + now);
    }
    if (revision <= history.horizon().revision()) {
      throw compacted(revision, history.horizon());
    }
    Token to = history.at(revision);
    journal.append(List.of(new Journal.Change.Compact(now, to)));
    raiseHorizon(to);
    return history.horizon();
  }

  /** Up to here replaced versions are gone. */
  public Token pruned() {
    return history.pruned();
  }

  /**
   * Removes some of what nobody sees at the horizon; {@link #pruned} rises with the last step.
   *
   * @return whether there is more to do
   */
  public boolean pruneStep(Pruning pruning) {
    boolean more = pruning.step(forest, running, history.horizon().revision());
    if (!more) {
      history.pruned(pruning.upTo());
    }
    publish();
    return more;
  }

  /**
   * The versions of a key inside the history, the newest first; deletes too. For the owner.
   *
   * @param bytesMax no further version once their values have so many bytes
   */
  public KeyHistory history(Key key, int versionsMax, long bytesMax) {
    Roots now = roots;
    var reading = new Reading(now, Long.MAX_VALUE);
    var versions = new ArrayList<KeyHistory.Version>();
    long bytes = 0;
    for (Cell cell : reading.versions(key.bytes().unsafeArray(), versionsMax)) {
      if (bytes >= bytesMax) {
        break;
      }
      bytes += cell.valueBytes();
      versions.add(
          new KeyHistory.Version(
              cell.token(),
              cell.isPut() ? Optional.of(reading.held(cell)) : Optional.empty(),
              cell.kind() == Cell.EXPIRED));
    }
    return new KeyHistory(versions, now.horizon());
  }

  // ---- snapshots

  /**
   * Freezes the map as it is under {@code name}; on disk when this returns.
   *
   * @throws WidecastException {@link ErrorCode#CONFLICT} when the name is taken
   */
  public SnapshotRow takeSnapshot(String name, long nowMillis) throws IOException {
    if (forest.named(name).isPresent()) {
      throw new WidecastException(
          ErrorCode.CONFLICT,
          "there is a snapshot '" + name + "' already; delete it first or choose another name");
    }
    var change = new Journal.Change.TakeSnapshot(running.token(), name, nowMillis);
    journal.append(List.of(change));
    return snapshot(change);
  }

  private SnapshotRow snapshot(Journal.Change.TakeSnapshot take) {
    SnapshotRow row = forest.snapshot(running, take.name(), take.createdAtMillis());
    publish();
    return row;
  }

  /** The snapshot called {@code name}. */
  public Optional<SnapshotRow> snapshot(String name) {
    return forest.named(name);
  }

  /**
   * Has a snapshot deleted: nobody may begin to read it any more, and {@link #deleteStep} does the
   * rest. On disk when this returns.
   */
  public SnapshotRow deleteSnapshot(String name) throws IOException {
    SnapshotRow row = existing(name);
    journal.append(List.of(new Journal.Change.DeleteSnapshot(running.token(), name)));
    forest.condemn(row);
    return row;
  }

  private SnapshotRow existing(String name) {
    return forest
        .named(name)
        .orElseThrow(
            () ->
                new WidecastException(
                    ErrorCode.NOT_FOUND,
                    "there is no snapshot '" + name + "' on this node; see /v1/snapshots"));
  }

  /** Holds a snapshot for reading; close the result when done. For the owner, closing too. */
  public SnapshotView pin(String name) {
    return pin(existing(name));
  }

  SnapshotView pin(SnapshotRow row) {
    forest.pin(row);
    return new SnapshotView(this, row, row.token());
  }

  /** A nameless snapshot of the map now, held for reading; it is deleted once it is closed. */
  public SnapshotView pinNow(long nowMillis) {
    return pinAt(running.token(), nowMillis);
  }

  /** As {@link #pinNow}, to be read as of {@code revision}; refuses as {@link #viewAt} does. */
  public SnapshotView pinAt(long revision, long nowMillis) {
    return pinAt(viewAt(revision).token(), nowMillis);
  }

  private SnapshotView pinAt(Token position, long nowMillis) {
    SnapshotRow row = forest.snapshot(running, "", nowMillis);
    publish();
    forest.pin(row);
    return new SnapshotView(this, row, position);
  }

  void unpin(SnapshotRow row) {
    forest.unpin(row);
    if (row.name().isEmpty() && row.pins() == 0) {
      forest.condemn(row);
    }
  }

  /**
   * Every whole tree as it is now, held still for whoever walks it; heads through snapshots of
   * their own, which go when it is closed. For the owner.
   */
  public final class Hold implements AutoCloseable {

    private final TreeMap<Long, String> heads = new TreeMap<>(); // label of each, by its row's id
    private final List<SnapshotRow> rows = new ArrayList<>();
    private boolean closed;

    private Hold(long nowMillis) {
      for (Head head : forest.heads()) {
        SnapshotRow row = forest.snapshot(head, "", nowMillis);
        heads.put(row.id(), head == running ? "the map" : "the copy that comes in");
      }
      for (SnapshotRow row : forest.rows()) {
        if (row.state().holds()) {
          forest.hold(row);
          rows.add(row);
        }
      }
      publish();
    }

    /** By rising id. */
    public List<SnapshotRow> rows() {
      return List.copyOf(rows);
    }

    /** What to call a tree in a message. */
    public String label(SnapshotRow row) {
      String name = row.name().isEmpty() ? "" : " '" + row.name() + "'";
      return heads.getOrDefault(row.id(), "snapshot " + row.id() + name);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        rows.forEach(Container.this::unpin);
      }
    }
  }

  public Hold hold(long nowMillis) {
    return new Hold(nowMillis);
  }

  /**
   * Reads the files beside the segments once more.
   *
   * @throws io.widecast.store.log.StoreException when one is missing or not what was written
   */
  public void checkFiles() throws IOException {
    Superblock.read(disk, identity);
    journal.check();
  }

  // ---- in the background

  /** A bounded piece of deletion; whether there is more. */
  public boolean deleteStep() {
    if (frozenByAlarm) {
      return false;
    }
    boolean more = deletion.step();
    publish();
    return more;
  }

  /** A bounded piece of cleaning, reading included; whether there is more. */
  public boolean cleanStep() throws IOException {
    return !frozenByAlarm && cleaner.step();
  }

  /** An alarm was raised: nothing is deleted or cleaned until the store is opened anew. */
  public void freezeAfterAlarm() {
    frozenByAlarm = true;
  }

  public boolean isFrozenByAlarm() {
    return frozenByAlarm;
  }

  /**
   * {@code next}, which has a copy of another node's map, stands in this one's place: readers go on
   * with it, and this one's files are let go. For the owner of both.
   */
  public void replaceBy(Container next) throws IOException {
    successor = next;
    close();
    segments.retire();
  }

  /** How much of what the options allow the caches may take from now on, 0 to 1. */
  public void limitCaches(double share) {
    pages.limit((long) (options.pageCacheBytes() * share));
    segments.limitCache((long) (options.blockCacheBytes() * share));
  }

  Head running() {
    return running;
  }

  void edited() {
    publish();
  }

  // ---- copies

  /** Begins to take in another node's map, beside the running one. */
  public void beginCopy(Token at) {
    dropCopy();
    staging = forest.newHead(at);
    stagingPruned = null;
  }

  /** As {@link #beginCopy}, of a copy that begins as the running map is, sharing all of it. */
  public void beginChanges(Token at) {
    dropCopy();
    SnapshotRow base = forest.snapshot(running, "", 0);
    staging = forest.cloneOf(base);
    staging.moveTo(at);
    stagingPruned = history.pruned();
    forest.condemn(base);
    publish();
  }

  /** The copy that is coming in is to be as of {@code at}, which is not older. */
  public void continueCopy(Token at) {
    staging.moveTo(at);
  }

  /** Gives up a copy that is coming in, if one is. */
  public void dropCopy() {
    if (staging != null) {
      forest.freeze(staging, 0);
      staging = null;
    }
  }

  /** Rows of the copy, by rising key. */
  public void addCopy(List<KeyVersion> rows) {
    for (KeyVersion row : rows) {
      byte[] key = row.key().bytes().unsafeArray();
      Cell held = staging.tree().reader().find(key, Long.MAX_VALUE);
      if (held == null || held.revision() < row.versioned().revision()) {
        forest.put(staging, key, row.versioned());
        if (held != null && stagingPruned == null) {
          forest.forget(staging, held); // of a transfer that broke off: nobody would prune it
        }
      }
    }
    publish(); // the middle map is shared
  }

  /**
   * Looks at some keys of the copy, and removes those that are {@code lost}.
   *
   * @param from where to begin
   * @param upTo the last to look at; empty for all the rest
   * @return where to go on; null when all were looked at
   */
  public Place removeFromCopy(Place from, Optional<Key> upTo, Predicate<Key> lost, int max) {
    TreeReader.Slice slice = staging.tree().reader().visible(from, Long.MAX_VALUE, max);
    Place next = slice.next();
    for (Cell cell : slice.cells()) {
      var key = new Key(Bytes.wrap(cell.key()));
      if (upTo.isPresent() && key.compareTo(upTo.get()) > 0) {
        next = null;
        break;
      }
      if (cell.isPut() && lost.test(key)) {
        forest.apply(staging, new Pair.Delete(key, false), staging.token());
        if (stagingPruned == null) {
          forest.forget(staging, cell);
          staging.tree().remove(cell.key(), staging.token().revision());
        }
      }
    }
    publish();
    return next;
  }

  /** The copy is whole: it takes the place of the running map, in memory; a checkpoint is next. */
  public void endCopy() {
    forest.freeze(running, 0);
    running = staging;
    staging = null;
    // What a clone has of older versions, no reader gets at; it is pruned.
    Token at = running.token();
    history = stagingPruned == null ? History.from(at) : History.from(at, stagingPruned);
    publish();
  }

  // ---- checkpoints

  /** About how much a checkpoint would write, and how much memory is held until then. */
  public long changedBytes() {
    return (long) pages.changedCount() * Pages.CHANGED_PAGE_BYTES + segments.unwrittenBytes();
  }

  public boolean checkpointDue() {
    return !checkpointing && changedBytes() >= options.changedBytesMax();
  }

  /** Pages of all trees. */
  public int pageCount() {
    return pages.count();
  }

  /** Shared pages that were copied to be changed, since this was opened. */
  public long pagesCopied() {
    return pages.pagesCopied();
  }

  /** Bytes of pages in memory that are as on disk. */
  public long pageCacheBytes() {
    return pages.cachedBytes();
  }

  /** Segments that were cleaned since this was opened. */
  public long segmentsCleaned() {
    return cleaner.cleaned();
  }

  /**
   * Freezes everything.
   *
   * @param newLogFrom first segment of the log that a start from this checkpoint needs
   */
  public ContainerCheckpoint freeze(long newLogFrom) throws IOException {
    if (checkpointing) {
      throw new IllegalStateException("a checkpoint is being written");
    }
    journal.roll(begun + 1);
    checkpointing = true;
    begun++;
    segments.setTxn(begun + 1); // what comes now belongs to the checkpoint after this one
    var checkpoint =
        new ContainerCheckpoint(
            this,
            disk,
            identity,
            segments,
            journal,
            pages.freeze(),
            frozen -> describe(newLogFrom, frozen));
    publish();
    return checkpoint;
  }

  private Superblock describe(long newLogFrom, Pages.Frozen frozen) {
    return new Superblock(
        begun,
        running.token(),
        history.horizon(),
        history.pruned(),
        newLogFrom,
        pages.nextOpSeq(),
        forest.nextVba(),
        forest.nextId(),
        segments.nextNumber(),
        map.root().id(),
        map.size(),
        running.id(),
        history.epochs(),
        forest.heads().stream().map(Superblock.HeadState::of).toList(),
        forest.rows().stream().map(Superblock.RowState::of).toList(),
        deletion.job(),
        segments.usage(),
        frozen.pbas(),
        frozen.opSeqs());
  }

  /** {@code checkpoint} is over; for the owner, who has taken over what it wrote. */
  void checkpointOver(ContainerCheckpoint checkpoint, boolean written) {
    checkpointing = false;
    if (written) {
      cleaner.onCheckpoint();
      number = checkpoint.number();
      logFrom = checkpoint.logFrom();
      publish();
    }
  }

  /** Does all of a checkpoint at once: for one thread. */
  public void checkpoint(long newLogFrom) throws IOException {
    ContainerCheckpoint checkpoint = freeze(newLogFrom);
    boolean written = false;
    try {
      checkpoint.write();
      written = true;
    } finally {
      if (written) {
        checkpoint.install();
      } else {
        checkpoint.abandon();
      }
    }
    checkpoint.deleteFiles();
  }

  // ---- recovery

  private void replayChanges() {
    replayChangesBefore(new Token(Long.MAX_VALUE, running.token().revision() + 1));
  }

  /** Changes that came before the publish at {@code next}. */
  private void replayChangesBefore(Token next) {
    while (!toReplay.isEmpty() && toReplay.peek().after().revision() < next.revision()) {
      Journal.Change change = toReplay.remove();
      if (change.after().revision() > running.token().revision()) {
        running.moveTo(change.after()); // publishes up to there had nothing for this node
      }
      if (change instanceof Journal.Change.TakeSnapshot take) {
        // One that is there already was never acknowledged: its record's force had failed.
        forest.named(take.name()).ifPresent(forest::condemn);
        snapshot(take);
      } else if (change instanceof Journal.Change.DeleteSnapshot delete) {
        forest.named(delete.name()).ifPresent(forest::condemn);
      } else if (change instanceof Journal.Change.Compact compact) {
        raiseHorizon(compact.horizon());
      } else {
        throw new AssertionError(change);
      }
    }
  }

  @Override
  public void close() throws IOException {
    journal.close();
    segments.close();
  }
}
