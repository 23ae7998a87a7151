package io.widecast.store.container;

import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.StoreException;
import io.widecast.store.log.StoreFormat;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.segment.Stream;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.LateItem;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Place;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a checkpoint names: everything a start needs, in one file {@code CHECKPOINT}, replaced as a
 * whole. Where it is there, all that it points to is on disk.
 *
 * <pre>
 * size    field
 * 4       magic          "WCCP"
 * 2       version        1
 * 8       identity       of the store
 * varint  number         rises with each checkpoint; some are left out
 * 2 each  applied, horizon, pruned: epoch and revision, varints
 * varint  logFrom        first segment of the log that is needed
 * varint  nextOpSeq, nextVba, nextId, nextSegment
 * varint  mapRoot, mapSize
 * varint  running        id of the head that takes live writes
 *         epochs: count; each: first revision, epoch
 *         heads: count; each: id, root, parent, minVba, token, keys, bytes
 *         rows: count; each: id, name, snapSeq, root, token, created, keys, bytes, parent, minVba,
 *           state, late items
 *         deletion: 0, or 1 + phase, row, cursor
 *         segments: count; each: number less the one before, flags, end, summaryAt, live blocks,
 *           live bytes, lastTxn
 *         pages: count; each by id: address, opSeq; zeros for one not in use
 * 4       crc            CRC-32C of all before
 * </pre>
 *
 * Written whole each time: about 10 bytes for a page of 4 KiB, so a quarter of a percent of the
 * trees. A table in pages of its own would save that for stores that change in few places.
 */
