package io.widecast.store.snapfile;

import io.widecast.model.KeyVersion;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes the bytes of a snapshot file part by part, for whoever can take the next. Not thread-safe;
 * one call after the other, on any threads.
 */
public final class SnapshotFileWriter {

  private static final byte[] NOTHING = {};

  private final SnapshotFileHeader header;
  private final Supplier<Iterator<KeyVersion>> source;
  private final MessageDigest digest = FileTrailer.digest();
  private Iterator<KeyVersion> rows; // null before the header is out
  private long written; // rows
  private long contentBytes;
  private boolean ended;

  /**
   * @param source rows by rising key, exactly those that {@code header} announces; asked for when
   *     the first is needed
   */
  public SnapshotFileWriter(SnapshotFileHeader header, Supplier<Iterator<KeyVersion>> source) {
    this.header = header;
    this.source = source;
  }

  /**
   * The next part of the file; empty at its end.
   *
   * @throws IllegalStateException when the rows are not those announced: such a file must not end
   *     as if it were whole
   */
  public byte[] next() {
    if (ended) {
      return NOTHING;
    }
    if (rows == null) {
      rows = source.get();
      return digested(header.encode());
    }
    if (rows.hasNext()) {
      return block();
    }
    if (written != header.rows() || contentBytes != header.contentBytes()) {
      throw new IllegalStateException(
          "snapshot "
              + header.name()
              + ": "
              + written
              + " rows and "
              + contentBytes
              + " bytes, not "
              + header.rows()
              + " and "
              + header.contentBytes());
    }
    ended = true;
    return FileTrailer.encode(written, digest);
  }

  private byte[] block() {
    List<KeyVersion> taken = new ArrayList<>();
    byte[] block = FileBlock.encode(rows, written, taken);
    written += taken.size();
    for (KeyVersion row : taken) {
      contentBytes += row.key().sizeBytes() + row.versioned().value().bytes().length();
    }
    return digested(block);
  }

  private byte[] digested(byte[] part) {
    digest.update(part);
    return part;
  }
}
