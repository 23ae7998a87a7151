package io.widecast.store.log;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** A directory of the real file system. */
public final class FileDisk implements Disk {

  private static final String LOCK = "LOCK";

  /** Java keeps a direct buffer as large as the largest write for each thread: keep that small. */
  private static final int WRITE_BYTES_MAX = 256 << 10;

  private final Path directory;

  /** Makes the directory when there is none. */
  public FileDisk(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory);
  }

  @Override
  public List<String> list() throws IOException {
    var names = new ArrayList<String>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        names.add(file.getFileName().toString());
      }
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public DiskFile create(String name) throws IOException {
    try {
      return new OpenFile(
          FileChannel.open(directory.resolve(name), CREATE, TRUNCATE_EXISTING, READ, WRITE));
    } catch (IOException e) {
      throw fullOr(e, 0);
    }
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return new OpenFile(FileChannel.open(directory.resolve(name), READ, WRITE));
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(directory.resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), ATOMIC_MOVE, REPLACE_EXISTING);
  }

  @Override
  public void forceNames() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    } catch (IOException e) {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
        throw e; // only there a directory cannot be opened, and its file system needs no force
      }
    }
  }

  @Override
  public long freeBytes() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  @Override
  public Closeable lock() throws IOException {
    FileChannel channel = FileChannel.open(directory.resolve(LOCK), CREATE, READ, WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        sign(channel);
        return channel; // closing it gives the lock back, and so does the end of the process
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse("this process, by another node");
    } catch (IOException e) {
      channel.close();
      throw fullOr(e, 0);
    }
    byte[] pid = new byte[20];
    int length = channel.read(ByteBuffer.wrap(pid), 0);
    channel.close();
    throw inUse("process " + new String(pid, 0, Math.max(0, length), StandardCharsets.UTF_8));
  }

  /** Leaves this process's number for whoever is refused: a help, not a need. */
  private static void sign(FileChannel channel) throws IOException {
    byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
    channel.truncate(0);
    try {
      channel.write(ByteBuffer.wrap(pid), 0);
    } catch (IOException full) {
      channel.truncate(0); // a full disk must not keep a node from starting
    }
  }

  private StoreException inUse(String holder) {
    return new StoreException(
        "data directory "
            + place()
            + " is in use by "
            + holder
            + "; stop that, or give this node another node.data");
  }

  @Override
  public String place() {
    return directory.toAbsolutePath().normalize().toString();
  }

  /** What the JDK throws for a full disk is told apart by its text only, and by what is free. */
  private IOException fullOr(IOException e, long wanted) {
    String message = String.valueOf(e.getMessage());
    boolean full =
        message.contains("No space left")
            || message.contains("not enough space")
            || message.contains("quota");
    if (!full && wanted > 0) {
      try {
        full = freeBytes() < wanted;
      } catch (IOException unknown) {
        e.addSuppressed(unknown);
      }
    }
    return full ? new DiskFullException(place() + ": " + message, e) : e;
  }

  private final class OpenFile implements DiskFile {

    private final FileChannel channel;

    OpenFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(long offset, byte[] into, int from, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int part = Math.min(length - done, WRITE_BYTES_MAX);
        int read = channel.read(ByteBuffer.wrap(into, from + done, part), offset + done);
        if (read < 0) {
          break;
        }
        done += read;
      }
      return done;
    }

    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      int done = 0;
      try {
        while (done < length) {
          int part = Math.min(length - done, WRITE_BYTES_MAX);
          done += channel.write(ByteBuffer.wrap(bytes, from + done, part), offset + done);
        }
      } catch (IOException e) {
        throw fullOr(e, length - done);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void force() throws IOException {
      try {
        channel.force(false);
      } catch (IOException e) {
        throw fullOr(e, 0);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
