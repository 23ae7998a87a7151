package io.widecast.cli;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.widecast.model.NodeId;
import io.widecast.model.WidecastException;
import io.widecast.store.snapfile.SnapshotFileException;
import io.widecast.store.snapfile.SnapshotFileHeader;
import io.widecast.store.snapfile.SnapshotRestore;
import io.widecast.store.snapfile.SnapshotRestore.Restored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.OptionalLong;

/** Snapshot files, as the commands have to do with them: every failure is one sentence. */
final class SnapshotFiles {

  private SnapshotFiles() {}

  /** Reads {@code file} to its end. */
  static SnapshotFileHeader checked(Path file) {
    try {
      return SnapshotRestore.check(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** What is in a file. */
  static JsonObject json(Path file, SnapshotFileHeader header) {
    try {
      var json =
          new JsonObject()
              .put("name", header.name())
              .put("revision", header.token().revision())
              .put("epoch", header.token().epoch())
              .put("createdAt", Instant.ofEpochMilli(header.createdAtMillis()).toString())
              .put("keys", header.rows())
              .put("bytes", header.contentBytes())
              .put("fileBytes", Files.size(file))
              .put("sound", true);
      return header.filter().isEmpty() ? json : json.put("filter", header.filter());
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /**
   * Writes {@code parts} to {@code file}, which appears there once all of it has come, was checked
   * and is on disk.
   */
  static SnapshotFileHeader save(Flowable<Buffer> parts, Path file) {
    Path partial = file.resolveSibling(file.getFileName() + ".part");
    try {
      try {
        write(parts, partial);
        SnapshotFileHeader header = SnapshotRestore.check(partial);
        move(partial, file);
        return header;
      } finally {
        Files.deleteIfExists(partial);
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static void write(Flowable<Buffer> parts, Path file) throws IOException {
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (Buffer part : parts.blockingIterable()) {
        ByteBuffer bytes = ByteBuffer.wrap(part.getBytes());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * @param epoch null for the default
   */
  static Restored restore(Path file, Path directory, String node, Long epoch) {
    try {
      return SnapshotRestore.restore(
          file,
          directory,
          new NodeId(node),
          epoch == null ? OptionalLong.empty() : OptionalLong.of(epoch),
          System.currentTimeMillis());
    } catch (IllegalArgumentException e) { // asked for something that will not do
      throw new ExitException(ExitException.USAGE, e.getMessage());
    } catch (WidecastException e) { // no room on the disk
      throw new ExitException(ExitException.FAILED, e.detail());
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static ExitException failed(Path file, IOException e) {
    if (e instanceof SnapshotFileException) {
      return new ExitException(ExitException.FAILED, file + ": " + e.getMessage());
    }
    String what = e.getClass().getSimpleName();
    if (e instanceof FileSystemException fs) {
      String reason = fs.getReason() == null ? what : fs.getReason();
      return new ExitException(ExitException.FAILED, "cannot use " + fs.getFile() + ": " + reason);
    }
    return new ExitException(ExitException.FAILED, "cannot use " + file + ": " + e);
  }
}
