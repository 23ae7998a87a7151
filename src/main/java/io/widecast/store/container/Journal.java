package io.widecast.store.container;

import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.StoreException;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What was decided about the store itself since a checkpoint, and is not in the log of entries:
 * snapshots taken and given up, compactions. Each record says after which revision it came, so that
 * a replay of the log puts it in its place. Files {@code journal-<number>}, by the checkpoint that
 * they follow.
 *
 * <pre>
 * size    field, of a record
 * 4       length     of what follows the checksum
 * 4       crc        CRC-32C of what follows, from the identity, the file's number and the offset
 * varint  after      epoch and revision
 * 1       type       1 snapshot, 2 delete snapshot, 3 compact
 *         snapshot: name (text), created at (varint)
 *         delete:   name (text)
 *         compact:  epoch and revision, varints
 * </pre>
 *
 * A broken record ends a file: it was being written when the power went, and nobody was told of it.
 */
final class Journal implements Closeable {

  private static final int RECORD_MAX = 4096;
  private static final String PREFIX = "journal-";

  /** A decision. */
  sealed interface Change {
    /** Came right after the publish at this position. */
    Token after();

    record TakeSnapshot(Token after, String name, long createdAtMillis) implements Change {}

    record DeleteSnapshot(Token after, String name) implements Change {}

    record Compact(Token after, Token horizon) implements Change {}
  }

  private final Disk disk;
  private final long identity;
  private long number;
  private DiskFile file; // null until something is written
  private long end;

  Journal(Disk disk, long identity, long number) {
    this.disk = disk;
    this.identity = identity;
    this.number = number;
  }

  static String fileName(long number) {
    return PREFIX + String.format("%016x", number);
  }

  private static boolean isFileName(String name) {
    return name.matches(PREFIX + "[0-9a-f]{16}");
  }

  private static long number(String name) {
    return Long.parseUnsignedLong(name.substring(PREFIX.length()), 16);
  }

  /** All changes since checkpoint {@code number}, in order; goes on behind the last. */
  static Journal open(Disk disk, long identity, long number, List<Change> found)
      throws IOException {
    var files = new TreeMap<Long, String>();
    for (String name : disk.list()) {
      if (isFileName(name)) {
        files.put(number(name), name);
      }
    }
    for (String old : files.headMap(number).values()) {
      disk.delete(old);
    }
    var journal = new Journal(disk, identity, files.isEmpty() ? number : files.lastKey());
    journal.number = Math.max(number, journal.number);
    for (var entry : files.tailMap(number).entrySet()) {
      long valid = read(disk, identity, entry.getKey(), found);
      if (entry.getKey() == journal.number) {
        journal.file = disk.open(entry.getValue());
        journal.file.truncate(valid);
        journal.end = valid;
      }
    }
    return journal;
  }

  private static long read(Disk disk, long identity, long number, List<Change> found)
      throws IOException {
    byte[] bytes;
    try (DiskFile file = disk.open(fileName(number))) {
      bytes = new byte[Math.toIntExact(file.size())];
      file.read(0, bytes, 0, bytes.length);
    }
    int offset = 0;
    while (offset < bytes.length) {
      try {
        var in = new ByteReader(bytes, offset, bytes.length - offset);
        int length = in.u32();
        int crc = in.u32();
        if (length < 3
            || length > RECORD_MAX
            || length > in.remaining()
            || Crc.of(seed(identity, number, offset), bytes, offset + 8, length) != crc) {
          break;
        }
        found.add(decode(new ByteReader(bytes, offset + 8, length)));
        offset += 8 + length;
      } catch (WireException | IllegalArgumentException e) {
        break;
      }
    }
    return offset;
  }

  /** Reads back what was written since the start, or found by it. */
  void check() throws IOException {
    if (file != null) {
      var found = new ArrayList<Change>();
      long valid = read(disk, identity, number, found);
      if (valid != end) {
        throw new StoreException(
            "file "
                + fileName(number)
                + " in "
                + disk.place()
                + " is damaged at offset "
                + valid
                + " of "
                + end
                + ": the snapshots taken since the last checkpoint would be lost; a checkpoint"
                + " makes it unneeded");
      }
    }
  }

  private static long seed(long identity, long number, long offset) {
    return identity ^ number * 0x9e3779b97f4a7c15L ^ offset * 0xc2b2ae3d27d4eb4fL;
  }

  private static Change decode(ByteReader in) throws WireException {
    Token after = new Token(in.varint(), in.varint());
    int type = in.u8();
    Change change =
        switch (type) {
          case 1 -> new Change.TakeSnapshot(after, in.text(64), in.varint());
          case 2 -> new Change.DeleteSnapshot(after, in.text(64));
          case 3 -> new Change.Compact(after, new Token(in.varint(), in.varint()));
          default -> throw new WireException("record of type " + type);
        };
    in.end();
    return change;
  }

  /** Makes {@code changes} durable. */
  void append(List<Change> changes) throws IOException {
    if (file == null) {
      DiskFile created = disk.create(fileName(number));
      disk.forceNames(); // else a power cut takes the file, and all that is acknowledged in it
      file = created;
      end = 0;
    }
    var out = new ByteWriter(256);
    for (Change change : changes) {
      int start = out.size();
      out.u32(0).u32(0);
      encode(out, change);
      out.setU32(start, out.size() - start - 8);
      out.setU32(start + 4, out.crcFrom(start + 8, seed(identity, number, end + start)));
    }
    file.write(end, out.unsafeArray(), 0, out.size());
    file.force();
    end += out.size();
  }

  private static void encode(ByteWriter out, Change change) {
    out.varint(change.after().epoch()).varint(change.after().revision());
    if (change instanceof Change.TakeSnapshot take) {
      out.u8(1).text(take.name()).varint(take.createdAtMillis());
    } else if (change instanceof Change.DeleteSnapshot delete) {
      out.u8(2).text(delete.name());
    } else if (change instanceof Change.Compact compact) {
      out.u8(3).varint(compact.horizon().epoch()).varint(compact.horizon().revision());
    } else {
      throw new AssertionError(change);
    }
  }

  /** Records from now on follow checkpoint {@code next}, which is being made. */
  void roll(long next) throws IOException {
    if (next <= number) {
      throw new IllegalStateException("journal " + next + " behind " + number);
    }
    close();
    file = null;
    number = next;
  }

  /** Of the checkpoint that new records follow. */
  long number() {
    return number;
  }

  /** Checkpoint {@code upTo} is on disk: older files are not needed. */
  void dropBelow(long upTo) throws IOException {
    for (String name : new ArrayList<>(disk.list())) {
      if (isFileName(name) && number(name) < upTo) {
        disk.delete(name);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
