package io.widecast.store.container;

import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A disk for several threads, on top of one for one; and one on which forcing names can fail. */
final class HookedDisk implements Disk {

  private final Disk disk;
  private int nameForcesToFail;
  final Set<String> read = new TreeSet<>(); // names of files that were read

  HookedDisk(Disk disk) {
    this.disk = disk;
  }

  synchronized void failNameForces(int count) {
    nameForcesToFail = count;
  }

  @Override
  public synchronized List<String> list() throws IOException {
    return disk.list();
  }

  @Override
  public synchronized DiskFile create(String name) throws IOException {
    return new HookedFile(name, disk.create(name));
  }

  @Override
  public synchronized DiskFile open(String name) throws IOException {
    return new HookedFile(name, disk.open(name));
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    disk.delete(name);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public synchronized void forceNames() throws IOException {
    if (nameForcesToFail > 0) {
      nameForcesToFail--;
      throw new IOException("force of names failed");
    }
    disk.forceNames();
  }

  @Override
  public synchronized long freeBytes() throws IOException {
    return disk.freeBytes();
  }

  @Override
  public synchronized Closeable lock() throws IOException {
    return disk.lock();
  }

  @Override
  public String place() {
    return disk.place();
  }

  private final class HookedFile implements DiskFile {

    private final String name;
    private final DiskFile file;

    HookedFile(String name, DiskFile file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      synchronized (HookedDisk.this) {
        return file.size();
      }
    }

    @Override
    public int read(long offset, byte[] into, int from, int length) throws IOException {
      synchronized (HookedDisk.this) {
        read.add(name);
        return file.read(offset, into, from, length);
      }
    }

    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      synchronized (HookedDisk.this) {
        file.write(offset, bytes, from, length);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (HookedDisk.this) {
        file.truncate(size);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (HookedDisk.this) {
        file.force();
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (HookedDisk.this) {
        file.close();
      }
    }
  }
}
