package io.widecast.store.redo;

import io.widecast.model.Token;
import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.StoreException;
import io.widecast.store.log.StoreFormat;
import io.widecast.store.redo.RedoObject.Kind;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Names the objects that make up the last checkpoint, and where the log goes on from it; the file
 * {@code MANIFEST}, always replaced as a whole.
 *
 * <pre>
 * size  field
 * 4     magic        "WCMF"
 * 2     version      1
 * 2     objects      0 .. OBJECTS_MAX
 * 8     identity     of the directory
 * 8     logFrom      first segment of the log that is needed, 1 or more
 * 8     nextObject   id for the next object, above all used so far
 *       each object, the root first:
 * 8       id
 * 8       parent
 * 1       kind       1 root, 2 delta
 * 16      position   epoch, revision
 * 8       rows
 * 8       bytes
 * 4     crc          CRC-32C of all before
 * </pre>
 */
public record Manifest(long logFrom, long nextObject, List<RedoObject> chain) {

  public static final String FILE = "MANIFEST";

  /** Of a directory in which nothing has been written yet. */
  public static final Manifest INITIAL = new Manifest(1, 1, List.of());

  static final int OBJECTS_MAX = 64;

  /** A chain of so many deltas is folded into a new root: a start reads them all. */
  private static final int DELTAS_MAX = 8;

  private static final int MAGIC = 0x57434d46;
  private static final int VERSION = 1;
  private static final int OBJECT_BYTES = 49;
  private static final int BYTES_MAX = 36 + OBJECTS_MAX * OBJECT_BYTES;

  public Manifest {
    chain = List.copyOf(chain);
    if (logFrom < 1 || nextObject < 1 || chain.size() > OBJECTS_MAX) {
      throw new IllegalArgumentException("manifest from segment " + logFrom);
    }
    for (int i = 0; i < chain.size(); i++) {
      RedoObject object = chain.get(i);
      if (object.parent() != (i == 0 ? 0 : chain.get(i - 1).id()) || object.id() >= nextObject) {
        throw new IllegalArgumentException("object " + object.id() + " is not the next of a chain");
      }
    }
  }

  /** What the map is as of, after this checkpoint. */
  public Token position() {
    return chain.isEmpty() ? Token.NONE : chain.get(chain.size() - 1).position();
  }

  /** Id of the object that the next delta changes, or 0 when the next is to be a root. */
  public long nextParent() {
    if (chain.isEmpty() || chain.size() > DELTAS_MAX) {
      return 0;
    }
    long deltaBytes = chain.stream().skip(1).mapToLong(RedoObject::bytes).sum();
    boolean deltasOutweigh = deltaBytes * 2 > chain.get(0).bytes();
    return deltasOutweigh ? 0 : chain.get(chain.size() - 1).id();
  }

  /** With {@code object} at the end of the chain, or in its place when it is a root. */
  public Manifest with(RedoObject object, long logFrom) {
    var next = new ArrayList<RedoObject>();
    if (object.kind() == Kind.DELTA) {
      next.addAll(chain);
    }
    next.add(object);
    return new Manifest(logFrom, object.id() + 1, next);
  }

  byte[] encode(long identity) {
    var out = new ByteWriter(36 + chain.size() * OBJECT_BYTES);
    out.u32(MAGIC).u16(VERSION).u16(chain.size()).u64(identity).u64(logFrom).u64(nextObject);
    for (RedoObject object : chain) {
      out.u64(object.id()).u64(object.parent()).u8(object.kind() == Kind.ROOT ? 1 : 2);
      out.u64(object.position().epoch()).u64(object.position().revision());
      out.u64(object.rows()).u64(object.bytes());
    }
    return out.u32(out.crcFrom(0, 0)).toArray();
  }

  static Manifest decode(byte[] bytes, int length, long identity) throws WireException {
    var in = new ByteReader(bytes, 0, length);
    if (length < 36 || in.u32() != MAGIC || in.u16() != VERSION) {
      throw new WireException("no manifest");
    }
    int count = in.u16();
    if (length != 36 + count * OBJECT_BYTES
        || new ByteReader(bytes, length - 4, 4).u32() != Crc.of(0, bytes, 0, length - 4)) {
      throw new WireException("checksum or length");
    }
    if (in.u64() != identity) {
      throw new WireException("belongs to another directory");
    }
    long logFrom = in.u63();
    long nextObject = in.u63();
    var chain = new ArrayList<RedoObject>(count);
    try {
      for (int i = 0; i < count; i++) {
        chain.add(decodeObject(in));
      }
      return new Manifest(logFrom, nextObject, chain);
    } catch (IllegalArgumentException e) {
      throw new WireException(e.getMessage());
    }
  }

  private static RedoObject decodeObject(ByteReader in) throws WireException {
    long id = in.u63();
    long parent = in.u63();
    int kind = in.u8();
    if (kind != 1 && kind != 2) {
      throw new WireException("object of kind " + kind);
    }
    Token position = new Token(in.u63(), in.u63());
    return new RedoObject(
        id, parent, kind == 1 ? Kind.ROOT : Kind.DELTA, position, in.u63(), in.u63());
  }

  /** The manifest of {@code disk}'s directory. */
  public static Manifest read(Disk disk, long identity) throws IOException {
    String what;
    if (!disk.list().contains(FILE)) {
      what = "is missing";
    } else {
      byte[] bytes = new byte[BYTES_MAX + 1];
      try (DiskFile file = disk.open(FILE)) {
        return decode(bytes, file.read(0, bytes, 0, bytes.length), identity);
      } catch (WireException e) {
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
            + ". Restore it from a backup, or move"
            + " the directory away and start again: a node with others takes a new copy");
  }

  /** Puts this one in place of the one before; a power cut leaves the one or the other. */
  public void write(Disk disk, long identity) throws IOException {
    StoreFormat.replace(disk, FILE, encode(identity));
  }

  /** Deletes objects that no chain holds any more, and what unfinished steps have left. */
  public void deleteOthers(Disk disk) throws IOException {
    for (String name : disk.list()) {
      boolean named = chain.stream().anyMatch(object -> object.fileName().equals(name));
      if (RedoObject.isFileName(name) && !named || StoreFormat.isTemporary(name)) {
        disk.delete(name);
      }
    }
  }
}
