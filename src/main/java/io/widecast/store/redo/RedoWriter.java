package io.widecast.store.redo;

import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.redo.RedoObject.Kind;
import io.widecast.wire.ByteWriter;
import java.io.IOException;
import java.util.Iterator;

/** Writes one {@link RedoObject}. */
public final class RedoWriter {

  private final DiskFile file;
  private final long identity;
  private final long id;
  private final ByteWriter block = new ByteWriter(RedoObject.BLOCK_BYTES + 4096);
  private long offset;
  private long rows;
  private byte[] last;

  private RedoWriter(DiskFile file, long identity, long id) {
    this.file = file;
    this.identity = identity;
    this.id = id;
  }

  /**
   * Writes all {@code rows} and makes them durable; the name as well.
   *
   * @param parent 0 for a root
   * @param position what the state is as of
   * @throws IllegalStateException when the keys do not rise
   */
  public static RedoObject write(
      Disk disk, long identity, long id, long parent, Token position, Iterator<byte[]> rows)
      throws IOException {
    String name = RedoObject.fileName(id);
    RedoObject written;
    try (DiskFile file = disk.create(name)) {
      Kind kind = parent == 0 ? Kind.ROOT : Kind.DELTA;
      var writer = new RedoWriter(file, identity, id);
      writer.header(kind, parent);
      writer.rows(rows);
      writer.footer(position);
      file.force();
      written = new RedoObject(id, parent, kind, position, writer.rows, writer.offset);
    } catch (IOException e) {
      deleteQuietly(disk, name, e);
      throw e;
    }
    disk.forceNames();
    return written;
  }

  private static void deleteQuietly(Disk disk, String name, IOException because) {
    try {
      disk.delete(name);
    } catch (IOException e) {
      because.addSuppressed(e); // the next start deletes what no manifest names
    }
  }

  private void header(Kind kind, long parent) throws IOException {
    var out = new ByteWriter(RedoObject.HEADER_BYTES);
    out.u32(RedoObject.MAGIC).u16(RedoObject.VERSION).u8(kind == Kind.ROOT ? 1 : 2).u8(0);
    out.u64(identity).u64(id).u64(parent).u32(out.crcFrom(0, 0));
    file.write(0, out.unsafeArray(), 0, out.size());
    offset = out.size();
  }

  private void rows(Iterator<byte[]> source) throws IOException {
    begin(RedoObject.ROWS);
    while (source.hasNext()) {
      byte[] row = source.next();
      if (last != null && Row.compare(last, row) >= 0) {
        throw new IllegalStateException("key " + Row.key(row) + " after " + Row.key(last));
      }
      last = row;
      rows++;
      block.varint(row.length).bytes(row, 0, row.length);
      if (block.size() >= RedoObject.BLOCK_BYTES) {
        end();
        begin(RedoObject.ROWS);
      }
    }
    if (block.size() > RedoObject.BLOCK_HEADER_BYTES) {
      end();
    }
  }

  private void footer(Token position) throws IOException {
    begin(RedoObject.FOOTER);
    block.u64(rows).u64(position.epoch()).u64(position.revision());
    end();
  }

  private void begin(int type) {
    block.clear();
    block.u32(0).u32(0).u8(type);
  }

  private void end() throws IOException {
    block.setU32(0, block.size());
    block.setU32(4, block.crcFrom(8, RedoObject.seed(identity, id, offset)));
    file.write(offset, block.unsafeArray(), 0, block.size());
    offset += block.size();
  }
}
