package io.widecast.sim;

import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.DiskFullException;
import io.widecast.store.log.StoreException;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that forgets like a real one. What was written counts for readers at once, but
 * survives {@link #crash} only as far as it was forced. Of the rest a crash keeps what a seed says:
 * sector by sector, in any order, torn, or not at all, with zeros or old content where nothing
 * arrived; names change in their order, up to some point. {@link #kill} is the end of the process
 * alone, and loses nothing.
 *
 * <p>Faults are set before they happen: the power cut at a given change, a disk that is full beyond
 * a given size, a force that fails. For one thread.
 */
public final class SimDisk implements Disk {

  /** The power is gone: nothing more can be done with this disk but to {@link #crash} it. */
  public static final class PowerCut extends RuntimeException {
    PowerCut() {
      super("power cut", null, false, false);
    }
  }

  private static final int SECTOR_BYTES = 512;

  private TreeMap<String, Content> names = new TreeMap<>();
  private final TreeMap<String, Content> durableNames = new TreeMap<>();
  private final List<TreeMap<String, Content>> namesPending = new ArrayList<>();
  private long capacityBytes = Long.MAX_VALUE;
  private long changesLeft = Long.MAX_VALUE;
  private long changes;
  private int forcesToFail;
  private boolean locked;
  private boolean dead;

  /** What a file holds: as readers see it, as forced, and the changes between the two. */
  private static final class Content {
    private byte[] bytes = new byte[0];
    private int size;
    private byte[] forced = new byte[0];
    private final List<Change> pending = new ArrayList<>();

    void write(long offset, byte[] source, int from, int length) {
      int end = Math.toIntExact(offset + length);
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
      }
      System.arraycopy(source, from, bytes, (int) offset, length);
      size = Math.max(size, end);
      pending.add(new Change((int) offset, Arrays.copyOfRange(source, from, from + length)));
    }

    void truncate(int newSize) {
      if (newSize < size) {
        Arrays.fill(bytes, newSize, size, (byte) 0);
        size = newSize;
        pending.add(new Change(newSize, null));
      }
    }

    void force() {
      forced = Arrays.copyOf(bytes, size);
      pending.clear();
    }

    static Content of(byte[] bytes) {
      var content = new Content();
      content.bytes = bytes;
      content.size = bytes.length;
      content.forced = bytes.clone();
      return content;
    }
  }

  /** Bytes written at an offset, or, without bytes, a truncation to it. */
  private record Change(int offset, byte[] bytes) {}

  // Faults

  /** Cuts the power at the {@code count}-th change from now: that one is under way, and is last. */
  public void cutPowerAtChange(long count) {
    changesLeft = count;
  }

  /** How many changes were made: each write, truncation, force, and change of names. */
  public long changes() {
    return changes;
  }

  /** No more than this fits, all files together. */
  public void setCapacity(long bytes) {
    capacityBytes = bytes;
  }

  /** The next {@code count} forces of a file fail, and what was to be forced may be lost. */
  public void failForces(int count) {
    forcesToFail = count;
  }

  /** Inverts bits of a byte, behind everybody's back. */
  public void flip(String name, long offset, int bits) {
    Content content = names.get(name);
    content.bytes[(int) offset] ^= (byte) bits;
    content.force();
  }

  /** A copy of what a file holds. */
  public byte[] bytes(String name) {
    Content content = names.get(name);
    return Arrays.copyOf(content.bytes, content.size);
  }

  /** Puts a file there, safely. */
  public void put(String name, byte[] content) {
    names.put(name, Content.of(content.clone()));
    forceAllNames();
  }

  /** The disk as the next process finds it when this one ends without a power cut. */
  public SimDisk kill() {
    var found = new SimDisk();
    names.forEach((name, content) -> found.names.put(name, copyOf(content)));
    found.durableNames.putAll(found.names);
    found.capacityBytes = capacityBytes;
    return found;
  }

  /** Keeps what was not forced as unforced: the power may still go. */
  private static Content copyOf(Content content) {
    Content copy = Content.of(Arrays.copyOf(content.bytes, content.size));
    copy.forced = content.forced.clone();
    copy.pending.addAll(content.pending);
    return copy;
  }

  /** The disk as it is found after the power went; {@code random} says what of the rest arrived. */
  public SimDisk crash(RandomGenerator random) {
    var found = new SimDisk();
    int arrived = random.nextInt(namesPending.size() + 1);
    TreeMap<String, Content> there = arrived == 0 ? durableNames : namesPending.get(arrived - 1);
    there.forEach(
        (name, content) -> found.names.put(name, Content.of(afterCrash(content, random))));
    found.durableNames.putAll(found.names);
    found.capacityBytes = capacityBytes;
    return found;
  }

  private byte[] afterCrash(Content content, RandomGenerator random) {
    var result = Content.of(content.forced.clone());
    int chance = random.nextInt(4); // of a sector: none, or one to three quarters, or all of some
    int inOrder = random.nextInt(content.pending.size() + 1);
    for (int i = 0; i < content.pending.size(); i++) {
      Change change = content.pending.get(i);
      boolean whole = i < inOrder;
      if (change.bytes == null) {
        if (whole) {
          result.truncate(change.offset);
        }
      } else {
        keepSectors(result, change, whole, chance, random);
      }
    }
    return Arrays.copyOf(result.bytes, result.size);
  }

  private void keepSectors(
      Content result, Change change, boolean whole, int chance, RandomGenerator random) {
    int end = change.offset + change.bytes.length;
    for (int at = change.offset; at < end; ) {
      int next = Math.min(end, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
      if (whole || random.nextInt(4) < chance) {
        int length = whole || random.nextInt(8) > 0 ? next - at : random.nextInt(next - at + 1);
        result.write(at, change.bytes, at - change.offset, length);
      } else if (random.nextInt(16) == 0) {
        result.write(at, old(next - at, random), 0, next - at);
      }
      at = next;
    }
  }

  /** What an earlier owner of the sector left in it: a piece of some file of this disk. */
  private byte[] old(int length, RandomGenerator random) {
    byte[] piece = new byte[length];
    int pick = random.nextInt(names.size());
    Content donor = names.values().stream().skip(pick).findFirst().orElseThrow();
    if (donor.size > 0) {
      int sectors = (donor.size + SECTOR_BYTES - 1) / SECTOR_BYTES;
      int from = random.nextInt(sectors) * SECTOR_BYTES;
      System.arraycopy(donor.bytes, from, piece, 0, Math.min(length, donor.size - from));
    }
    return piece;
  }

  // Disk

  private void change() {
    alive();
    changes++;
    if (--changesLeft <= 0) {
      dead = true;
    }
  }

  private void alive() {
    if (dead) {
      throw new PowerCut();
    }
  }

  /** The change that was under way when the power went is as unsure as all that was not forced. */
  private void dieIfCut() {
    alive();
  }

  @Override
  public List<String> list() {
    alive();
    return List.copyOf(names.keySet());
  }

  @Override
  public DiskFile create(String name) {
    change();
    var content = new Content();
    names.put(name, content);
    nameChanged();
    dieIfCut();
    return new OpenFile(content);
  }

  @Override
  public DiskFile open(String name) throws IOException {
    alive();
    return new OpenFile(existing(name));
  }

  @Override
  public void delete(String name) throws IOException {
    change();
    existing(name);
    names.remove(name);
    nameChanged();
    dieIfCut();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    change();
    names.put(to, existing(from));
    names.remove(from);
    nameChanged();
    dieIfCut();
  }

  private Content existing(String name) throws FileNotFoundException {
    Content content = names.get(name);
    if (content == null) {
      throw new FileNotFoundException(name);
    }
    return content;
  }

  private void nameChanged() {
    namesPending.add(new TreeMap<>(names));
  }

  @Override
  public void forceNames() {
    change();
    dieIfCut();
    forceAllNames();
  }

  private void forceAllNames() {
    durableNames.clear();
    durableNames.putAll(names);
    namesPending.clear();
  }

  @Override
  public long freeBytes() {
    alive();
    return Math.max(0, capacityBytes - used());
  }

  private long used() {
    return names.values().stream().mapToLong(content -> content.size).sum();
  }

  @Override
  public Closeable lock() {
    alive();
    if (locked) {
      throw new StoreException("data directory " + place() + " is in use");
    }
    locked = true;
    return () -> locked = false;
  }

  @Override
  public String place() {
    return "simulated disk";
  }

  private final class OpenFile implements DiskFile {

    private final Content content;

    OpenFile(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      alive();
      return content.size;
    }

    @Override
    public int read(long offset, byte[] into, int from, int length) {
      alive();
      int there = (int) Math.max(0, Math.min(length, content.size - offset));
      if (there > 0) {
        System.arraycopy(content.bytes, (int) offset, into, from, there);
      }
      return there;
    }

    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      change();
      long growth = Math.max(0, offset + length - content.size);
      long room = capacityBytes - used();
      if (growth > room) {
        long fits = Math.max(0, length - (growth - Math.max(0, room)));
        if (fits > 0) {
          content.write(offset, bytes, from, (int) fits);
        }
        dieIfCut();
        throw new DiskFullException("no space left on " + place());
      }
      content.write(offset, bytes, from, length);
      dieIfCut();
    }

    @Override
    public void truncate(long size) {
      change();
      content.truncate((int) Math.min(size, content.size));
      dieIfCut();
    }

    @Override
    public void force() throws IOException {
      change();
      dieIfCut();
      if (forcesToFail > 0) {
        forcesToFail--;
        throw new IOException("force failed on " + place());
      }
      content.force();
    }

    @Override
    public void close() {
      // Nothing is lost or gained by closing.
    }
  }
}
