package io.widecast.store.log;

import io.widecast.bus.LogWrite;
import io.widecast.model.EncodedEntry;
import io.widecast.model.RecentRequest;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.RequestParts;
import java.util.ArrayList;
import java.util.List;

/**
 * Several {@link LogWrite}s turned into frames for one place in one segment, with the state they
 * lead to. Touches nothing else: when the disk refuses the bytes, the batch is forgotten.
 */
final class LogBatch {

  private final LogOptions options;
  private final LogMap.Segment segment;
  private final ByteWriter out;
  private final List<LogMap.Cut> cuts = new ArrayList<>();
  private final List<Long> lastRevisions = new ArrayList<>();
  private LogState state;
  private FrameIndex index;
  private long newestMillis;
  private long requestsMillis;
  private long group;
  private long firstRevision; // of the frame being written, 0 for none yet
  private int frameStart;

  /**
   * @param groupBefore number of the last frame tried
   * @param out an empty writer
   */
  LogBatch(
      LogOptions options,
      LogMap.Segment segment,
      LogState state,
      long groupBefore,
      ByteWriter out) {
    this.options = options;
    this.segment = segment;
    this.state = state;
    this.index = segment.index();
    this.newestMillis = segment.newestMillis();
    this.requestsMillis = segment.requestsMillis();
    this.group = groupBefore;
    this.out = out;
    begin(false);
  }

  private void begin(boolean continuation) {
    frameStart = out.size();
    firstRevision = 0;
    LogFrame.begin(out, ++group, continuation);
  }

  private void end() {
    long offset = segment.end() + frameStart;
    LogFrame.end(out, frameStart, LogFrame.seed(options.identity(), segment.number(), offset));
    if (firstRevision > 0) {
      index = index.with(firstRevision, offset);
    }
  }

  /**
   * Adds one write: what of it changes nothing takes no place.
   *
   * @throws IllegalStateException when it does not follow what is in the log
   */
  void add(LogWrite write) {
    write
        .hardState()
        .filter(next -> !next.equals(state.hardState()))
        .ifPresent(
            next -> {
              LogFrame.hardState(out, next);
              state = state.withHardState(next);
            });
    if (write.cutFrom() > 0 && write.cutFrom() <= state.end().revision()) {
      state = state.withCut(write.cutFrom());
      cuts.add(new LogMap.Cut(segment.number(), segment.end() + out.size(), write.cutFrom()));
      LogFrame.cut(out, state.end());
    }
    write.entries().forEach(this::add);
    addCommit(write);
    lastRevisions.add(state.end().revision());
  }

  private void add(EncodedEntry entry) {
    state = state.withEntry(entry.entry().epoch(), entry.revision(), options.gapless());
    continueIfLong();
    LogFrame.entry(out, entry);
    newestMillis = entry.entry().timeMillis();
    if (firstRevision == 0) {
      firstRevision = entry.revision();
    }
  }

  private void continueIfLong() {
    if (out.size() - frameStart > LogFrame.BYTES_SOFT_MAX) {
      end();
      begin(true);
    }
  }

  /** Adds named requests of entries that are final, and not or no longer held. */
  void addRequests(List<RecentRequest> requests) {
    for (List<RecentRequest> list : RequestParts.split(requests)) {
      continueIfLong();
      LogFrame.requests(out, list);
      for (RecentRequest request : list) {
        requestsMillis = Math.max(requestsMillis, request.timeMillis());
      }
    }
  }

  /** In a core node only what is held can be final here, whatever else is elsewhere. */
  private void addCommit(LogWrite write) {
    boolean beyond = write.commit().revision() > state.end().revision();
    LogState next = state.withCommit(options.gapless() && beyond ? state.end() : write.commit());
    if (next != state) {
      state = next;
      LogFrame.commit(out, state.commit());
    }
  }

  /** Ends the last frame; whether there is anything to write. */
  boolean done() {
    if (out.size() == LogFrame.HEADER_BYTES) {
      return false;
    }
    end();
    return true;
  }

  /** Number of the last frame. */
  long group() {
    return group;
  }

  /** The log's last revision after each write. */
  List<Long> lastRevisions() {
    return lastRevisions;
  }

  /** What the log is once the bytes are on disk. */
  LogMap applyTo(LogMap map) {
    var segments = new ArrayList<>(map.segments());
    segments.set(
        segments.size() - 1,
        new LogMap.Segment(
            segment.number(),
            segment.forced(),
            segment.base(),
            segment.end() + out.size(),
            newestMillis,
            requestsMillis,
            index));
    List<LogMap.Cut> allCuts = map.cuts();
    if (!cuts.isEmpty()) {
      allCuts = new ArrayList<>(allCuts);
      allCuts.addAll(cuts);
      allCuts = List.copyOf(allCuts);
    }
    return new LogMap(List.copyOf(segments), allCuts, state, map.appendedBytes() + out.size());
  }
}
