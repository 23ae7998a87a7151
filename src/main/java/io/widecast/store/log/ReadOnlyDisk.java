package io.widecast.store.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Shows a directory to a store that tidies up when it opens, and leaves the directory as it is:
 * deletions and truncations only count for whoever looks through this. Everything that would write
 * content fails. For one thread.
 */
public final class ReadOnlyDisk implements Disk {

  private final Disk disk;
  private final Set<String> deleted = new TreeSet<>();
  private final Map<String, Long> sizes = new TreeMap<>(); // of files that were truncated

  public ReadOnlyDisk(Disk disk) {
    this.disk = disk;
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list().stream().filter(name -> !deleted.contains(name)).toList();
  }

  @Override
  public DiskFile create(String name) throws IOException {
    throw readOnly(name);
  }

  @Override
  public DiskFile open(String name) throws IOException {
    if (deleted.contains(name)) {
      throw new IOException(name + " was deleted");
    }
    return new OpenFile(name, disk.open(name));
  }

  @Override
  public void delete(String name) {
    deleted.add(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    throw readOnly(from);
  }

  @Override
  public void forceNames() {
    // Nothing has changed that could be lost.
  }

  @Override
  public long freeBytes() throws IOException {
    return disk.freeBytes();
  }

  @Override
  public Closeable lock() throws IOException {
    return disk.lock();
  }

  @Override
  public String place() {
    return disk.place();
  }

  private IOException readOnly(String name) {
    return new IOException(place() + " is open for reading only; " + name + " stays as it is");
  }

  private final class OpenFile implements DiskFile {

    private final String name;
    private final DiskFile file;

    OpenFile(String name, DiskFile file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return Math.min(file.size(), sizes.getOrDefault(name, Long.MAX_VALUE));
    }

    @Override
    public int read(long offset, byte[] into, int from, int length) throws IOException {
      long there = Math.max(0, size() - offset);
      return file.read(offset, into, from, (int) Math.min(length, there));
    }

    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      throw readOnly(name);
    }

    @Override
    public void truncate(long size) throws IOException {
      sizes.merge(name, size, Math::min);
    }

    @Override
    public void force() {
      // Nothing was written.
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
