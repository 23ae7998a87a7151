package io.widecast.store.segment;

import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One segment: its bytes in memory while they are not on disk, pieces of them afterwards.
 *
 * <p>Appended to and counted by the owner, written by the thread of the checkpoint, read by any.
 */
final class Segment {

  static final int CHUNK_BYTES = 16 << 10;

  private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(byte[][].class);

  final long number;
  final Stream stream;

  // The owner's.
  boolean sealed;
  int summaryAt;
  int liveBlocks;
  long liveBytes;
  long lastTxn;

  private volatile byte[] buffer; // all of it so far; null once only the disk has it
  private volatile int end;
  private volatile int written; // by the writing thread
  private volatile boolean dropped;

  private DiskFile file; // guarded by this; opened when needed
  private final byte[][] chunks; // null elements where nothing is held
  private final boolean[] used; // racy on purpose: a hint for eviction

  Segment(long number, Stream stream, int capacity) {
    this.number = number;
    this.stream = stream;
    int count = (capacity + CHUNK_BYTES - 1) / CHUNK_BYTES;
    this.chunks = new byte[count][];
    this.used = new boolean[count];
  }

  /** One that is being filled. */
  static Segment open(long number, Stream stream, int capacity) {
    var segment = new Segment(number, stream, capacity);
    segment.buffer = new byte[Math.min(capacity, 64 << 10)];
    return segment;
  }

  /** One that is on disk. */
  static Segment of(SegmentUsage usage, int capacity) {
    var segment = new Segment(usage.number(), usage.stream(), Math.max(capacity, usage.end()));
    segment.sealed = usage.sealed();
    segment.summaryAt = usage.summaryAt();
    segment.liveBlocks = usage.liveBlocks();
    segment.liveBytes = usage.liveBytes();
    segment.lastTxn = usage.lastTxn();
    segment.end = usage.end();
    segment.written = usage.end();
    return segment;
  }

  static String fileName(long number) {
    return String.format("seg-%07x", number);
  }

  static boolean isFileName(String name) {
    return name.matches("seg-[0-9a-f]{7}");
  }

  SegmentUsage usage() {
    return new SegmentUsage(number, stream, sealed, end, summaryAt, liveBlocks, liveBytes, lastTxn);
  }

  int end() {
    return end;
  }

  /** Room for {@code length} bytes at the end; the caller fills it and calls {@link #extend}. */
  byte[] reserve(int length, int capacity) {
    byte[] now = buffer;
    int need = end + length;
    if (need > now.length) {
      now = Arrays.copyOf(now, Math.min(Math.max(now.length * 2, need), capacity));
      buffer = now;
    }
    return now;
  }

  void extend(int length) {
    end += length;
  }

  /** Writes what is not on disk yet up to {@code upTo}, and forces it. */
  void write(Disk disk, BlockCache cache, int upTo) throws IOException {
    if (written == upTo) {
      return;
    }
    byte[] bytes = buffer;
    synchronized (this) {
      if (file == null) {
        file = written == 0 ? disk.create(fileName(number)) : disk.open(fileName(number));
        cache.opened(this);
      }
      file.write(written, bytes, written, upTo - written);
      file.force();
    }
    written = upTo;
  }

  /**
   * The writing thread is through with a sealed segment: the disk has it all.
   *
   * @param cache to keep it in; null for none
   */
  void releaseBuffer(BlockCache cache) {
    byte[] bytes = buffer;
    if (bytes == null) {
      return;
    }
    for (int i = 0; cache != null && i * CHUNK_BYTES < end; i++) {
      int from = i * CHUNK_BYTES;
      CHUNK.setRelease(
          chunks, i, Arrays.copyOfRange(bytes, from, Math.min(end, from + CHUNK_BYTES)));
      cache.added(this, i);
    }
    buffer = null;
  }

  int writtenBytes() {
    return written;
  }

  int unwrittenBytes() {
    return end - written;
  }

  boolean isInMemory() {
    return buffer != null;
  }

  /** All of it; null once only the disk has it. */
  byte[] buffer() {
    return buffer;
  }

  /** The chunk that has all {@code length} bytes from {@code offset} on; null when two have. */
  byte[] chunkOf(Disk disk, BlockCache cache, int offset, int length) throws IOException {
    int index = offset / CHUNK_BYTES;
    return (offset + length - 1) / CHUNK_BYTES == index ? chunk(disk, cache, index) : null;
  }

