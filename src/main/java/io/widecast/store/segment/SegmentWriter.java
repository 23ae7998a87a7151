package io.widecast.store.segment;

import io.widecast.store.log.Disk;
import io.widecast.wire.ByteWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes pages into segments of its own, on the thread of a checkpoint, while the owner goes on.
 * The owner takes them over with {@link Segments#adopt} once a checkpoint names them.
 */
public final class SegmentWriter {

  private final Disk disk;
  private final long identity;
  private final int segmentBytes;
  private final BlockCache cache;
  private final long txn;
  private final ByteWriter scratch = new ByteWriter(8 << 10);
  private final List<Segment> done = new ArrayList<>();
  private SegmentBuilder open;
  private long nextNumber;
  private final long lastNumber;

  SegmentWriter(
      Disk disk,
      long identity,
      int segmentBytes,
      BlockCache cache,
      long txn,
      long nextNumber,
      long lastNumber) {
    this.disk = disk;
    this.identity = identity;
    this.segmentBytes = segmentBytes;
    this.cache = cache;
    this.txn = txn;
    this.nextNumber = nextNumber;
    this.lastNumber = lastNumber;
  }

  /** Appends a page's content; where it will stand. */
  public long append(long id, byte[] payload, int length) throws IOException {
    if (open != null && !open.fits(length)) {
      finish();
    }
    if (open == null) {
      if (nextNumber > lastNumber) {
        throw new IllegalStateException("more pages than segments were reserved for");
      }
      open = new SegmentBuilder(identity, nextNumber++, Stream.PAGES, segmentBytes, scratch);
    }
    return open.append(BlockKind.PAGE, id, payload, 0, length);
  }

  private void finish() throws IOException {
    Segment segment = open.seal();
    segment.lastTxn = txn;
    segment.write(disk, cache, segment.end());
    segment.releaseBuffer(null);
    done.add(segment);
    open = null;
  }

  /** Writes and forces the last one; what has been written, for the checkpoint to name. */
  public List<SegmentUsage> close() throws IOException {
    if (open != null) {
      finish();
    }
    return done.stream().map(Segment::usage).toList();
  }

  /** Deletes what has been written: no checkpoint names it, nor will one. */
  public void discard() throws IOException {
    if (open != null) {
      done.add(open.segment());
      open = null;
    }
    List<String> names = disk.list();
    for (Segment segment : done) {
      segment.drop(cache);
      String name = Segment.fileName(segment.number);
      if (names.contains(name)) {
        disk.delete(name);
      }
    }
    done.clear();
  }

  List<Segment> segments() {
    return done;
  }
}
