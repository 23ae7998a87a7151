package io.widecast.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.HardState;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.resync.ChangedRows;
import io.widecast.resync.Tracking;
import io.widecast.sim.SimDisk;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.log.StoreFormat;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * One core node's store, driven by a seed through everything replication does to it: appends, tails
 * of a deposed master that are cut off again, commits, votes, checkpoints, copies, restarts. Knows
 * at each moment which states a recovery may find.
 *
 * <p>The truth is a history drawn in advance, whose epochs rise now and then. Where one does, the
 * master before may have gone on for a while: that is the tail that is cut.
 */
final class CrashRun {

  private static final int HISTORY = 120;
  private static final int KEYS = 40;

  private final SplittableRandom random;
  private final SplittableRandom positions; // that the tracking is asked about
  private final StoreOptions options;
  private final List<EncodedEntry> history = new ArrayList<>(); // of revision i + 1
  private final List<TreeMap<String, Versioned>> states = new ArrayList<>(); // after i entries

  private SimDisk disk;
  private StoreCore store;

  // What is acknowledged: the log behind `base`, and the least position a recovery may show.
  private long base;
  private TreeMap<Long, EncodedEntry> log = new TreeMap<>();
  private HardState hardState = HardState.INITIAL;
  private long appliedLeast;

  // What is under way, and may or may not survive.
  private Optional<LogWrite> writeUnderWay = Optional.empty();
  private long copyUnderWay;

  private boolean forgetful; // the power went where nothing was forced
  private long agreed; // all of the log up to here is the history's
  private long applied;

  CrashRun(long seed, SimDisk disk) {
    this(seed, disk, true);
  }

  CrashRun(long seed, SimDisk disk, boolean fsync) {
    this.random = new SplittableRandom(seed);
    this.positions = new SplittableRandom(~seed);
    this.disk = disk;
    this.options =
        StoreOptions.core(Path.of("unused"), new NodeId("paris-1"))
            .withFsync(fsync)
            .withFormat(seed % 2 == 0 ? StoreFormat.Kind.CONTAINER : StoreFormat.Kind.REDO_LOG)
            .withContainer(
                new ContainerOptions(128 << 10, 32 << 10, 32 << 10, 1 << 20, 2 << 10, true))
            .withSizes(1 + random.nextInt(3000), 1 + random.nextInt(6000))
            .withHistory(Duration.ofMillis(random.nextInt(100_000)), random.nextInt(10_000));
    drawHistory();
  }

  private void drawHistory() {
    var state = new TreeMap<String, Versioned>();
    states.add(new TreeMap<>(state));
    long epoch = 1;
    for (long revision = 1; revision <= HISTORY; revision++) {
      if (random.nextInt(12) == 0) {
        epoch += 1 + random.nextInt(2);
      }
      history.add(draw(epoch, revision, state));
      states.add(new TreeMap<>(state));
    }
  }