record Superblock(
    long number,
    Token applied,
    Token horizon,
    Token pruned,
    long logFrom,
    long nextOpSeq,
    long nextVba,
    long nextId,
    long nextSegment,
    long mapRoot,
    long mapSize,
    long running,
    TreeMap<Long, Long> epochs,
    List<HeadState> heads,
    List<RowState> rows,
    Optional<Deletion.Job> job,
    List<SegmentUsage> segments,
    long[] pbas,
    long[] opSeqs) {

  static final String FILE = "CHECKPOINT";

  /** Of a directory in which nothing has been written yet. */
  static Superblock initial() {
    return new Superblock(
        0,
        Token.NONE,
        Token.NONE,
        Token.NONE,
        1,
        1,
        1,
        1,
        1,
        0,
        0,
        0,
        new TreeMap<>(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        new long[0],
        new long[0]);
  }

  /** Its name while it is written. */
  static final String TEMPORARY = FILE + ".tmp";

  private static final int MAGIC = 0x57434350;
  private static final int VERSION = 1;
  private static final int FRONT_BYTES = 14;
  private static final int COUNT_MAX = 1 << 30;
  private static final int NAME_MAX = 64;

  record HeadState(
      long id, long root, long parent, long minVba, Token token, long keys, long bytes) {

    static HeadState of(Head head) {
      return new HeadState(
          head.id(),
          head.tree().root().id(),
          head.parent(),
          head.minVba(),
          head.token(),
          head.keys(),
          head.contentBytes());
    }
  }

  record RowState(
      long id,
      String name,
      long snapSeq,
      long root,
      Token token,
      long createdAtMillis,
      long keys,
      long bytes,
      long parent,
      long minVba,
      SnapshotRow.State state,
      List<LateItem> lateList) {

    static RowState of(SnapshotRow row) {
      // Nobody holds a nameless one after a start: it is to be deleted then.
      boolean forsaken = row.name().isEmpty() && row.state() == SnapshotRow.State.LIVE;
      return new RowState(
          row.id(),
          row.name(),
          row.snapSeq(),
          row.root() == null ? 0 : row.root().id(),
          row.token(),
          row.createdAtMillis(),
          row.keys(),
          row.contentBytes(),
          row.parent(),
          row.minVba(),
          forsaken ? SnapshotRow.State.CONDEMNED : row.state(),
          row.lateList());
    }
  }

  /** The same with the tables as they are once it is written. */
  Superblock with(List<SegmentUsage> newSegments, long[] newPbas, long[] newOpSeqs) {
    return new Superblock(
        number,
        applied,
        horizon,
        pruned,
        logFrom,
        nextOpSeq,
        nextVba,
        nextId,
        nextSegment,
        mapRoot,
        mapSize,
        running,
        epochs,
        heads,
        rows,
        job,
        newSegments,
        newPbas,
        newOpSeqs);
  }

  // ---- writing

  void write(Disk disk, long identity) throws IOException {
    StoreFormat.replace(disk, FILE, encode(identity));
  }

  byte[] encode(long identity) {
    var out = new ByteWriter(1024 + pbas.length * 12);
    out.u32(MAGIC).u16(VERSION).u64(identity).varint(number);
    token(out, applied);
    token(out, horizon);
    token(out, pruned);
    out.varint(logFrom).varint(nextOpSeq).varint(nextVba).varint(nextId).varint(nextSegment);
    out.varint(mapRoot).varint(mapSize).varint(running);
    out.varint(epochs.size());
    epochs.forEach((revision, epoch) -> out.varint(revision).varint(epoch));
    out.varint(heads.size());
    heads.forEach(head -> encode(out, head));
    out.varint(rows.size());
    rows.forEach(row -> encode(out, row));
    encodeJob(out);
    encodeSegments(out);
    out.varint(pbas.length);
    for (int id = 1; id < pbas.length; id++) {
      out.varint(pbas[id]).varint(opSeqs[id]);
    }
    return out.u32(out.crcFrom(0, 0)).toArray();
  }

  private static void token(ByteWriter out, Token token) {
    out.varint(token.epoch()).varint(token.revision());
  }

  private static void place(ByteWriter out, Place place) {
    out.varint(place.key().length).bytes(place.key(), 0, place.key().length);
    out.varint(place.revision());
  }

  private static void encode(ByteWriter out, HeadState head) {
    out.varint(head.id).varint(head.root).varint(head.parent).varint(head.minVba);
    token(out, head.token);
    out.varint(head.keys).varint(head.bytes);
  }

  private static void encode(ByteWriter out, RowState row) {
    out.varint(row.id).text(row.name).varint(row.snapSeq).varint(row.root);
    token(out, row.token);
    out.varint(row.createdAtMillis).varint(row.keys).varint(row.bytes);
    out.varint(row.parent).varint(row.minVba).u8(row.state.ordinal());
    out.varint(row.lateList.size());
    for (LateItem item : row.lateList) {
      out.varint(item.id()).varint(item.opSeq()).varint(item.level()).varint(item.count());
      place(out, item.place());
    }
  }

  private void encodeJob(ByteWriter out) {
    if (job.isEmpty()) {
      out.u8(0);
      return;
    }
    out.u8(1 + job.get().phase().ordinal()).varint(job.get().row());
    place(out, job.get().cursor());
  }

  private void encodeSegments(ByteWriter out) {
    out.varint(segments.size());
    long before = 0;
    for (SegmentUsage usage : segments) {
      out.varint(usage.number() - before);
      out.u8(usage.stream().ordinal() << 1 | (usage.sealed() ? 1 : 0));
      out.varint(usage.end()).varint(usage.summaryAt()).varint(usage.liveBlocks());
      out.varint(usage.liveBytes()).varint(usage.lastTxn());
      before = usage.number();
    }
  }

  // ---- reading

  /** The last checkpoint of {@code disk}'s directory. */
  static Superblock read(Disk disk, long identity) throws IOException {
    String what;
    if (!disk.list().contains(FILE)) {
      what = "is missing";
    } else {
      try (DiskFile file = disk.open(FILE)) {
        byte[] bytes = new byte[Math.toIntExact(file.size())];
        int length = file.read(0, bytes, 0, bytes.length);
        return decode(bytes, length, identity);
      } catch (WireException | IllegalArgumentException e) {
        what = "is damaged: " + e.getMessage();
      }
    }
    throw new StoreException(
        "file "
            + FILE
            + " in "
            + disk.place()
            + " "
            + what
            + ". Restore it from a backup, or move the directory away and start again: a node with"
            + " others takes a new copy");
  }

  static Superblock decode(byte[] bytes, int length, long identity) throws WireException {
    if (length < FRONT_BYTES + 4
        || new ByteReader(bytes, length - 4, 4).u32() != Crc.of(0, bytes, 0, length - 4)) {
      throw new WireException("checksum or length");
    }
    var in = new ByteReader(bytes, 0, length - 4);
    if (in.u32() != MAGIC || in.u16() != VERSION) {
      throw new WireException("no checkpoint of version " + VERSION);
    }
    if (in.u64() != identity) {
      throw new WireException("belongs to another directory");
    }
    final long number = in.varint();
    final Token applied = token(in);
    final Token horizon = token(in);
    final Token pruned = token(in);
    final long logFrom = in.varint();
    final long nextOpSeq = in.varint();
    final long nextVba = in.varint();
    final long nextId = in.varint();
    final long nextSegment = in.varint();
    final long mapRoot = in.varint();
    final long mapSize = in.varint();
    final long running = in.varint();
    var epochs = new TreeMap<Long, Long>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      epochs.put(in.varint(), in.varint());
    }
    var heads = new ArrayList<HeadState>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      heads.add(
          new HeadState(
              in.varint(),
              in.varint(),
              in.varint(),
              in.varint(),
              token(in),
              in.varint(),
              in.varint()));
    }
    var rows = new ArrayList<RowState>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      rows.add(decodeRow(in));
    }
    Optional<Deletion.Job> job = decodeJob(in);
    List<SegmentUsage> segments = decodeSegments(in);
    int count = in.count(COUNT_MAX);
    if (count > 2L * in.remaining() + 1) {
      throw new WireException(count + " pages in " + in.remaining() + " bytes");
    }
    long[] pbas = new long[count];
    long[] opSeqs = new long[count];
    for (int id = 1; id < count; id++) {
      pbas[id] = in.varint();
      opSeqs[id] = in.varint();
    }
    in.end();
    if (number > 0) {
      checkLinks(heads, rows, job, running);
    }
    return new Superblock(
        number,
        applied,
        horizon,
        pruned,
        logFrom,
        nextOpSeq,
        nextVba,
        nextId,
        nextSegment,
        mapRoot,
        mapSize,
        running,
        epochs,
        heads,
        rows,
        job,
        segments,
        pbas,
        opSeqs);
  }

  /** A checkpoint whose checksum holds and that contradicts itself must not become a store. */
  private static void checkLinks(
      List<HeadState> heads, List<RowState> rows, Optional<Deletion.Job> job, long running)
      throws WireException {
    var ids = new HashSet<Long>();
    rows.forEach(row -> ids.add(row.id()));
    ids.add(0L); // no parent
    for (HeadState head : heads) {
      if (!ids.contains(head.parent())) {
        throw new WireException("head " + head.id() + " of snapshot " + head.parent());
      }
    }
    for (RowState row : rows) {
      if (!ids.contains(row.parent())) {
        throw new WireException("snapshot " + row.id() + " of snapshot " + row.parent());
      }
    }
    if (heads.stream().noneMatch(head -> head.id() == running)
        || job.isPresent() && !ids.contains(job.get().row())) {
      throw new WireException("head " + running + ", deletion " + job);
    }
  }

  private static Token token(ByteReader in) throws WireException {
    return new Token(in.varint(), in.varint());
  }

  private static Place place(ByteReader in) throws WireException {
    return new Place(in.sized(1 << 16).unsafeArray(), in.varint());
  }

  private static RowState decodeRow(ByteReader in) throws WireException {
    final long id = in.varint();
    final String name = in.text(NAME_MAX);
    final long snapSeq = in.varint();
    final long root = in.varint();
    final Token token = token(in);
    final long created = in.varint();
    final long keys = in.varint();
    final long bytes = in.varint();
    final long parent = in.varint();
    final long minVba = in.varint();
    int state = in.u8();
    if (state >= SnapshotRow.State.values().length) {
      throw new WireException("row in state " + state);
    }
    var late = new ArrayList<LateItem>();
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      late.add(
          new LateItem(in.varint(), in.varint(), in.count(255), in.count(COUNT_MAX), place(in)));
    }
    return new RowState(
        id,
        name,
        snapSeq,
        root,
        token,
        created,
        keys,
        bytes,
        parent,
        minVba,
        SnapshotRow.State.values()[state],
        late);
  }

  private static Optional<Deletion.Job> decodeJob(ByteReader in) throws WireException {
    int phase = in.u8();
    if (phase == 0) {
      return Optional.empty();
    }
    if (phase > Deletion.Phase.values().length) {
      throw new WireException("deletion in phase " + phase);
    }
    return Optional.of(
        new Deletion.Job(in.varint(), Deletion.Phase.values()[phase - 1], place(in)));
  }

  private static List<SegmentUsage> decodeSegments(ByteReader in) throws WireException {
    var segments = new ArrayList<SegmentUsage>();
    long number = 0;
    for (int i = in.count(COUNT_MAX); i > 0; i--) {
      number += in.varint();
      int flags = in.u8();
      if (flags > 3) {
        throw new WireException("segment with flags " + flags);
      }
      segments.add(
          new SegmentUsage(
              number,
              Stream.values()[flags >> 1],
              (flags & 1) == 1,
              in.count(COUNT_MAX),
              in.count(COUNT_MAX),
              in.count(COUNT_MAX),
              in.varint(),
              in.varint()));
    }
    return segments;
  }
}
