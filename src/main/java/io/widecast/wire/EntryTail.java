package io.widecast.wire;

import io.widecast.model.EncodedEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The newest entries of a log, kept in memory for those that come for them late, by rising revision
 * and perhaps with holes. The last few are held as objects, for who works on them now; what is
 * older is held in its encoded form in few large arrays, and decoded when somebody asks. So a long
 * tail costs its bytes and little more, and a copying garbage collector finds next to nothing in
 * it: as objects the same tail made for pauses of a tenth of a second.
 *
 * <p>Entries have rising numbers, the first is 0. Adding and removing at both ends is O(1), reading
 * by number O(log of the number of arrays), the search by revision O(log of the size). Its owner
 * bounds it. Not thread-safe.
 */
public final class EntryTail {

  /** What is held as objects by default: what a loaded node has under way. */
  public static final int FRESH_MAX = 2048;

  private static final int CHUNK_BYTES = 256 << 10;
  private static final int CHUNK_ENTRIES = 2048;

  /** Encoded entries, one behind the other. */
  private static final class Chunk {
    private byte[] data;
    private final int[] starts = new int[CHUNK_ENTRIES + 1]; // the last is where the next begins
    private final long[] revisions = new long[CHUNK_ENTRIES];
    private long firstNumber;
    private int count;

    private Chunk(int capacity) {
      data = new byte[capacity];
    }

    private boolean takes(int sizeBytes) {
      return count < CHUNK_ENTRIES && starts[count] + sizeBytes <= data.length;
    }

    private void add(EncodedEntry entry) {
      int size = entry.sizeBytes();
      System.arraycopy(entry.bytes().unsafeArray(), 0, data, starts[count], size);
      revisions[count] = entry.revision();
      starts[++count] = starts[count - 1] + size;
    }

    private int sizeBytes(int index) {
      return starts[index + 1] - starts[index];
    }
  }

  private final EncodedEntry[] fresh; // slot of n: n mod length; a power of two
  private final List<Chunk> chunks = new ArrayList<>(); // of first..freshFirst - 1
  private Chunk spare; // of the usual size, so that a steady tail allocates nothing
  private long first;
  private long freshFirst;
  private long end;
  private long sizeBytes;

  public EntryTail() {
    this(FRESH_MAX);
  }

  /**
   * @param freshMax how many of the newest are held as objects: a power of two
   */
  public EntryTail(int freshMax) {
    if (Integer.bitCount(freshMax) != 1) {
      throw new IllegalArgumentException(freshMax + " is not a power of two");
    }
    fresh = new EncodedEntry[freshMax];
  }

  /** Number of the oldest entry, or {@link #end} when there is none. */
  public long first() {
    return first;
  }

  /** Number that the next entry gets. */
  public long end() {
    return end;
  }

  public boolean isEmpty() {
    return first == end;
  }

  /** How many. */
  public int size() {
    return (int) (end - first);
  }

  /** Encoded, of all together. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /**
   * @throws IllegalArgumentException when its revision is not above that of the newest
   */
  public void addLast(EncodedEntry entry) {
    if (!isEmpty() && entry.revision() <= revision(end - 1)) {
      throw new IllegalArgumentException(entry.revision() + " after " + revision(end - 1));
    }
    if (end - freshFirst == fresh.length) {
      pack();
    }
    fresh[slot(end++)] = entry;
    sizeBytes += entry.sizeBytes();
  }

  /** The entry of {@code number}: decoded anew when it is not one of the newest. */
  public EncodedEntry get(long number) {
    check(number);
    if (number >= freshFirst) {
      return fresh[slot(number)];
    }
    Chunk chunk = chunkOf(number);
    int index = (int) (number - chunk.firstNumber);
    try {
      return EntryCodec.decode(chunk.data, chunk.starts[index], chunk.sizeBytes(index));
    } catch (WireException e) {
      throw new AssertionError("an entry in memory does not decode any more", e);
    }
  }

  public long revision(long number) {
    check(number);
    if (number >= freshFirst) {
      return fresh[slot(number)].revision();
    }
    Chunk chunk = chunkOf(number);
    return chunk.revisions[(int) (number - chunk.firstNumber)];
  }

  public long epoch(long number) {
    check(number);
    if (number >= freshFirst) {
      return fresh[slot(number)].entry().epoch();
    }
    Chunk chunk = chunkOf(number);
    int index = (int) (number - chunk.firstNumber);
    try {
      return EntryCodec.head(chunk.data, chunk.starts[index], chunk.sizeBytes(index)).epoch();
    } catch (WireException e) {
      throw new AssertionError("an entry in memory does not decode any more", e);
    }
  }

  public int sizeBytes(long number) {
    check(number);
    if (number >= freshFirst) {
      return fresh[slot(number)].sizeBytes();
    }
    Chunk chunk = chunkOf(number);
    return chunk.sizeBytes((int) (number - chunk.firstNumber));
  }

  /** Number of the first entry above {@code revision}, or {@link #end} when none is. */
  public long numberAbove(long revision) {
    long low = first;
    long high = end;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (revision(middle) > revision) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  public void removeFirst() {
    sizeBytes -= sizeBytes(first);
    if (first == freshFirst) {
      fresh[slot(first)] = null;
      freshFirst++;
    }
    first++;
    if (!chunks.isEmpty() && first >= chunks.get(0).firstNumber + chunks.get(0).count) {
      free(chunks.remove(0));
    }
  }

  public void removeLast() {
    sizeBytes -= sizeBytes(end - 1);
    end--;
    if (end >= freshFirst) {
      fresh[slot(end)] = null;
      return;
    }
    freshFirst = end;
    Chunk chunk = chunks.get(chunks.size() - 1);
    if (--chunk.count == 0 || end == first) {
      free(chunks.remove(chunks.size() - 1));
    }
  }

  public void clear() {
    Arrays.fill(fresh, null);
    chunks.clear();
    first = end;
    freshFirst = end;
    sizeBytes = 0;
  }

  /** The oldest of the fresh ones becomes bytes. */
  private void pack() {
    EncodedEntry entry = fresh[slot(freshFirst)];
    Chunk last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
    if (last == null || !last.takes(entry.sizeBytes())) {
      last = chunkFor(entry.sizeBytes());
      last.firstNumber = freshFirst;
      chunks.add(last);
    }
    last.add(entry);
    fresh[slot(freshFirst++)] = null;
  }

  private Chunk chunkFor(int bytes) {
    if (spare == null || bytes > CHUNK_BYTES) {
      return new Chunk(Math.max(bytes, CHUNK_BYTES));
    }
    Chunk chunk = spare;
    spare = null;
    return chunk;
  }

  private void free(Chunk chunk) {
    if (chunk.data.length == CHUNK_BYTES) {
      chunk.count = 0;
      spare = chunk;
    }
  }

  private Chunk chunkOf(long number) {
    int low = 0;
    int high = chunks.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (chunks.get(middle).firstNumber <= number) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return chunks.get(low);
  }

  private void check(long number) {
    if (number < first || number >= end) {
      throw new IndexOutOfBoundsException(number + " is not in " + first + ".." + (end - 1));
    }
  }

  private int slot(long number) {
    return (int) (number & fresh.length - 1);
  }
}