  /** Copies {@code length} bytes from {@code offset} on; any thread. */
  void read(Disk disk, BlockCache cache, int offset, byte[] into, int length) throws IOException {
    byte[] bytes = buffer;
    if (bytes != null) {
      System.arraycopy(bytes, offset, into, 0, length);
      return;
    }
    int done = 0;
    while (done < length) {
      int at = offset + done;
      byte[] chunk = chunk(disk, cache, at / CHUNK_BYTES);
      int inChunk = at % CHUNK_BYTES;
      int part = Math.min(length - done, chunk.length - inChunk);
      if (part <= 0) {
        throw new IOException("segment " + number + " ends at " + (at - inChunk + chunk.length));
      }
      System.arraycopy(chunk, inChunk, into, done, part);
      done += part;
    }
  }

  /** Whether these bytes are in memory. */
  boolean holds(int offset, int length) {
    if (buffer != null) {
      return true;
    }
    for (int i = offset / CHUNK_BYTES; i * CHUNK_BYTES < offset + length; i++) {
      if (i >= chunks.length || CHUNK.getAcquire(chunks, i) == null) {
        return false;
      }
    }
    return true;
  }

  private byte[] chunk(Disk disk, BlockCache cache, int index) throws IOException {
    byte[] held = (byte[]) CHUNK.getAcquire(chunks, index);
    if (held == null) {
      held = load(disk, cache, index);
      cache.closeOldest();
      if ((byte[]) CHUNK.compareAndExchange(chunks, index, null, held) == null) {
        cache.added(this, index);
      }
    }
    use(index);
    return held;
  }

  /** The chunk that has all {@code length} bytes from {@code offset} on, if it is in memory. */
  byte[] heldChunk(int offset, int length) {
    int index = offset / CHUNK_BYTES;
    if (index >= chunks.length || (offset + length - 1) / CHUNK_BYTES != index) {
      return null;
    }
    byte[] held = (byte[]) CHUNK.getAcquire(chunks, index);
    if (held != null) {
      use(index);
    }
    return held;
  }

  private void use(int index) {
    if (!used[index]) {
      used[index] = true;
    }
  }

  private synchronized byte[] load(Disk disk, BlockCache cache, int index) throws IOException {
    if (dropped) {
      throw new BlockGoneException(Pba.of(number, 0, 0));
    }
    if (file == null) {
      file = disk.open(fileName(number));
      cache.opened(this);
    }
    int from = index * CHUNK_BYTES;
    byte[] chunk = new byte[Math.max(0, Math.min(CHUNK_BYTES, end - from))];
    int there = file.read(from, chunk, 0, chunk.length);
    return there == chunk.length ? chunk : Arrays.copyOf(chunk, there);
  }

  /** Bytes straight from disk, past every cache: for whoever checks the disk itself. */
  synchronized byte[] readFile(Disk disk, BlockCache cache) throws IOException {
    if (dropped) {
      throw new BlockGoneException(Pba.of(number, 0, 0));
    }
    if (file == null) {
      file = disk.open(fileName(number));
      cache.opened(this);
    }
    byte[] bytes = new byte[written];
    int there = file.read(0, bytes, 0, bytes.length);
    return there == bytes.length ? bytes : Arrays.copyOf(bytes, there);
  }

  /** Whether the chunk was used since the last time; asks for eviction. */
  boolean testAndClearUsed(int index) {
    boolean was = used[index];
    used[index] = false;
    return was;
  }

  /** Bytes given back. */
  int evict(int index) {
    byte[] held = (byte[]) CHUNK.getAndSet(chunks, index, null);
    return held == null ? 0 : held.length;
  }

  int chunkBytes(int index) {
    byte[] held = (byte[]) CHUNK.getAcquire(chunks, index);
    return held == null ? 0 : held.length;
  }

  synchronized void closeFile() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
  }

  void drop(BlockCache cache) throws IOException {
    synchronized (this) {
      dropped = true;
    }
    buffer = null;
    long evicted = 0;
    for (int i = 0; i < chunks.length; i++) {
      evicted += evict(i);
    }
    cache.removed(evicted);
    closeFile();
  }

  boolean isDropped() {
    return dropped;
  }
}
