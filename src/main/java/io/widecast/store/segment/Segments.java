package io.widecast.store.segment;

import io.widecast.store.log.Disk;
import io.widecast.store.log.StoreException;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * All blocks of one container store: appended to the open segment of their stream, found by
 * address, and counted while something points to them. The layout of systems.md 0.2.
 *
 * <p>A segment file {@code seg-<number>} is a header and blocks, each at a multiple of 4 bytes:
 *
 * <pre>
 * header  size  field                       block  size    field
 *         4     magic    "WCSG"                    4       crc      CRC-32C of all that follows
 *         2     version  1                         varint  length   of the payload
 *         2     stream   0 values, 1 pages         1       kind     ordinal of BlockKind
 *         8     identity of the store              varint  id       VBA, page id, ...
 *         8     number                             …       payload
 *         4     crc      of all before             0 .. 3  zeros
 *         4     zeros
 * </pre>
 *
 * A block's checksum starts from the store's identity and the block's address, so that a block in a
 * wrong place is as broken as a flipped bit. The last block of a sealed segment is its summary.
 *
 * <p><b>Threads.</b> The owner appends, counts and drops; {@link Flush#write} runs on the thread of
 * checkpoints; reading is for any.
 */
public final class Segments {

  /** Payload of one block at the most; what is longer is several. */
  public static final int PAYLOAD_MAX = 64 << 10;

  private static final int CACHE_LINE_BYTES = 64;

  private final Disk disk;
  private final long identity;
  private final int segmentBytes;
  private final BlockCache cache;

  private volatile SegmentTable table = SegmentTable.EMPTY;
  private final TreeMap<Long, Segment> all = new TreeMap<>(); // the owner's view of the table
  private SegmentBuilder open; // of values; null until one is appended
  private final ByteWriter scratch = new ByteWriter(1 << 10);
  private long nextNumber;
  private long txn; // number of the checkpoint to come
  private int lastTouched; // read by nobody: so that what was only touched is not optimized away

  /**
   * @param segmentBytes of a full segment; 4 MiB but in tests
   * @param cacheBytes for blocks that were read
   */
  public Segments(Disk disk, long identity, int segmentBytes, long cacheBytes) {
    int least = SegmentBuilder.SEGMENT_BYTES_MIN;
    if (segmentBytes < least || segmentBytes > Pba.OFFSET_MAX + Pba.UNIT) {
      throw new IllegalArgumentException(
          "segments of " + segmentBytes + " bytes; " + least + " at least");
    }
    this.disk = disk;
    this.identity = identity;
    this.segmentBytes = segmentBytes;
    this.cache = new BlockCache(cacheBytes);
    this.nextNumber = 1;
  }

  /** Takes up what a checkpoint knows; segments that it does not know are deleted. */
  public void recover(List<SegmentUsage> usages, long next, long nextTxn) throws IOException {
    recover(usages, next, nextTxn, true);
  }

  /**
   * As that.
   *
   * @param strict false for whoever wants to see how much is damaged: headers are not looked at
   */
  public void recover(List<SegmentUsage> usages, long next, long nextTxn, boolean strict)
      throws IOException {
    for (SegmentUsage usage : usages) {
      Segment segment = Segment.of(usage, segmentBytes);
      segment.sealed = true; // what was open is never appended to again: old bytes may follow
      all.put(usage.number(), segment);
    }
    table = SegmentTable.of(all.values());
    txn = nextTxn;
    nextNumber = next;
    for (String name : disk.list()) {
      if (Segment.isFileName(name)) {
        long number = Long.parseLong(name.substring(4), 16);
        nextNumber = Math.max(nextNumber, number + 1);
        if (!all.containsKey(number)) {
          disk.delete(name);
        }
      }
    }
    for (Segment segment : all.values()) {
      if (strict) {
        checkHeader(segment);
      }
    }
  }

  private void checkHeader(Segment segment) throws IOException {
    byte[] header = new byte[SegmentBuilder.HEADER_BYTES];
    try {
      segment.read(disk, cache, 0, header, SegmentBuilder.HEADER_BYTES);
    } catch (IOException e) {
      throw new StoreException(
          "segment "
              + Segment.fileName(segment.number)
              + " of "
              + disk.place()
              + " cannot be read: "
              + e.getMessage()
              + ". Restore it, or move the directory away and let this node take a new copy",
          e);
    }
    requireHeader(segment, header);
  }

  private void requireHeader(Segment segment, byte[] bytes) {
    if (bytes.length < SegmentBuilder.HEADER_BYTES || !isHeader(bytes, segment)) {
      throw new DamagedBlockException(
          Pba.of(segment.number, 0, SegmentBuilder.HEADER_BYTES),
          disk.place(),
          "header of the segment");
    }
  }

  private boolean isHeader(byte[] bytes, Segment segment) {
    try {
      var in = new ByteReader(bytes);
      boolean ours = in.u32() == SegmentBuilder.MAGIC && in.u16() == SegmentBuilder.VERSION;
      ours &= in.u16() == segment.stream.ordinal();
      ours &= in.u64() == identity && in.u64() == segment.number;
      ours &= in.u32() == Crc.of(0, bytes, 0, SegmentBuilder.HEADER_BYTES - 8);
      return ours && in.u32() == 0;
    } catch (WireException e) {
      throw new AssertionError(e); // there are bytes enough
    }
  }

  // ---- the owner

  /**
   * Appends a value's block to the open segment, in memory; the next flush writes it.
   *
   * @return where it stands; counted as live
   */
  public long append(long vba, byte[] payload, int from, int length) {
    if (length > PAYLOAD_MAX) {
      throw new IllegalArgumentException("block of " + length + " bytes");
    }
    if (open == null || !open.fits(length)) {
      seal();
      open = new SegmentBuilder(identity, nextNumber++, Stream.VALUES, segmentBytes, scratch);
      all.put(open.segment().number, open.segment());
      table = SegmentTable.of(all.values());
    }
    long pba = open.append(BlockKind.VALUE, vba, payload, from, length);
    open.segment().lastTxn = txn;
    return pba;
  }

  private void seal() {
    if (open != null) {
      open.seal();
      open = null;
    }
  }

  /** Nothing points to the block any more. */
  public void release(long pba) {
    Segment segment = all.get(Pba.segment(pba));
    if (segment == null || segment.liveBlocks == 0) {
      throw new IllegalStateException("released twice: " + Pba.text(pba));
    }
    segment.liveBlocks--;
    segment.liveBytes -= Pba.length(pba);
    segment.lastTxn = txn;
  }

  /** Bytes of values that no checkpoint has written yet. */
  public long unwrittenBytes() {
    long bytes = 0;
    for (Segment segment : all.descendingMap().values()) {
      if (segment.stream == Stream.VALUES) {
        if (!segment.isInMemory()) {
          break;
        }
        bytes += segment.unwrittenBytes();
      }
    }
    return bytes;
  }

  public long nextNumber() {
    return nextNumber;
  }

  /** The usage table, by rising number. */
  public List<SegmentUsage> usage() {
    var usages = new ArrayList<SegmentUsage>(all.size());
    all.values().forEach(segment -> usages.add(segment.usage()));
    return usages;
  }

  /** Sealed segments in which nothing is live: a checkpoint that no longer names them may drop. */
  public List<Long> empty() {
    var numbers = new ArrayList<Long>();
    for (Segment segment : all.values()) {
      if (segment.sealed && segment.liveBlocks == 0) {
        numbers.add(segment.number);
      }
    }
    return numbers;
  }

  /** Takes segments out of the table; their files go with {@link #deleteFiles}. */
  public List<DroppedSegment> drop(List<Long> numbers) {
    var dropped = new ArrayList<DroppedSegment>();
    for (long number : numbers) {
      Segment segment = all.remove(number);
      if (segment != null) {
        dropped.add(new DroppedSegment(segment));
      }
    }
    if (!dropped.isEmpty()) {
      table = SegmentTable.of(all.values());
    }
    return dropped;
  }

  /** A segment that left the table and whose file is still there. */
  public static final class DroppedSegment {
    private final Segment segment;

    private DroppedSegment(Segment segment) {
      this.segment = segment;
    }

    public long number() {
      return segment.number;
    }
  }

  /** Deletes the files of segments that no checkpoint on disk names; any thread. */
  public void deleteFiles(List<DroppedSegment> dropped) throws IOException {
    List<String> names = disk.list();
    for (DroppedSegment gone : dropped) {
      gone.segment.drop(cache);
      String name = Segment.fileName(gone.segment.number);
      if (names.contains(name)) {
        disk.delete(name);
      }
    }
  }

  /**
   * A writer for the pages of checkpoint {@code txn}.
   *
   * @param bytesMax of all of them; numbers are set aside for as many segments
   */
  public SegmentWriter pageWriter(long bytesMax) {
    long room = segmentBytes - SegmentBuilder.SEGMENT_BYTES_MIN + PAYLOAD_MAX / 2;
    long first = nextNumber;
    nextNumber += 2 + bytesMax / room;
    return new SegmentWriter(disk, identity, segmentBytes, cache, txn, first, nextNumber - 1);
  }

  /** Takes over what a writer has written; what is not {@link #release}d counts as live. */
  public void adopt(SegmentWriter writer) {
    for (Segment segment : writer.segments()) {
      all.put(segment.number, segment);
    }
    table = SegmentTable.of(all.values());
  }

  /** What is in memory now and has to be on disk before a table that names it. */
  public Flush flush() {
    var parts = new ArrayList<FlushPart>();
    for (Segment segment : all.values()) {
      if (segment.isInMemory()) {
        parts.add(new FlushPart(segment, segment.end(), segment.sealed));
      }
    }
    return new Flush(parts);
  }

  /** Number of the checkpoint that the changes from now on will belong to. */
  public void setTxn(long number) {
    txn = number;
  }

  private record FlushPart(Segment segment, int end, boolean sealed) {}

  /** Segments as far as they went when {@link #flush} was called. */
  public final class Flush {
    private final List<FlushPart> parts;

    private Flush(List<FlushPart> parts) {
      this.parts = parts;
    }

    /** Writes and forces all of it; on the thread of checkpoints. */
    public void write() throws IOException {
      for (FlushPart part : parts) {
        part.segment.write(disk, cache, part.end);
        if (part.sealed) {
          part.segment.releaseBuffer(cache);
        }
      }
      cache.closeOldest();
    }
  }

  /** Segments worth cleaning, the emptiest first: sealed, with something live and something not. */
  public List<Long> victims(int count, double liveShareMax, Set<Long> except) {
    var found = new ArrayList<Segment>();
    for (Segment segment : all.values()) {
      if (segment.sealed
          && !segment.isInMemory()
          && segment.liveBlocks > 0
          && !except.contains(segment.number)
          && segment.liveBytes < liveShareMax * segment.end()) {
        found.add(segment);
      }
    }
    found.sort(
        (a, b) -> Double.compare((double) a.liveBytes / a.end(), (double) b.liveBytes / b.end()));
    var numbers = new ArrayList<Long>();
    for (Segment segment : found.subList(0, Math.min(count, found.size()))) {
      numbers.add(segment.number);
    }
    return numbers;
  }

  /** Bytes of the segments in which something is live, without those in {@code except}. */
  public long occupiedBytes(Set<Long> except) {
    return all.values().stream()
        .filter(segment -> segment.liveBlocks > 0 && !except.contains(segment.number))
        .mapToLong(Segment::end)
        .sum();
  }

  /** Bytes on disk or on their way there, and of these what is live. */
  public long totalBytes() {
    return all.values().stream().mapToLong(Segment::end).sum();
  }

  public long liveBytes() {
    return all.values().stream().mapToLong(segment -> segment.liveBytes).sum();
  }

  public int count() {
    return all.size();
  }

  public long cachedBytes() {
    return cache.bytes();
  }

  /** Closes the files; what is in memory only is gone. */
  public void close() throws IOException {
    for (Segment segment : all.values()) {
      segment.closeFile();
    }
  }

  /** Everything is gone for whoever still reads here; files stay as they are. */
  public void retire() throws IOException {
    table = SegmentTable.EMPTY;
    for (Segment segment : all.values()) {
      segment.drop(cache);
    }
  }

  /**
   * @param bytes that blocks which were read may take from now on
   */
  public void limitCache(long bytes) {
    cache.limit(bytes);
  }

  // ---- any thread

  /** A block's payload where it lies: not to be written to. */
  public record Payload(byte[] array, int from, int length) {

    public byte[] copy() {
      return Arrays.copyOfRange(array, from, from + length);
    }
  }

  /** A copy of what {@link #view} gives. */
  public byte[] read(long pba, BlockKind kind, long id) {
    return view(pba, kind, id).copy();
  }

  /**
   * The payload of the block at {@code pba}.
   *
   * @throws BlockGoneException when its segment has been cleaned away
   * @throws DamagedBlockException when it is not the block that was written there
   */
  public Payload view(long pba, BlockKind kind, long id) {
    Segment segment = table.find(Pba.segment(pba));
    if (segment == null) {
      throw new BlockGoneException(pba);
    }
    int offset = Pba.offset(pba);
    int length = Pba.length(pba);
    try {
      byte[] whole = segment.buffer();
      if (whole != null) {
        return payload(pba, whole, offset, length, kind, id);
      }
      byte[] chunk = segment.chunkOf(disk, cache, offset, length);
      if (chunk != null) {
        return payload(pba, chunk, offset % Segment.CHUNK_BYTES, length, kind, id);
      }
      byte[] block = new byte[length];
      segment.read(disk, cache, offset, block, length);
      return payload(pba, block, 0, length, kind, id);
    } catch (IOException e) {
      if (segment.isDropped()) {
        throw new BlockGoneException(pba);
      }
      throw new DamagedBlockException(pba, disk.place(), e.getMessage());
    } catch (IndexOutOfBoundsException e) { // an address from a damaged table
      throw new DamagedBlockException(pba, disk.place(), "no such place");
    }
  }

  /**
   * As {@link #view} for many blocks, but null for those that would have to wait for a disk, lie in
   * two pieces, or are damaged. Each step is done for all of them before the next, so that the
   * processor waits for the memory of several at a time: they are all over it.
   *
   * @param count how many of the addresses; the arrays may be longer
   */
  public Payload[] viewHeld(long[] pbas, int count, BlockKind kind, long[] ids) {
    var arrays = new byte[count][];
    var offsets = new int[count];
    SegmentTable now = table;
    for (int i = 0; i < count; i++) {
      Segment segment = pbas[i] == 0 ? null : now.find(Pba.segment(pbas[i]));
      if (segment != null) {
        offsets[i] = Pba.offset(pbas[i]);
        arrays[i] = segment.buffer();
        if (arrays[i] == null) {
          arrays[i] = segment.heldChunk(offsets[i], Pba.length(pbas[i]));
          offsets[i] %= Segment.CHUNK_BYTES;
        }
      }
    }
    int touched = 0;
    for (int i = 0; i < count; i++) {
      if (arrays[i] != null) {
        int end = Math.min(arrays[i].length, offsets[i] + Math.min(256, Pba.length(pbas[i])));
        for (int at = offsets[i]; at < end; at += CACHE_LINE_BYTES) {
          touched ^= arrays[i][at];
        }
        touched ^= end > 0 ? arrays[i][end - 1] : 0;
      }
    }
    var payloads = new Payload[count];
    for (int i = 0; i < count; i++) {
      if (arrays[i] != null) {
        try {
          int length = Pba.length(pbas[i]);
          payloads[i] = payload(pbas[i], arrays[i], offsets[i], length, kind, ids[i]);
        } catch (DamagedBlockException | IndexOutOfBoundsException e) {
          payloads[i] = null; // whoever asks for it is told why
        }
      }
    }
    lastTouched = touched;
    return payloads;
  }

  /** Whether {@link #read} of this block would not wait for a disk. */
  public boolean isInMemory(long pba) {
    Segment segment = table.find(Pba.segment(pba));
    return segment != null && segment.holds(Pba.offset(pba), Pba.length(pba));
  }

  private Payload payload(long pba, byte[] array, int from, int size, BlockKind kind, long id) {
    try {
      var in = new ByteReader(array, from, size);
      int crc = in.u32();
      long seed = SegmentBuilder.seed(identity, Pba.segment(pba), Pba.offset(pba));
      if (crc != Crc.of(seed, array, from + 4, size - 4)) {
        throw new DamagedBlockException(pba, disk.place(), "checksum of " + kind + " " + id);
      }
      int length = in.count(PAYLOAD_MAX);
      BlockKind found = BlockKind.of(in.u8());
      long foundId = in.varint();
      if (found != kind || foundId != id || length > in.remaining()) {
        throw new DamagedBlockException(
            pba, disk.place(), found + " " + foundId + " where " + kind + " " + id + " belongs");
      }
      return new Payload(array, in.position(), length);
    } catch (WireException e) {
      throw new DamagedBlockException(pba, disk.place(), e.getMessage());
    }
  }

  /** A block of a segment, as a scan finds it. */
  public record Found(long pba, BlockKind kind, long id, byte[] payload) {}

  /**
   * Every block of a segment, read from disk and checked; any thread.
   *
   * @throws DamagedBlockException at the first that is broken
   */
  public List<Found> scan(long number) throws IOException {
    Segment segment = table.find(number);
    if (segment == null) {
      throw new BlockGoneException(Pba.of(number, 0, 0));
    }
    byte[] bytes = segment.readFile(disk, cache);
    cache.closeOldest();
    return scan(number, bytes, 0);
  }

  private List<Found> scan(long number, byte[] bytes, int start) {
    var found = new ArrayList<Found>();
    if (start == 0) {
      requireHeader(table.find(number), bytes);
    }
    int offset =
        start == 0 ? SegmentBuilder.HEADER_BYTES : 0; // in the array, which begins at start
    while (offset < bytes.length) {
      try {
        var in = new ByteReader(bytes, offset, bytes.length - offset);
        in.u32();
        int length = in.count(PAYLOAD_MAX);
        BlockKind kind = BlockKind.of(in.u8());
        long id = in.varint();
        int size = in.position() - offset + length;
        size += -size & (Pba.UNIT - 1);
        if (kind == null || size > bytes.length - offset || size > Pba.LENGTH_MAX) {
          throw new WireException("no block");
        }
        long pba = Pba.of(number, start + offset, size);
        found.add(new Found(pba, kind, id, payload(pba, bytes, offset, size, kind, id).copy()));
        offset += size;
      } catch (WireException e) {
        throw new DamagedBlockException(
            Pba.of(number, start + offset & -Pba.UNIT, Pba.UNIT), disk.place(), e.getMessage());
      }
    }
    return found;
  }

  /** Bytes of a segment's file, {@code from} to before {@code to}, that nobody wrote so. */
  public record Broken(long segment, int from, int to, String what) {}

  /**
   * Reads a segment from disk, past all caches, as far as it was written; what of it is not what
   * was written, by rising offset. Finds its way on behind a broken block, since a checksum holds
   * for one address only.
   */
  public List<Broken> broken(long number) {
    Segment segment = table.find(number);
    var found = new ArrayList<Broken>();
    if (segment.writtenBytes() == 0) {
      return found;
    }
    byte[] bytes;
    try {
      bytes = segment.readFile(disk, cache);
      cache.closeOldest();
    } catch (IOException e) {
      found.add(new Broken(number, 0, segment.end(), e.getMessage()));
      return found;
    }
    boolean hasHeader = bytes.length >= SegmentBuilder.HEADER_BYTES && isHeader(bytes, segment);
    if (!hasHeader) {
      found.add(new Broken(number, 0, SegmentBuilder.HEADER_BYTES, "header"));
    }
    int at = SegmentBuilder.HEADER_BYTES;
    int bad = -1; // where the damage began; -1 outside of it
    while (at < bytes.length) {
      int size = soundBlock(number, bytes, at);
      if (size > 0 && bad >= 0) {
        found.add(new Broken(number, bad, at, "checksum"));
        bad = -1;
      } else if (size == 0 && bad < 0) {
        bad = at;
      }
      at += size > 0 ? size : Pba.UNIT;
    }
    if (bad >= 0) {
      found.add(new Broken(number, bad, bytes.length, "checksum"));
    }
    if (bytes.length < segment.writtenBytes()) {
      int end = segment.writtenBytes();
      found.add(new Broken(number, bytes.length, end, "the file ends before"));
    }
    return found;
  }

  /** The length of the block at {@code offset}, 0 when there is no sound one. */
  private int soundBlock(long number, byte[] bytes, int offset) {
    try {
      var in = new ByteReader(bytes, offset, bytes.length - offset);
      int crc = in.u32();
      int length = in.count(PAYLOAD_MAX);
      BlockKind kind = BlockKind.of(in.u8());
      in.varint();
      int size = in.position() - offset + length;
      size += -size & (Pba.UNIT - 1);
      boolean fits = kind != null && size <= bytes.length - offset && size <= Pba.LENGTH_MAX;
      long seed = SegmentBuilder.seed(identity, number, offset);
      return fits && Crc.of(seed, bytes, offset + 4, size - 4) == crc ? size : 0;
    } catch (WireException e) {
      return 0;
    }
  }

  /** Whether the table has this segment. */
  public boolean has(long number) {
    return all.containsKey(number);
  }

  /** A row of the usage table. */
  public SegmentUsage usage(long number) {
    return all.get(number).usage();
  }

  /** A block as a segment's summary names it. */
  public record Listed(long pba, BlockKind kind, long id) {}

  /** What a segment holds, by its summary, or by a scan where it has none; any thread. */
  public List<Listed> list(long number) throws IOException {
    Segment segment = table.find(number);
    if (segment == null) {
      throw new BlockGoneException(Pba.of(number, 0, 0));
    }
    var listed = new ArrayList<Listed>();
    if (segment.summaryAt == 0) { // open, or left so by a crash
      byte[] bytes = new byte[segment.end()];
      segment.read(disk, cache, 0, bytes, bytes.length);
      for (Found block : scan(number, bytes, 0)) {
        listed.add(new Listed(block.pba, block.kind, block.id));
      }
      return listed;
    }
    byte[] end = new byte[segment.end() - segment.summaryAt];
    segment.read(disk, cache, segment.summaryAt, end, end.length);
    var summary = new ByteWriter(end.length);
    for (Found part : scan(number, end, segment.summaryAt)) {
      summary.bytes(part.payload, 0, part.payload.length);
    }
    try {
      var in = new ByteReader(summary.unsafeArray(), 0, summary.size());
      int offset = SegmentBuilder.HEADER_BYTES;
      long id = 0;
      while (in.remaining() > 0) {
        BlockKind kind = BlockKind.of(in.u8());
        long step = in.varint();
        id += step >>> 1 ^ -(step & 1);
        int bytes = in.count(Pba.LENGTH_MAX / Pba.UNIT) * Pba.UNIT;
        listed.add(new Listed(Pba.of(number, offset, bytes), kind, id));
        offset += bytes;
      }
      if (offset != segment.summaryAt) {
        throw new WireException("summary up to " + offset);
      }
    } catch (WireException e) {
      throw new DamagedBlockException(
          Pba.of(number, segment.summaryAt, Pba.UNIT), disk.place(), e.getMessage());
    }
    return listed;
  }

  /** Whether {@code pba} lies inside a segment of the table. */
  public boolean contains(long pba) {
    Segment segment = table.find(Pba.segment(pba));
    return segment != null
        && Pba.length(pba) > 0
        && Pba.offset(pba) >= SegmentBuilder.HEADER_BYTES
        && Pba.offset(pba) + Pba.length(pba) <= segment.end();
  }

  public String place() {
    return disk.place();
  }
}
