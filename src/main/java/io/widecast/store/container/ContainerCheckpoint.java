package io.widecast.store.container;

import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.segment.SegmentWriter;
import io.widecast.store.segment.Segments;
import io.widecast.store.tree.Pages;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/**
 * Everything of a container as it was at one moment, on its way to disk: the transaction that makes
 * it durable. Made by {@link Container#freeze}; written on any one thread while the owner goes on;
 * then the owner installs or abandons it.
 */
public final class ContainerCheckpoint {

  private final Container container;
  private final Disk disk;
  private final long identity;
  private final Segments segments;
  private final Journal journal;
  private final Segments.Flush flush;
  private final Pages.Frozen frozen;
  private final SegmentWriter writer;
  private final List<Long> empty; // segments that it no longer names
  private final Superblock before; // with the tables as they were
  private List<Segments.DroppedSegment> dropped = List.of();

  ContainerCheckpoint(
      Container container,
      Disk disk,
      long identity,
      Segments segments,
      Journal journal,
      Pages.Frozen frozen,
      Function<Pages.Frozen, Superblock> description) {
    this.container = container;
    this.disk = disk;
    this.identity = identity;
    this.segments = segments;
    this.journal = journal;
    this.flush = segments.flush();
    this.frozen = frozen;
    this.writer = segments.pageWriter(frozen.bytes()); // sets numbers aside, which it describes
    this.empty = segments.empty();
    this.before = description.apply(frozen);
  }

  /** What the map is as of. */
  public Token position() {
    return before.applied();
  }

  long number() {
    return before.number();
  }

  long logFrom() {
    return before.logFrom();
  }

  /** Writes it; when this returns, a start finds it. On any one thread. */
  public void write() throws IOException {
    Superblock block;
    try {
      block = writeSegments();
    } catch (IOException e) {
      discard(e);
      throw e;
    }
    try {
      block.write(disk, identity);
    } catch (IOException e) {
      if (disk.list().contains(Superblock.TEMPORARY)) {
        discard(e); // not renamed: nothing names them. Else a start may find this checkpoint
      }
      throw e;
    }
    journal.dropBelow(before.number());
  }

  private Superblock writeSegments() throws IOException {
    flush.write();
    frozen.write(writer);
    var usage = new SegmentCounts(before.segments(), empty);
    frozen.released().forEach(usage::release);
    writer.close().forEach(usage::add);
    return before.with(usage.list(), frozen.pbas(), frozen.opSeqs());
  }

  /** Gives the room back, so that attempts on a full disk do not make it fuller each time. */
  private void discard(IOException reason) {
    try {
      writer.discard();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** The owner takes over that it has been written. */
  public void install() {
    segments.adopt(writer);
    frozen.install();
    dropped = segments.drop(empty);
    container.checkpointOver(this, true);
  }

  /** It was not written: everything stays to be written. */
  public void abandon() {
    frozen.abandon();
    container.checkpointOver(this, false);
  }

  /** Deletes segments that no checkpoint names any more; on any one thread, after the install. */
  public void deleteFiles() throws IOException {
    segments.deleteFiles(dropped);
  }
}
