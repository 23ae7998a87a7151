package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log from end to end when it is opened: checks every frame, finds the end, cuts off what a
 * power cut left half written, and refuses what no power cut can explain.
 *
 * <p>How the two are told apart: a write begins only when the one before it was forced. So what
 * follows the last sound frame of the last segment may be anything, unless a frame that begins a
 * write stands behind it; then the break was on disk once, and is damage. In a segment written
 * without fsync nothing is promised, and the log ends at the first break. A last segment without a
 * sound header is one whose creation was cut short.
 */
final class LogScan {

  private final Disk disk;
  private final long identity;
  private final boolean gapless;

  private final List<LogMap.Segment> segments = new ArrayList<>();
  private final List<LogMap.Cut> cuts = new ArrayList<>();
  private LogState state;
  private long group;
  private boolean torn;

  LogScan(Disk disk, long identity, boolean gapless) {
    this.disk = disk;
    this.identity = identity;
    this.gapless = gapless;
  }

  /**
   * @param logFrom the first segment that must be there; earlier ones may be
   * @param start what an empty log begins with
   */
  LogMap run(long logFrom, LogState start) throws IOException {
    state = start;
    List<Long> numbers = numbers();
    dropUnfinishedRestart(numbers, logFrom);
    dropUnfinishedSegment(numbers, logFrom);
    dropBeforeGap(numbers, logFrom);
    if (numbers.isEmpty() && logFrom > 1) {
      throw damaged(Log.segmentName(logFrom), "is missing");
    }
    for (int i = 0; i < numbers.size(); i++) {
      if (!scan(numbers.get(i), i == numbers.size() - 1)) {
        for (int later = numbers.size() - 1; later > i; later--) {
          disk.delete(Log.segmentName(numbers.get(later)));
        }
        disk.forceNames();
        break;
      }
    }
    return new LogMap(List.copyOf(segments), List.copyOf(cuts), state, 0);
  }

  /** Number of the last frame found. */
  long group() {
    return group;
  }

  /** Whether something was cut off. */
  boolean torn() {
    return torn;
  }

  private List<Long> numbers() throws IOException {
    var numbers = new ArrayList<Long>();
    for (String name : disk.list()) {
      long number = Log.segmentNumber(name);
      if (number > 0) {
        numbers.add(number);
      }
    }
    numbers.sort(null);
    return numbers;
  }

  /** A copy begins the log anew, and counts only when the manifest names its segment. */
  private void dropUnfinishedRestart(List<Long> numbers, long logFrom) throws IOException {
    int restart = numbers.size();
    for (int i = numbers.size() - 1; i >= 0 && numbers.get(i) > logFrom; i--) {
      SegmentHeader header = header(numbers.get(i));
      if (header != null && header.restart()) {
        restart = i;
      }
    }
    dropFrom(numbers, restart);
  }

  private void dropUnfinishedSegment(List<Long> numbers, long logFrom) throws IOException {
    int last = numbers.size() - 1;
    if (last < 0 || numbers.get(last) == logFrom && logFrom > 1) {
      return; // the manifest names it, so it was whole
    }
    String name = Log.segmentName(numbers.get(last));
    if (header(numbers.get(last)) == null) {
      try (SegmentReader reader = reader(numbers.get(last))) {
        if (reader.laterWriteFrom(SegmentHeader.BYTES, 0)) {
          throw damaged(name, "has a broken header before sound content");
        }
      }
      torn = true;
      dropFrom(numbers, last);
    }
  }

  /** Deletions that a power cut undid in part, below what is needed. */
  private void dropBeforeGap(List<Long> numbers, long logFrom) throws IOException {
    int first = Math.max(0, numbers.size() - 1);
    while (first > 0
        && numbers.get(first - 1) == numbers.get(first) - 1
        && !restartsAt(numbers, first)) {
      first--;
    }
    if (!numbers.isEmpty() && numbers.get(first) > logFrom) {
      throw damaged(Log.segmentName(numbers.get(first) - 1), "is missing");
    }
    for (int i = 0; i < first; i++) {
      disk.delete(Log.segmentName(numbers.get(i)));
    }
    numbers.subList(0, first).clear();
  }

  private boolean restartsAt(List<Long> numbers, int index) throws IOException {
    SegmentHeader header = header(numbers.get(index));
    return header != null && header.restart();
  }

  private void dropFrom(List<Long> numbers, int from) throws IOException {
    for (int i = numbers.size() - 1; i >= from; i--) {
      disk.delete(Log.segmentName(numbers.remove(i)));
    }
    disk.forceNames();
  }

