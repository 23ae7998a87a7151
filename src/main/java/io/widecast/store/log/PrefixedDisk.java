package io.widecast.store.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Shows those files of a directory whose names begin with a prefix, without it. */
public final class PrefixedDisk implements Disk {

  private final Disk disk;
  private final String prefix;

  public PrefixedDisk(Disk disk, String prefix) {
    this.disk = disk;
    this.prefix = prefix;
  }

  @Override
  public List<String> list() throws IOException {
    return disk.list().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  @Override
  public DiskFile create(String name) throws IOException {
    return disk.create(prefix + name);
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return disk.open(prefix + name);
  }

  @Override
  public void delete(String name) throws IOException {
    disk.delete(prefix + name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    disk.rename(prefix + from, prefix + to);
  }

  @Override
  public void forceNames() throws IOException {
    disk.forceNames();
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
}
