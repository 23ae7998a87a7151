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
 * Reads back the named requests that records of their own hold: of entries that a copy stands for,
 * or that went with older log. On any thread.
 */
final class RequestReader implements LogFrame.Records {

  private final Disk disk;
  private final long identity;
  private final List<RecentRequest> found = new ArrayList<>();

  RequestReader(Disk disk, long identity) {
    this.disk = disk;
    this.identity = identity;
  }

  /** Those of {@code segments}, in the order of the log, some perhaps more than once. */
  List<RecentRequest> read(List<LogMap.Segment> segments) throws IOException {
    for (LogMap.Segment segment : segments) {
      if (segment.requestsMillis() > 0) {
        read(segment);
      }
    }
    return found;
  }

  private void read(LogMap.Segment segment) throws IOException {
    String name = Log.segmentName(segment.number());
    DiskFile file = disk.open(name);
    try (var frames = new SegmentReader(file, identity, segment.number(), segment.end())) {
      for (long at = SegmentHeader.BYTES; at < segment.end(); at += frames.length()) {
        if (frames.at(at, -1) != SegmentReader.Found.FRAME) {
          throw new IOException(name + " was sound and is broken now at offset " + at);
        }
        LogFrame.read(frames.array(), frames.bodyFrom(), frames.bodyTo(), this);
      }
    } catch (WireException e) {
      throw new IOException(name + " was sound: " + e.getMessage(), e);
    }
  }

  @Override
  public void entry(byte[] array, int offset, EntryCodec.Head head) {}

  @Override
  public void hardState(HardState state) {}

  @Override
  public void commit(Token commit) {}

  @Override
  public void cut(int offset, Token last) {}

  @Override
  public void requests(List<RecentRequest> requests) {
    found.addAll(requests);
  }
}
