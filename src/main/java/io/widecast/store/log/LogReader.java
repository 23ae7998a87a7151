package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.model.EncodedEntry;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads entries back from the log, as one {@link LogMap} knows it; on any thread. */
final class LogReader implements LogFrame.Records {

  private final Disk disk;
  private final long identity;
  private final LogMap map;
  private final long upTo;
  private final long bytesMax;

  private final List<EncodedEntry> entries = new ArrayList<>();
  private long after;
  private long bytes;
  private boolean done;
  private SegmentReader reader;
  private long number;

  /**
   * @param after entries with higher revisions are wanted
   * @param upTo and no higher than this
   * @param bytesMax stop before this many encoded bytes, but not before the first entry
   */
  LogReader(Disk disk, long identity, LogMap map, long after, long upTo, long bytesMax) {
    this.disk = disk;
    this.identity = identity;
    this.map = map;
    this.after = after;
    this.upTo = upTo;
    this.bytesMax = bytesMax;
  }

  List<EncodedEntry> read() throws IOException {
    int first = map.segments().size() - 1;
    long offset = -1;
    while (first >= 0
        && (offset = map.segments().get(first).index().lastOffsetNotAbove(after + 1)) < 0) {
      first--;
    }
    for (int i = Math.max(first, 0); i < map.segments().size() && !done; i++) {
      readSegment(map.segments().get(i), i == first ? offset : SegmentHeader.BYTES);
    }
    return entries;
  }

  private void readSegment(LogMap.Segment segment, long from) throws IOException {
    number = segment.number();
    DiskFile file = disk.open(Log.segmentName(number));
    try (SegmentReader frames = new SegmentReader(file, identity, number, segment.end())) {
      reader = frames;
      long groupBefore = -1;
      for (long offset = from; offset < segment.end() && !done; offset += frames.length()) {
        if (frames.at(offset, groupBefore) != SegmentReader.Found.FRAME) {
          throw new IOException(
              Log.segmentName(number) + " was sound and is broken now at offset " + offset);
        }
        LogFrame.read(frames.array(), frames.bodyFrom(), frames.bodyTo(), this);
      }
    } catch (WireException e) {
      throw new IOException(Log.segmentName(number) + " was sound: " + e.getMessage(), e);
    }
  }

  @Override
  public void entry(byte[] array, int offset, EntryCodec.Head head) throws WireException {
    long revision = head.revision();
    if (done || revision <= after || revision >= map.cutAfter(number, reader.fileOffset(offset))) {
      return;
    }
    if (revision > upTo || !entries.isEmpty() && bytes + head.length() > bytesMax) {
      done = true;
      return;
    }
    entries.add(EntryCodec.decode(array, offset, head.length()));
    bytes += head.length();
    after = revision;
  }

  @Override
  public void hardState(HardState state) {}

  @Override
  public void commit(Token commit) {}

  @Override
  public void cut(int offset, Token last) {}

  @Override
  public void requests(List<RecentRequest> requests) {}
}
