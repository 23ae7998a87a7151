package io.widecast.store.snapfile;

import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.wire.ByteReader;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a snapshot file block by block and checks everything on the way. Whoever acts on rows
 * before the end has been reached acts on a file that may turn out to be cut off: read it once to
 * the end first. Not thread-safe.
 */
public final class SnapshotFileReader {

  private final InputStream in;
  private final MessageDigest digest = FileTrailer.digest();
  private final SnapshotFileHeader header;
  private long read; // rows
  private long contentBytes;
  private Key last;
  private boolean ended;

  /**
   * Reads the header.
   *
   * @param in read in large parts or buffered; left open
   * @throws SnapshotFileException when it is not the beginning of a snapshot file
   */
  public SnapshotFileReader(InputStream in) throws IOException {
    this.in = in;
    byte[] front = part(SnapshotFileHeader.FRONT_BYTES, "the header");
    int rest = SnapshotFileHeader.restBytes(front);
    byte[] whole = Arrays.copyOf(front, front.length + rest);
    byte[] behind = part(rest, "the header");
    System.arraycopy(behind, 0, whole, front.length, rest);
    digest.update(whole);
    header = SnapshotFileHeader.decode(whole);
  }

  public SnapshotFileHeader header() {
    return header;
  }

  /**
   * The next rows by rising key; none at the end, which then has been checked.
   *
   * @throws SnapshotFileException when the file is cut off or damaged
   */
  public List<KeyVersion> next() throws IOException {
    if (ended) {
      return List.of();
    }
    byte[] front = part(FileBlock.FRONT_BYTES, "a block");
    int length = length(front);
    if (length == 0) {
      end(front);
      return List.of();
    }
    if (length < 0 || length > FileBlock.LENGTH_MAX) {
      throw new SnapshotFileException(
          "the block at row "
              + read
              + " is damaged: a length of "
              + Integer.toUnsignedLong(length));
    }
    byte[] block = Arrays.copyOf(front, front.length + length + 4);
    byte[] behind = part(length + 4, "the block at row " + read);
    System.arraycopy(behind, 0, block, front.length, behind.length);
    digest.update(block);
    List<KeyVersion> rows = FileBlock.decode(block, read, header.token());
    rows.forEach(this::count);
    check(rows);
    return rows;
  }

  private static int length(byte[] front) throws SnapshotFileException {
    try {
      return new ByteReader(front).u32();
    } catch (WireException e) {
      throw new SnapshotFileException(e.getMessage());
    }
  }

  private void count(KeyVersion row) {
    read++;
    contentBytes += row.key().sizeBytes() + row.versioned().value().bytes().length();
  }

  private void check(List<KeyVersion> rows) throws SnapshotFileException {
    for (KeyVersion row : rows) {
      if (last != null && last.bytes().compareTo(row.key().bytes()) >= 0) {
        throw new SnapshotFileException(
            "the keys are out of order: '" + row.key() + "' comes behind '" + last + "'");
      }
      last = row.key();
    }
  }

  private void end(byte[] front) throws IOException {
    byte[] trailer = Arrays.copyOf(front, FileTrailer.BYTES);
    byte[] behind = part(FileTrailer.BYTES - front.length, "the trailer");
    System.arraycopy(behind, 0, trailer, front.length, behind.length);
    FileTrailer.check(trailer, read, digest);
    if (read != header.rows() || contentBytes != header.contentBytes()) {
      throw new SnapshotFileException(
          "the header announces "
              + header.rows()
              + " keys and "
              + header.contentBytes()
              + " bytes, the file has "
              + read
              + " and "
              + contentBytes);
    }
    if (in.read() >= 0) {
      throw new SnapshotFileException("more follows behind the end of the snapshot");
    }
    ended = true;
  }

  private byte[] part(int length, String what) throws IOException {
    byte[] part = in.readNBytes(length);
    if (part.length < length) {
      throw new SnapshotFileException("the file is cut off within " + what);
    }
    return part;
  }
}
