package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.bus.LogSlice;
import io.widecast.bus.LogWrite;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.wire.ByteWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The durable log of one node: entries, and what beside them must survive, in segment files {@code
 * log-<number>}. A segment is a {@link SegmentHeader} and {@link LogFrame}s; zeros may follow,
 * written ahead so that an fsync need not touch the file's length each time, which halves its cost.
 *
 * <p>{@link #append} turns all writes it is given into one frame, one write and one fsync. A write
 * that finds the disk full is undone and may be tried again. After any other failure nothing is
 * known about what is on disk (an fsync that is repeated reports success for pages that were
 * dropped), so the log then refuses everything until it is opened anew.
 *
 * <p>One thread at a time may change it; {@link #read} and what tells its state are for any thread.
 */
public final class Log implements Closeable {

  /** Kept free for checkpoints and recovery: entries are refused when less is left. */
  public static final long RESERVE_BYTES = 16 << 20;

  private static final String PREFIX = "log-";
  private static final int AHEAD_BYTES = 256 << 10;
  private static final byte[] ZEROS = new byte[AHEAD_BYTES];
  private static final int WRITER_BYTES_KEPT = 1 << 20;
  private static final int SLICE_BYTES = 1 << 20;

  /** Free space is asked for again after so many bytes. */
  private static final long FREE_CHECK_BYTES = 1 << 20;

  private final Disk disk;
  private final LogOptions options;
  private final Metrics metrics;

  private volatile LogMap map;
  private ByteWriter out = new ByteWriter(64 << 10);
  private DiskFile active; // of the last segment; null until something is to be appended
  private long allocated; // its length as far as it was written ahead
  private long group; // number of the last frame tried
  private long freeBytes; // as last seen, less what was written since
  private long freeCheckBytes;
  private boolean refused; // the last write was, so what follows it may not fit
  private IOException broken;

  private Log(Disk disk, LogOptions options, Metrics metrics) {
    this.disk = disk;
    this.options = options;
    this.metrics = metrics;
  }

  /**
   * Opens the log and recovers it; see {@link LogScan}.
   *
   * @param logFrom first segment that must be there
   * @param start where an empty log begins
   * @throws StoreException when it is damaged beyond what a power cut explains
   */
  public static Log open(Disk disk, LogOptions options, long logFrom, Token start, Metrics metrics)
      throws IOException {
    var log = new Log(disk, options, metrics);
    var scan = new LogScan(disk, options.identity(), options.gapless());
    log.map = scan.run(logFrom, LogState.startingAt(start, start, HardState.INITIAL));
    log.group = scan.group();
    if (scan.torn()) {
      metrics.increment(Metric.LOG_TORN);
    }
    if (options.forced()) {
      log.forceUnforced();
    }
    return log;
  }

  /** What an earlier run without fsync left must not be lost behind what is forced now. */
  private void forceUnforced() throws IOException {
    for (LogMap.Segment segment : map.segments()) {
      if (!segment.forced()) {
        try (DiskFile file = disk.open(segmentName(segment.number()))) {
          file.force();
        }
      }
    }
  }

  /**
   * Where a log begins whose map no longer says so: at its lowest segment. A restart behind that
   * did not come to its end, or all before it would be gone.
   */
  public static long lowestSegment(Disk disk) throws IOException {
    return disk.list().stream()
        .mapToLong(Log::segmentNumber)
        .filter(number -> number > 0)
        .min()
        .orElse(1);
  }

  static String segmentName(long number) {
    return String.format("%s%016x", PREFIX, number);
  }

  /** The number in a segment's name, or 0 for another name. */
  static long segmentNumber(String name) {
    if (!name.matches(PREFIX + "[0-9a-f]{16}")) {
      return 0;
    }
    return Math.max(0, Long.parseUnsignedLong(name.substring(PREFIX.length()), 16));
  }

  public HardState hardState() {
    return map.state().hardState();
  }

  /** Everything up to here is known to be final. */
  public Token commit() {
    return map.state().commit();
  }

  /** Position of the last entry, or where the log begins. */
  public Token end() {
    return map.state().end();
  }

  /** Entries above this position are held, as far as there are any. */
  public Token base() {
    return map.base();
  }

  /** Bytes appended since it was opened. */
  public long appendedBytes() {
    return map.appendedBytes();
  }

  /** Whether the last segment was written with fsync; so too when there is none. */
  public boolean lastIsForced() {
    return map.segments().isEmpty() || last().forced();
  }

  /** A write was refused elsewhere, so that the next may not follow: refuse these then, too. */
  public void refuseNext() {
    refused = true;
  }

  /** The segment from which on the log leads on from {@code revision}. */
  public long segmentAfter(long revision) {
    return map.numberAfter(revision);
  }

  /**
   * Makes {@code writes} durable, one after the other, with one fsync.
   *
   * @return the log's last revision after each
   * @throws WidecastException {@link ErrorCode#DISK_FULL}: nothing has changed, try again later
   * @throws StoreException the disk failed: nothing can be written any more
   * @throws IllegalStateException a write does not follow the log
   */
  public List<Long> append(List<LogWrite> writes) {
    refuseIfBroken();
    try {
      boolean entries = writes.stream().anyMatch(write -> !write.entries().isEmpty());
      if (entries) {
        checkFree(writes);
      }
      rollIfDue();
      List<Long> revisions = write(writes);
      refused = false;
      return revisions;
    } catch (DiskFullException e) {
      refused = true;
      throw full(e.getMessage());
    } catch (IOException e) {
      throw fail(e);
    }
  }

  private void rollIfDue() throws IOException {
    if (active == null || last().end() >= options.segmentBytes()) {
      roll(false, map.state());
    }
  }

  private List<Long> write(List<LogWrite> writes) throws IOException {
    return write(batch -> writes.forEach(batch::add));
  }

  private List<Long> write(Consumer<LogBatch> content) throws IOException {
    out.clear();
    var batch = new LogBatch(options, last(), map.state(), group, out);
    try {
      content.accept(batch);
    } catch (IllegalStateException e) {
      if (refused) { // sent before its sender knew that the one before was refused
        throw new DiskFullException("a write before this one was refused");
      }
      throw e;
    }
    if (batch.done()) {
      group = batch.group();
      writeAndForce();
      map = batch.applyTo(map);
    }
    if (out.size() > WRITER_BYTES_KEPT) {
      out = new ByteWriter(64 << 10);
    }
    return batch.lastRevisions();
  }

  private void writeAndForce() throws IOException {
    long end = last().end() + out.size();
    try {
      active.write(last().end(), out.unsafeArray(), 0, out.size());
      if (end > allocated) {
        writeAhead(end);
      }
      force(active);
    } catch (DiskFullException e) {
      undo();
      throw e;
    }
    freeBytes -= out.size();
    metrics.add(Metric.LOG_BYTES, out.size());
  }

  private void writeAhead(long end) throws IOException {
    allocated = end;
    if (freeBytes > 2 * RESERVE_BYTES) {
      int ahead = (int) (AHEAD_BYTES - end % AHEAD_BYTES);
      active.write(end, ZEROS, 0, ahead);
      allocated += ahead;
    }
  }

  /** What cannot be truncated is overwritten next time, and told apart by its older group. */
  private void undo() {
    try {
      active.truncate(last().end());
    } catch (IOException e) {
      // The disk is full and refuses this too: harmless, see above.
    }
    allocated = last().end();
    freeCheckBytes = 0;
  }

  private void force(DiskFile file) throws IOException {
    if (options.forced()) {
      file.force();
      metrics.increment(Metric.LOG_FSYNCS);
    }
  }

  private void checkFree(List<LogWrite> writes) throws IOException {
    long bytes = 0;
    for (LogWrite write : writes) {
      for (EncodedEntry entry : write.entries()) {
        bytes += entry.sizeBytes();
      }
    }
    freeCheckBytes -= bytes;
    if (freeCheckBytes <= 0 || freeBytes - bytes < 2 * RESERVE_BYTES) {
      freeBytes = disk.freeBytes();
      freeCheckBytes = FREE_CHECK_BYTES;
    }
    if (freeBytes - bytes < RESERVE_BYTES) {
      throw new DiskFullException(
          freeBytes
              + " bytes are free in "
              + disk.place()
              + ", of which "
              + RESERVE_BYTES
              + " are kept for recovery");
    }
  }

  private LogMap.Segment last() {
    return map.segments().get(map.segments().size() - 1);
  }

  /** Begins the next segment, which stands for {@code state} and all before it. */
  private void roll(boolean restart, LogState state) throws IOException {
    long number = restart ? nextRestart() : map.lastNumber() + 1;
    var header =
        new SegmentHeader(
            options.forced(),
            restart,
            options.identity(),
            number,
            group,
            state.end(),
            state.commit(),
            state.hardState());
    DiskFile next = createSegment(header);
    closeActive();
    active = next;
    allocated = SegmentHeader.BYTES;
    var segments = restart ? new ArrayList<LogMap.Segment>() : new ArrayList<>(map.segments());
    segments.add(LogMap.Segment.empty(header));
    map =
        new LogMap(
            List.copyOf(segments), restart ? List.of() : map.cuts(), state, map.appendedBytes());
  }

  private DiskFile createSegment(SegmentHeader header) throws IOException {
    String name = segmentName(header.number());
    DiskFile file = disk.create(name);
    try {
      file.write(0, header.encode(), 0, SegmentHeader.BYTES);
      file.force(); // once for many writes, so also where these are not forced
      disk.forceNames();
      return file;
    } catch (IOException e) {
      file.close();
      if (e instanceof DiskFullException) {
        disk.delete(name);
      }
      throw e;
    }
  }

  /** Gives back what was written ahead; nothing depends on it. */
  private void closeActive() throws IOException {
    if (active != null) {
      active.truncate(last().end());
      active.close();
      active = null;
    }
  }

  /**
   * Entries above {@code after}, up to {@code upTo}, that count; on any thread.
   *
   * @param bytesMax stop before this many encoded bytes; one entry comes at least
   */
  public LogSlice read(long after, long upTo, long bytesMax) throws IOException {
    LogMap now = map;
    if (after < now.base().revision()) {
      return new LogSlice(false, List.of());
    }
    if (after >= upTo) {
      return new LogSlice(true, List.of());
    }
    try {
      var reader = new LogReader(disk, options.identity(), now, after, upTo, bytesMax);
      return new LogSlice(true, reader.read());
    } catch (IOException e) {
      if (after < map.base().revision()) { // deleted while it was read
        return new LogSlice(false, List.of());
      }
      throw e;
    }
  }

  /** The epoch of the entry at {@code revision}, when the log holds it or begins behind it. */
  public Optional<Long> epochAt(long revision) {
    LogState state = map.state();
    if (revision > state.end().revision() || revision < map.base().revision()) {
      return Optional.empty();
    }
    return Optional.of(state.runs().epochAt(revision));
  }

  /**
   * Begins the log anew behind a copy as of {@code at}: entries up to it are given up, and so are
   * later ones, unless the log's own entry at that revision is the same one. Takes effect for a
   * recovery when a manifest names the result; until then a recovery finds the old log.
   *
   * @param requests the named requests that the copy came with
   * @return the first segment that counts; for {@link #dropBelow} once the manifest names it
   */
  public long restart(Token at, List<RecentRequest> requests) {
    refuseIfBroken();
    try {
      List<LogWrite> kept = options.gapless() ? entriesBehind(at) : List.of();
      long number = nextRestart();
      roll(true, LogState.startingAt(at, at, hardState()));
      write(batch -> batch.addRequests(requests));
      for (LogWrite write : kept) {
        write(List.of(write));
      }
      return number;
    } catch (IOException e) {
      throw fail(e); // a full disk too: old and new log would both be half there
    }
  }

  /** Above the first segment that a manifest can name, so that recovery knows it from that. */
  private long nextRestart() {
    return Math.max(1, map.lastNumber()) + 1;
  }

  private List<LogWrite> entriesBehind(Token at) throws IOException {
    var kept = new ArrayList<LogWrite>();
    if (epochAt(at.revision()).filter(epoch -> epoch == at.epoch()).isPresent()) {
      long after = at.revision();
      List<EncodedEntry> slice;
      while (!(slice = read(after, Long.MAX_VALUE, SLICE_BYTES).entries()).isEmpty()) {
        kept.add(new LogWrite(Optional.empty(), 0, slice, Token.NONE, 0));
        after = slice.get(slice.size() - 1).revision();
      }
    }
    return kept;
  }

  /** The named requests that records of their own hold, by rising revision; on any thread. */
  public List<RecentRequest> requests() throws IOException {
    return new ArrayList<>(requestsOf(map.segments()).values());
  }

  private TreeMap<Long, RecentRequest> requestsOf(List<LogMap.Segment> segments)
      throws IOException {
    var found = new TreeMap<Long, RecentRequest>();
    new RequestReader(disk, options.identity())
        .read(segments)
        .forEach(request -> found.put(request.token().revision(), request));
    return found;
  }

  /**
   * The oldest segments, as far as all their entries are below {@code keepFrom} and are either
   * older than {@code keepAfterMillis} or have more than {@code keepBytes} behind them. On any
   * thread, but no {@link #drop} may be under way. Where that is young log it is read, for the
   * named requests in it.
   *
   * @param logFrom this segment and all behind it stay
   * @param keepAfterMillis by the master's clock
   */
  public LogDrop toDrop(long logFrom, long keepFrom, long keepBytes, long keepAfterMillis)
      throws IOException {
    List<LogMap.Segment> segments = map.segments();
    long behind = segments.stream().mapToLong(LogMap.Segment::end).sum();
    int count = 0;
    while (count + 1 < segments.size()) {
      LogMap.Segment segment = segments.get(count);
      behind -= segment.end();
      boolean needed =
          segment.number() >= logFrom || segments.get(count + 1).base().revision() >= keepFrom;
      if (needed || behind <= keepBytes && segment.newestMillis() >= keepAfterMillis) {
        break;
      }
      count++;
    }
    if (count == 0) {
      return new LogDrop(0, map.base(), List.of());
    }
    return new LogDrop(
        segments.get(count).number(),
        segments.get(count).base(),
        options.gapless() ? recentRequests(segments, count) : List.of());
  }

  /** Those of the first {@code count} segments that a retry may still name. */
  private List<RecentRequest> recentRequests(List<LogMap.Segment> segments, int count)
      throws IOException {
    long newest = 0;
    for (LogMap.Segment segment : segments) {
      newest = Math.max(newest, segment.newestRequestMillis());
    }
    long since = newest - RecentRequest.KEPT_MILLIS;
    var young = new ArrayList<>(segments.subList(0, count));
    young.removeIf(segment -> segment.newestRequestMillis() < since);
    if (young.isEmpty()) {
      return List.of();
    }
    TreeMap<Long, RecentRequest> found = requestsOf(young);
    long last = segments.get(count).base().revision();
    long after = Math.max(young.get(0).base().revision(), last - RecentRequest.KEPT_MAX);
    List<EncodedEntry> slice;
    while (!(slice = read(after, last, SLICE_BYTES).entries()).isEmpty()) {
      for (EncodedEntry entry : slice) {
        RecentRequest.of(entry.entry()).ifPresent(request -> found.put(entry.revision(), request));
      }
      after = slice.get(slice.size() - 1).revision();
    }
    found.values().removeIf(request -> request.timeMillis() < since);
    while (found.size() > RecentRequest.KEPT_MAX) {
      found.pollFirstEntry();
    }
    return List.copyOf(found.values());
  }

  /**
   * Deletes what {@link #toDrop} found, once the requests in it are written behind it.
   *
   * @throws DiskFullException when these find no room: nothing is deleted
   * @throws StoreException the disk failed: nothing can be written any more
   */
  public void drop(LogDrop drop) throws IOException {
    if (!drop.requests().isEmpty()) {
      refuseIfBroken();
      try {
        rollIfDue();
        write(batch -> batch.addRequests(drop.requests()));
      } catch (DiskFullException e) {
        throw e;
      } catch (IOException e) {
        throw fail(e);
      }
    }
    if (drop.below() > 0) {
      dropBelow(drop.below());
    }
  }

  /** Deletes every segment below {@code number}, the oldest first. */
  public void dropBelow(long number) throws IOException {
    map = map.withoutBelow(number);
    for (String name : disk.list()) {
      long found = segmentNumber(name);
      if (found > 0 && found < number) {
        disk.delete(name);
      }
    }
  }

  private void refuseIfBroken() {
    if (broken != null) {
      throw new StoreException(
          "the log in " + disk.place() + " takes nothing since the disk failed: " + broken, broken);
    }
  }

  private StoreException fail(IOException e) {
    broken = e;
    return new StoreException(
        "writing the log in "
            + disk.place()
            + " failed, so that nothing is known about what is on disk: "
            + e
            + ". Check the disk and start the node again",
        e);
  }

  private WidecastException full(String message) {
    return new WidecastException(
        ErrorCode.DISK_FULL,
        "the disk of this node is full (" + message + "); free some space and try again");
  }

  @Override
  public void close() throws IOException {
    if (broken == null) {
      closeActive();
    } else if (active != null) {
      active.close();
    }
  }
}