  /** An entry that changes some keys of {@code state}. */
  private EncodedEntry draw(long epoch, long revision, TreeMap<String, Versioned> state) {
    var pairs = new TreeMap<String, Pair>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String key = "key-" + random.nextInt(KEYS);
      Versioned before = state.get(key);
      pairs.put(
          key,
          random.nextInt(3) == 0
              ? Samples.delete(key)
              : Samples.put(
                  key,
                  "v".repeat(random.nextInt(200)),
                  before == null ? 1 : before.version() + 1,
                  before == null ? revision : before.createRevision()));
    }
    Optional<RequestId> id =
        revision % 3 == 0
            ? Optional.empty()
            : Optional.of(new RequestId(epoch, revision, random.nextLong()));
    var entry = new Entry(epoch, revision, 0, 1000 * revision, id, List.copyOf(pairs.values()));
    for (Pair pair : entry.pairs()) {
      if (pair instanceof Pair.Put put) {
        state.put(pair.key().toString(), Versioned.of(put, entry.token()));
      } else {
        state.remove(pair.key().toString());
      }
    }
    return EntryCodec.encode(entry);
  }

  void open() throws IOException {
    store = StoreCore.open(disk, options, new Metrics(), 1234);
  }

  /** {@code count} random things. Ends early by {@link SimDisk.PowerCut} when one is set. */
  void run(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      step();
    }
  }

  private void step() throws IOException {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> appendHistory();
      case 4 -> appendDeposed();
      case 5, 6, 7 -> commit();
      case 8 -> vote();
      case 9 -> checkpoint();
      case 10 -> {
        if (random.nextInt(3) == 0) {
          copy();
        }
      }
      case 11 -> {
        if (random.nextInt(3) == 0) {
          restart();
        }
      }
      default -> throw new AssertionError();
    }
  }

  private long end() {
    return log.isEmpty() ? base : log.lastKey();
  }

  private long epochOf(long revision) {
    return revision == 0 ? 0 : history.get((int) revision - 1).entry().epoch();
  }

  private Token tokenOf(long revision) {
    return new Token(epochOf(revision), revision);
  }

  /** The next entries of the history, in place of whatever stands there. */
  private void appendHistory() {
    long last = Math.min(HISTORY, agreed + 1 + random.nextInt(6));
    if (last > agreed) {
      write(
          new LogWrite(
              vote(random.nextInt(8) == 0),
              end() > agreed ? agreed + 1 : 0,
              history.subList((int) agreed, (int) last),
              tokenOf(random.nextBoolean() ? applied : 0),
              keepFrom()));
      agreed = last;
    }
  }

  /** Where the next entry begins an epoch: what the master before sent in its place. */
  private void appendDeposed() {
    if (end() == agreed && agreed < HISTORY && agreed > 0) {
      long epoch = epochOf(agreed);
      if (epochOf(agreed + 1) > epoch) {
        var entries = new ArrayList<EncodedEntry>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          entries.add(draw(epoch, agreed + entries.size() + 1, new TreeMap<>()));
        }
        write(new LogWrite(Optional.empty(), 0, entries, Token.NONE, keepFrom()));
      }
    }
  }

  private void commit() {
    if (agreed > applied) {
      long upTo = applied + 1 + random.nextLong(agreed - applied);
      long from = random.nextInt(4) == 0 ? Math.max(0, applied - 2) : applied; // repeats are lawful
      Optional<Applied> result =
          store.apply(new Committed(history.subList((int) from, (int) upTo), tokenOf(upTo)));
      assertThat(result.orElseThrow().entries())
          .isEqualTo(history.subList((int) applied, (int) upTo));
      applied = upTo;
    }
    if (random.nextInt(3) == 0) {
      store.commitToLog().ifPresent(this::write);
    }
  }

  private void vote() {
    write(new LogWrite(vote(true), 0, List.of(), Token.NONE, keepFrom()));
  }

  private Optional<HardState> vote(boolean really) {
    return really
        ? Optional.of(new HardState(hardState.term() + 1, random.nextInt(4) - 1))
        : Optional.empty();
  }

  private long keepFrom() {
    return random.nextInt((int) applied + 2);
  }

  private void write(LogWrite write) {
    writeUnderWay = Optional.of(write);
    long last = store.append(write);
    writeUnderWay = Optional.empty();
    List<TreeMap<Long, EncodedEntry>> steps = steps(write);
    log = steps.get(steps.size() - 1);
    hardState = write.hardState().orElse(hardState);
    appliedLeast = Math.max(appliedLeast, write.commit().revision());
    assertThat(last).isEqualTo(end());
  }

  /** The log before, and after each record of {@code write}. */
  private List<TreeMap<Long, EncodedEntry>> steps(LogWrite write) {
    var steps = new ArrayList<TreeMap<Long, EncodedEntry>>();
    steps.add(log);
    var next = new TreeMap<>(log);
    if (write.cutFrom() > 0) {
      next.tailMap(write.cutFrom(), true).clear();
      steps.add(new TreeMap<>(next));
    }
    for (EncodedEntry entry : write.entries()) {
      next.put(entry.revision(), entry);
      steps.add(new TreeMap<>(next));
    }
    return steps;
  }

  private void checkpoint() throws IOException {
    if (store.checkpointDue()) {
      store.checkpointIfDue(1000 * applied);
      appliedLeast = Math.max(appliedLeast, applied);
    }
  }

  private void copy() {
    long at = applied + random.nextLong(HISTORY - applied + 1);
    if (at == 0) {
      return;
    }
    if (random.nextInt(3) == 0) {
      store.container().ifPresent(container -> container.raiseAlarm("page 7 is damaged"));
    }
    Holding held = store.held();
    assertThat(held.isNothing() || !store.container().flatMap(ContainerKeyspace::alarm).isPresent())
        .as("nothing is held of a map that is damaged")
        .isTrue();
    Optional<ChangedSince> changed =
        random.nextInt(3) == 0 ? Optional.empty() : trackingOf(at).changedSince(held, tokenOf(at));
    var begin = new CopyPart.Begin(tokenOf(at), changed);
    long logEpoch = log.isEmpty() ? epochOf(base) : log.lastEntry().getValue().entry().epoch();
    boolean older = tokenOf(at).compareTo(new Token(logEpoch, end())) < 0;
    if (older || tokenOf(at).compareTo(held.first()) < 0 && changed.isPresent()) {
      assertThatThrownBy(() -> store.copy(begin)).isInstanceOf(WidecastException.class);
      return; // entries that are acknowledged would be gone
    }
    store.copy(begin);
    store.copy(new CopyPart.Requests(requestsAt(at)));
    ChangedRows rows =
        changed
            .map(known -> since(held, known, at))
            .orElseGet(() -> ChangedRows.whole(rowsAt(at).iterator(), Filter.ALL));
    int pieces = random.nextInt(3) == 0 ? random.nextInt(8) : Integer.MAX_VALUE;
    Optional<CopyPiece> piece;
    while (pieces-- > 0 && (piece = rows.next(1 + random.nextInt(1_000))).isPresent()) {
      store.copy(new CopyPart.Piece(piece.get()));
    }
    if (pieces < 0) {
      return; // the sender went away; the next may go on
    }
    copyUnderWay = at;
    Applied shown = store.copy(new CopyPart.End()).orElseThrow();
    copyUnderWay = 0;
    assertThat(shown.jumped()).isTrue();
    store.container().ifPresent(container -> assertThat(container.alarm()).isEmpty());
    log = logAfterCopy(at);
    base = at;
    applied = at;
    agreed = Math.max(at, Math.min(agreed, end()));
    appliedLeast = at;
  }

  /** Of a node that has seen it all up to {@code revision}. */
  private Tracking trackingOf(long revision) {
    var all = new Tracking(Token.NONE);
    all.onApplied(history.subList(0, (int) revision), tokenOf(revision));
    return all;
  }

  private ChangedRows since(Holding held, ChangedSince changed, long at) {
    return ChangedRows.since(
        held, changed, rowsAt(at).iterator(), UnaryOperator.identity(), Filter.ALL);
  }

  /** I6.1: what this node tells of what is gone since any position has all that is. */
  private void verifyTracking() {
    int revision = 1 + positions.nextInt((int) applied + 1); // each costs a look at every bucket
    if (revision > applied) {
      return;
    }
    Optional<ChangedSince> changed =
        store.changedSince(Holding.at(tokenOf(revision)), tokenOf(applied));
    if (changed.isEmpty()) {
      return; // nothing is known of that time, and only a whole copy helps
    }
    for (String key : states.get(revision).keySet()) {
      assertThat(
              states.get((int) applied).containsKey(key)
                  || changed.get().gone().get(0).contains(Key.of(key)))
          .as(key + " is gone since " + revision)
          .isTrue();
    }
  }

  private TreeMap<Long, EncodedEntry> logAfterCopy(long at) {
    boolean same = agreed >= at;
    return same ? new TreeMap<>(log.tailMap(at, false)) : new TreeMap<>();
  }

  private List<KeyVersion> rowsAt(long revision) {
    var rows = new ArrayList<KeyVersion>();
    states.get((int) revision).forEach((key, held) -> rows.add(new KeyVersion(Key.of(key), held)));
    return rows;
  }

  /** Who asked for what up to {@code revision}: all of it is younger than ten minutes. */
  private List<RecentRequest> requestsAt(long revision) {
    return history.subList(0, (int) revision).stream()
        .flatMap(entry -> RecentRequest.of(entry.entry()).stream())
        .toList();
  }

  private void restart() throws IOException {
    store.close();
    open();
    appliedLeast = applied;
    verify();
  }

  /** The power went: continue on what is found. */
  void crash() throws IOException {
    disk = disk.crash(random.split());
    open();
    verify();
  }

  /** The power went, and nothing was forced: some earlier state must be there, and go on. */
  void crashWithoutFsync() throws IOException {
    forgetful = true;
    disk = disk.crash(random.split());
    open();
    Recovery found = store.recovery();
    applied = found.applied().revision();
    appliedLeast = applied;
    base = applied;
    hardState = found.hardState();
    log = new TreeMap<>();
    found.log().stream()
        .filter(entry -> entry.revision() > base)
        .forEach(entry -> log.put(entry.revision(), entry));
    writeUnderWay = Optional.empty();
    copyUnderWay = 0;
    verify();
  }

  /** The process was killed: nothing written is lost, not even what was not forced. */
  void kill() throws IOException {
    disk = disk.kill();
    open();
    verify();
  }

  /** Takes what was found, when it is one of the states that may be found, as the state. */
  void verify() throws IOException {
    Recovery found = store.recovery();
    if (copyUnderWay > 0 && found.applied().revision() >= copyUnderWay) {
      // Even where the old log went further, all of that was kept.
      log = logAfterCopy(copyUnderWay);
      base = copyUnderWay;
      appliedLeast = copyUnderWay;
      applied = Math.max(applied, copyUnderWay);
    }
    List<TreeMap<Long, EncodedEntry>> candidates =
        writeUnderWay.map(this::steps).orElse(List.of(log));
    TreeMap<Long, EncodedEntry> fits = null;
    for (TreeMap<Long, EncodedEntry> candidate : candidates) {
      fits = matches(candidate, found) ? candidate : fits;
    }
    assertThat(fits)
        .as("log up to %s with %s entries, acknowledged: %s", found.logEnd(), found.log(), log)
        .isNotNull();
    log = fits;
    HardState other = writeUnderWay.flatMap(LogWrite::hardState).orElse(hardState);
    assertThat(found.hardState()).isIn(hardState, other);
    hardState = found.hardState();

    long most = Math.max(applied, copyUnderWay);
    assertThat(found.applied().revision()).isBetween(appliedLeast, most);
    applied = found.applied().revision();
    appliedLeast = applied;
    assertThat(found.applied()).isEqualTo(tokenOf(applied));
    assertThat(contentOf(store.view())).isEqualTo(states.get((int) applied));
    assertThat(store.view().size()).isEqualTo(states.get((int) applied).size());
    verifyRequests(found);
    writeUnderWay = Optional.empty();
    copyUnderWay = 0;
    agreed = applied;
    while (log.containsKey(agreed + 1) && log.get(agreed + 1).equals(history.get((int) agreed))) {
      agreed++;
    }
    verifyLog();
    verifyTracking();
  }

  /** All named requests of what is final are known, and none of a copy that did not end. */
  private void verifyRequests(Recovery found) {
    var known = new ArrayList<>(found.requests());
    found.log().stream()
        .filter(entry -> entry.revision() <= applied)
        .forEach(entry -> RecentRequest.of(entry.entry()).ifPresent(known::add));
    if (forgetful) {
      assertThat(requestsAt(applied)).containsAll(known);
    } else {
      assertThat(known).isEqualTo(requestsAt(applied));
    }
  }

  private boolean matches(TreeMap<Long, EncodedEntry> candidate, Recovery found) {
    long end = candidate.isEmpty() ? base : candidate.lastKey();
    long shown = Math.max(end, found.applied().revision());
    if (found.logEnd().revision() != shown) {
      return false;
    }
    for (EncodedEntry entry : found.log()) {
      if (entry.revision() > base && !entry.equals(candidate.get(entry.revision()))) {
        return false;
      }
    }
    long covered = found.log().isEmpty() ? shown : found.log().get(0).revision() - 1;
    return covered <= Math.max(base, found.applied().revision());
  }

  /** Watches read back what the log holds, in one piece up to what is applied. */
  private void verifyLog() throws IOException {
    long after = applied == 0 ? 0 : random.nextLong(applied + 1);
    LogSlice slice = store.readLog(new LogRead(after, random.nextInt(5000)));
    long next = after + 1;
    for (EncodedEntry entry : slice.entries()) {
      assertThat(entry).isEqualTo(history.get((int) next - 1));
      next++;
    }
    if (slice.complete() && after < applied) {
      assertThat(slice.entries()).isNotEmpty();
    }
  }

  /** What the map holds, by walking it. */
  private static TreeMap<String, Versioned> contentOf(View view) {
    var content = new TreeMap<String, Versioned>();
    view.from(Bytes.EMPTY)
        .forEachRemaining(row -> content.put(row.key().toString(), row.versioned()));
    content.forEach((key, held) -> assertThat(view.find(Key.of(key))).contains(held));
    return content;
  }

  void close() throws IOException {
    store.close();
  }

  SimDisk disk() {
    return disk;
  }

  StoreCore store() {
    return store;
  }
}
