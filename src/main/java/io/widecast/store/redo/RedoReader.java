package io.widecast.store.redo;

import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.StoreException;
import io.widecast.store.redo.RedoObject.Kind;
import io.widecast.wire.ByteReader;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.function.Consumer;

/** Reads one {@link RedoObject} back, checking every byte of it. */
public final class RedoReader {

  private final DiskFile file;
  private final long identity;
  private final RedoObject expected;
  private final long size;
  private byte[] block = new byte[RedoObject.BLOCK_BYTES + 4096];
  private long rows;
  private byte[] last;

  private RedoReader(DiskFile file, long identity, RedoObject expected) throws IOException {
    this.file = file;
    this.identity = identity;
    this.expected = expected;
    this.size = file.size();
  }

  /**
   * Hands every row of {@code expected} to {@code sink}, by rising key.
   *
   * @param expected what the manifest says of it
   * @throws StoreException when the file is anything else
   */
  public static void read(Disk disk, long identity, RedoObject expected, Consumer<byte[]> sink)
      throws IOException {
    if (!disk.list().contains(expected.fileName())) {
      throw damaged(disk, expected, "is missing");
    }
    try (DiskFile file = disk.open(expected.fileName())) {
      new RedoReader(file, identity, expected).read(sink);
    } catch (WireException e) {
      throw damaged(disk, expected, "is damaged: " + e.getMessage());
    }
  }

  private static StoreException damaged(Disk disk, RedoObject object, String what) {
    return new StoreException(
        "file "
            + object.fileName()
            + " in "
            + disk.place()
            + " "
            + what
            + ". The disk lost or changed data. Move the directory away and start again: a node with"
            + " others takes a new copy; a node alone needs its backup");
  }

  private void read(Consumer<byte[]> sink) throws IOException, WireException {
    if (size != expected.bytes()) {
      throw new WireException(size + " bytes instead of " + expected.bytes());
    }
    header();
    long offset = RedoObject.HEADER_BYTES;
    while (offset < size - RedoObject.FOOTER_BYTES) {
      int length = block(offset);
      rows(length, sink);
      offset += length;
    }
    if (offset != size - RedoObject.FOOTER_BYTES) {
      throw new WireException("no footer");
    }
    footer(block(offset));
  }

  private void header() throws IOException, WireException {
    fill(0, RedoObject.HEADER_BYTES);
    var in = new ByteReader(block, 0, RedoObject.HEADER_BYTES);
    Kind kind = expected.kind();
    boolean fits =
        in.u32() == RedoObject.MAGIC
            && in.u16() == RedoObject.VERSION
            && in.u8() == (kind == Kind.ROOT ? 1 : 2)
            && in.u8() == 0
            && in.u64() == identity
            && in.u64() == expected.id()
            && in.u64() == expected.parent()
            && in.u32() == Crc.of(0, block, 0, RedoObject.HEADER_BYTES - 4);
    if (!fits) {
      throw new WireException("header");
    }
  }

  /** Reads and checks the block at {@code offset}; its length. */
  private int block(long offset) throws IOException, WireException {
    fill(offset, RedoObject.BLOCK_HEADER_BYTES);
    int length = new ByteReader(block, 0, 4).u32();
    if (length <= RedoObject.BLOCK_HEADER_BYTES
        || length > RedoObject.BLOCK_BYTES_MAX
        || length > size - offset) {
      throw new WireException("block of " + length + " bytes at " + offset);
    }
    if (length > block.length) {
      block = new byte[length];
    }
    fill(offset, length);
    int crc = new ByteReader(block, 4, 4).u32();
    if (crc != Crc.of(RedoObject.seed(identity, expected.id(), offset), block, 8, length - 8)) {
      throw new WireException("block checksum at " + offset);
    }
    return length;
  }

  private void fill(long offset, int length) throws IOException, WireException {
    if (file.read(offset, block, 0, length) != length) {
      throw new WireException("ends before " + (offset + length));
    }
  }

  private void rows(int length, Consumer<byte[]> sink) throws WireException {
    var in = new ByteReader(block, 8, length - 8);
    if (in.u8() != RedoObject.ROWS) {
      throw new WireException("no block of rows");
    }
    while (in.remaining() > 0) {
      byte[] row = in.sized(Row.BYTES_MAX).unsafeArray();
      Row.check(row);
      if (last != null && Row.compare(last, row) >= 0) {
        throw new WireException("keys do not rise");
      }
      if (Row.isTombstone(row) && expected.kind() == Kind.ROOT) {
        throw new WireException("tombstone in a root");
      }
      if (Row.revision(row) > expected.position().revision()) {
        throw new WireException("row newer than the object");
      }
      last = row;
      rows++;
      sink.accept(row);
    }
  }

  private void footer(int length) throws WireException {
    var in = new ByteReader(block, 8, length - 8);
    boolean fits =
        in.u8() == RedoObject.FOOTER
            && in.u63() == rows
            && rows == expected.rows()
            && new Token(in.u63(), in.u63()).equals(expected.position());
    if (!fits) {
      throw new WireException("footer");
    }
    in.end();
  }
}