  /** The header of a segment, or null when it has no sound one. */
  private SegmentHeader header(long number) throws IOException {
    byte[] bytes = new byte[SegmentHeader.BYTES];
    String name = Log.segmentName(number);
    try (DiskFile file = disk.open(name)) {
      int length = file.read(0, bytes, 0, bytes.length);
      SegmentHeader header = SegmentHeader.decode(bytes, length);
      if (header.identity() != identity) {
        throw damaged(name, "belongs to another data directory");
      }
      return header.number() == number ? header : null; // an old block where none arrived
    } catch (WireException e) {
      return null;
    }
  }

  private SegmentReader reader(long number) throws IOException {
    DiskFile file = disk.open(Log.segmentName(number));
    return new SegmentReader(file, identity, number, file.size());
  }

  /** Whether the log goes on after this segment. */
  private boolean scan(long number, boolean last) throws IOException {
    String name = Log.segmentName(number);
    SegmentHeader header = header(number);
    boolean lenient = !segments.isEmpty() && !segments.get(segments.size() - 1).forced();
    if (header == null || !continues(header)) {
      if (!lenient) {
        throw damaged(name, "does not continue the log: its header is broken or from elsewhere");
      }
      torn = true;
      disk.delete(name);
      return false;
    }
    if (segments.isEmpty()) {
      state = LogState.startingAt(header.base(), header.commit(), header.hardState());
      group = header.group();
    }
    return scanFrames(header, name, last);
  }

  private boolean continues(SegmentHeader header) {
    return segments.isEmpty()
        || header.group() == group
            && header.base().equals(state.end())
            && header.commit().equals(state.commit())
            && header.hardState().equals(state.hardState());
  }

  private boolean scanFrames(SegmentHeader header, String name, boolean last) throws IOException {
    long number = header.number();
    var collect = new Collector(LogMap.Segment.empty(header));
    try (SegmentReader reader = reader(number)) {
      long offset = SegmentHeader.BYTES;
      SegmentReader.Found found;
      while ((found = reader.at(offset, group)) == SegmentReader.Found.FRAME) {
        collect.frame(reader, name, offset);
        group = reader.group();
        offset += reader.length();
      }
      segments.add(collect.segment(offset));
      if (found == SegmentReader.Found.NOTHING) {
        return true;
      }
      if (header.forced() && (!last || reader.laterWriteFrom(offset + 1, group))) {
        throw damaged(name, "is broken at offset " + offset + ", in what was safely on disk");
      }
      torn = true;
      cutOff(name, offset);
      return false;
    }
  }

  private void cutOff(String name, long offset) throws IOException {
    try (DiskFile file = disk.open(name)) {
      file.truncate(offset);
      file.force();
    }
  }

  private StoreException damaged(String name, String what) {
    return new StoreException(
        "log segment "
            + name
            + " in "
            + disk.place()
            + " "
            + what
            + ". The disk lost or changed data. Move the directory away and start again: a node with"
            + " others takes a new copy; a node alone needs its backup");
  }

  /** Takes in the frames of one segment. */
  private final class Collector implements LogFrame.Records {

    private final LogMap.Segment segment; // as it begins
    private SegmentReader reader;
    private FrameIndex index = FrameIndex.EMPTY;
    private long newestMillis;
    private long requestsMillis;
    private long firstRevision;

    Collector(LogMap.Segment segment) {
      this.segment = segment;
    }

    void frame(SegmentReader from, String name, long offset) {
      reader = from;
      firstRevision = 0;
      try {
        LogFrame.read(from.array(), from.bodyFrom(), from.bodyTo(), this);
      } catch (WireException | IllegalStateException | IllegalArgumentException e) {
        throw damaged(name, "makes no sense at offset " + offset + ": " + e.getMessage());
      }
      if (firstRevision > 0) {
        index = index.with(firstRevision, offset);
      }
    }

    LogMap.Segment segment(long end) {
      return new LogMap.Segment(
          segment.number(),
          segment.forced(),
          segment.base(),
          end,
          newestMillis,
          requestsMillis,
          index);
    }

    @Override
    public void entry(byte[] array, int offset, EntryCodec.Head head) {
      state = state.withEntry(head.epoch(), head.revision(), gapless);
      if (firstRevision == 0) {
        firstRevision = head.revision();
      }
      newestMillis = head.timeMillis();
    }

    @Override
    public void hardState(HardState next) {
      state = state.withHardState(next);
    }

    @Override
    public void commit(Token commit) {
      state = state.withCommit(commit);
    }

    @Override
    public void cut(int offset, Token last) {
      state = state.withEndCutTo(last);
      long from = last.revision() + 1;
      cuts.add(new LogMap.Cut(segment.number(), reader.fileOffset(offset), from));
    }

    @Override
    public void requests(List<RecentRequest> requests) {
      for (RecentRequest request : requests) {
        requestsMillis = Math.max(requestsMillis, request.timeMillis());
      }
    }
  }
}
