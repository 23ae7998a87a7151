package io.widecast.store.tree;

import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.util.Arrays;
import java.util.List;

/**
 * A leaf of the logical map: {@link Cell}s as bytes in one array, and their offsets by rising place
 * in another. A page on disk is what it is in memory.
 *
 * <p>The states of a page share the bytes: each reads up to its own end, and the newest one appends
 * behind that. So a change costs a copy of the offsets, and of the bytes only where the room is
 * used up, or where another state, such as a snapshot's other heir, has used it already.
 *
 * <pre>
 * size    field, behind those of {@link Page}
 * 2       low key length, then the key, then varint low revision: no cell stands before this place
 * 2       cells
 * 2 each  offset of each cell in what follows, by rising place
 * …       cells, and what has been removed of them
 * </pre>
 */
final class LeafPage extends Page {

  /** Beyond this a leaf splits. It takes three of the largest cells. */
  static final int BYTES_MAX = 4096;

  /** Below this it looks for a sibling to merge with. */
  static final int BYTES_MIN = BYTES_MAX / 4;

  /** A new array of bytes has so much for what comes. */
  private static final int ROOM_BYTES = 1024;

  /** How far an array of bytes is used by any of the states that share it; the owner's. */
  private static final class Shared {
    private int end;

    private Shared(int end) {
      this.end = end;
    }
  }

  private byte[] heap;
  private Shared shared;
  private int used;
  private int garbage; // bytes of cells that were removed
  private char[] offsets;
  private int count;
  private Place low;

  private LeafPage(long opSeq, long edit, byte[] heap, Shared shared, char[] offsets, Place low) {
    super(0, opSeq, edit);
    this.heap = heap;
    this.shared = shared;
    this.used = shared.end;
    this.offsets = offsets;
    this.low = low;
  }

  static LeafPage empty(long opSeq, long edit, Place low) {
    return new LeafPage(opSeq, edit, new byte[256], new Shared(0), new char[8], low);
  }

  @Override
  LeafPage copy(long newOpSeq, long newEdit) {
    if (garbage > used / 4) {
      return tidy(newOpSeq, newEdit, ROOM_BYTES);
    }
    char[] copied = Arrays.copyOf(offsets, count + 4);
    var copy = new LeafPage(newOpSeq, newEdit, heap, shared, copied, low);
    copy.count = count;
    copy.used = used;
    copy.garbage = garbage;
    return copy;
  }

  /** A copy without the cells that were removed, and the others in their order. */
  private LeafPage tidy(long newOpSeq, long newEdit, int room) {
    var bytes = new byte[used - garbage + room];
    var tidied = new char[count + 4];
    int end = 0;
    for (int i = 0; i < count; i++) {
      int size = cellBytes(i);
      tidied[i] = (char) end;
      System.arraycopy(heap, offsets[i], bytes, end, size);
      end += size;
    }
    var copy = new LeafPage(newOpSeq, newEdit, bytes, new Shared(end), tidied, low);
    copy.count = count;
    return copy;
  }

  private int cellBytes(int index) {
    int at = offsets[index] + 2 + Cell.keyLength(heap, offsets[index]);
    at = skipVarint(skipVarint(at));
    int kind = heap[at++];
    if (kind == Cell.PUT || kind > Cell.EXPIRED) {
      int numbers = kind == Cell.PUT ? 5 : 6;
      for (int i = 0; i < numbers; i++) {
        at = skipVarint(at);
      }
    }
    return at - offsets[index];
  }

  private int skipVarint(int at) {
    int next = at;
    while (heap[next++] < 0) { // a group with more behind it
    }
    return next;
  }

  int count() {
    return count;
  }

  Place low() {
    return low;
  }

  void setLow(Place place) {
    low = place;
  }

  /** Bytes of cells and their offsets: what is compared with the limits. */
  int contentBytes() {
    return used - garbage + 2 * count;
  }

  /** Index of the first cell at or behind (key, revision): 0 to {@link #count}. */
  int find(byte[] key, long revision) {
    int from = 0;
    int to = count;
    while (from < to) {
      int middle = from + to >>> 1;
      if (Cell.compare(heap, offsets[middle], key, revision) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  boolean isAt(int index, byte[] key, long revision) {
    return index < count && Cell.compare(heap, offsets[index], key, revision) == 0;
  }

  boolean hasKey(int index, byte[] key) {
    return index < count && Cell.compareKey(heap, offsets[index], key) == 0;
  }

  Cell cell(int index) {
    return Cell.decode(heap, offsets[index]);
  }

  long revision(int index) {
    return Cell.revision(heap, offsets[index]);
  }

  Place place(int index) {
    return Cell.place(heap, offsets[index]);
  }

  /** Whether the cells at two indexes are of one key. */
  boolean sameKey(int a, int b) {
    int length = Cell.keyLength(heap, offsets[a]);
    return length == Cell.keyLength(heap, offsets[b])
        && Arrays.equals(
            heap,
            offsets[a] + 2,
            offsets[a] + 2 + length,
            heap,
            offsets[b] + 2,
            offsets[b] + 2 + length);
  }

  void insert(int index, byte[] source, int from, int length) {
    if (used + length > heap.length || shared.end != used) {
      int room = Math.max(length, Math.min(Math.max(used, 256), ROOM_BYTES));
      heap = Arrays.copyOf(heap, used + room);
      shared = new Shared(used);
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count + Math.max(4, count / 4));
    }
    System.arraycopy(source, from, heap, used, length);
    System.arraycopy(offsets, index, offsets, index + 1, count - index);
    offsets[index] = (char) used;
    used += length;
    shared.end = used;
    count++;
    if (used > Character.MAX_VALUE) {
      throw new IllegalStateException("leaf of " + used + " bytes");
    }
  }

  void remove(int index) {
    garbage += cellBytes(index);
    System.arraycopy(offsets, index + 1, offsets, index, count - index - 1);
    count--;
    if (garbage > BYTES_MAX) {
      compact();
    }
  }

  /** Removes the first {@code size} of {@code indexes}, which rise. */
  void removeAll(int[] indexes, int size) {
    int kept = indexes[0];
    for (int i = indexes[0], next = 0; i < count; i++) {
      if (next < size && indexes[next] == i) {
        garbage += cellBytes(i);
        next++;
      } else {
        offsets[kept++] = offsets[i];
      }
    }
    count = kept;
    if (garbage > BYTES_MAX) {
      compact();
    }
  }

  /**
   * Finds what nobody sees at {@code horizon} or above: versions that another one up to there has
   * replaced, and deletes that are the last word. Of a key whose versions may stand in a neighbour
   * too nothing is found.
   *
   * @param end where the next leaf begins; null for the last leaf
   * @param indexes gets their indexes, rising; room for {@link #count}
   * @param split gets the keys that a neighbour may hold too
   * @return how many were found
   */
  int findPrunable(long horizon, Place end, int[] indexes, List<byte[]> split) {
    int found = 0;
    int next;
    for (int first = 0; first < count; first = next) {
      next = first + 1;
      while (next < count && sameKey(first, next)) {
        next++;
      }
      boolean before = first == 0 && low.revision() != Long.MAX_VALUE && hasKey(0, low.key());
      if (before || next == count && end != null && hasKey(first, end.key())) {
        split.add(place(first).key());
        continue;
      }
      int visible = first;
      while (visible < next && revision(visible) > horizon) {
        visible++;
      }
      for (int i = visible; i < next; i++) {
        if (i > visible || Cell.isDelete(heap, offsets[i])) {
          indexes[found++] = i;
        }
      }
    }
    return found;
  }

  private void compact() {
    LeafPage tidy = tidy(opSeq(), edit, ROOM_BYTES);
    heap = tidy.heap;
    shared = tidy.shared;
    offsets = tidy.offsets;
    used = tidy.used;
    garbage = 0;
  }

  /** Moves the cells from {@code from} on to the end of {@code target}. */
  void moveTail(int from, LeafPage target) {
    for (int i = from; i < count; i++) {
      target.insert(target.count, heap, offsets[i], cellBytes(i));
    }
    truncate(from);
  }

  /** Moves the cells before {@code to} to the end of {@code target}, which stands before this. */
  void moveHead(int to, LeafPage target) {
    for (int i = 0; i < to; i++) {
      target.insert(target.count, heap, offsets[i], cellBytes(i));
      garbage += cellBytes(i);
    }
    System.arraycopy(offsets, to, offsets, 0, count - to);
    count -= to;
    compact();
  }

  private void truncate(int newCount) {
    for (int i = newCount; i < count; i++) {
      garbage += cellBytes(i);
    }
    count = newCount;
    compact();
  }

  /**
   * Where to cut so that both halves take about the same: between two keys if the smaller half gets
   * a quarter at least, else between two versions of one.
   */
  int middle() {
    int all = contentBytes();
    int bytes = 0; // of the cells before index
    int between = 0; // the best cut between two keys
    int betweenBytes = 0;
    int any = 0;
    for (int index = 1; index < count; index++) {
      bytes += cellBytes(index - 1) + 2;
      if (any == 0 && bytes >= all / 2) {
        any = index;
      }
      boolean even = bytes >= all / 4 && bytes <= all - all / 4;
      if (even && !sameKey(index - 1, index)) {
        if (between == 0 || Math.abs(bytes - all / 2) < Math.abs(betweenBytes - all / 2)) {
          between = index;
          betweenBytes = bytes;
        }
      }
    }
    return between > 0 ? between : any > 0 ? any : Math.max(1, count - 1);
  }

  /** How many of the first cells take at most {@code bytes}. */
  int countWithin(int bytes) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += cellBytes(i) + 2;
      if (sum > bytes) {
        return i;
      }
    }
    return count;
  }

  /** Puts all cells of {@code before}, which stand before these, in front. */
  void prepend(LeafPage before) {
    for (int i = 0; i < before.count; i++) {
      insert(i, before.heap, before.offsets[i], before.cellBytes(i));
    }
  }

  /** The shortest place that separates cell {@code index - 1} from cell {@code index}. */
  Place separator(int index) {
    return separator(place(index - 1), place(index));
  }

  /** The shortest place that stands behind {@code before} and not behind {@code after}. */
  static Place separator(Place before, Place after) {
    int same = Arrays.mismatch(before.key(), after.key());
    return same < 0 ? after : new Place(Arrays.copyOf(after.key(), same + 1), Long.MAX_VALUE);
  }

  @Override
  int sizeBytes() {
    return 96 + heap.length + 2 * offsets.length + low.key().length;
  }

  @Override
  int type() {
    return LEAF;
  }

  /** Cells that were removed go along where they are few: sorting them out costs more. */
  @Override
  void encodeContent(ByteWriter out) {
    LeafPage page = garbage > used / 8 ? tidy(opSeq(), edit, 0) : this;
    out.u16(low.key().length).bytes(low.key(), 0, low.key().length).varint(low.revision());
    out.u16(count);
    for (int i = 0; i < count; i++) {
      out.u16(page.offsets[i]);
    }
    out.bytes(page.heap, 0, page.used);
  }

  static LeafPage decode(byte[] payload, ByteReader in, long opSeq) throws WireException {
    Place low = new Place(in.bytes(in.u16()).unsafeArray(), in.varint());
    int count = in.u16();
    char[] offsets = new char[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = (char) in.u16();
    }
    byte[] heap = Arrays.copyOfRange(payload, in.position(), payload.length);
    var page = new LeafPage(opSeq, 0, heap, new Shared(heap.length), offsets, low);
    page.count = count;
    page.garbage = heap.length - page.cellsBytes();
    if (page.garbage < 0) {
      throw new WireException("cells that overlap");
    }
    return page;
  }

  private int cellsBytes() throws WireException {
    int sum = 0;
    try {
      for (int i = 0; i < count; i++) {
        sum += cellBytes(i);
      }
    } catch (IndexOutOfBoundsException e) {
      throw new WireException("a cell that ends behind the page");
    }
    return sum;
  }

  /** What is wrong inside the page, for the verifier; empty when nothing is. */
  String fault() {
    Place before = null;
    for (int i = 0; i < count; i++) {
      try {
        Cell cell = Cell.read(new ByteReader(heap, offsets[i], used - offsets[i]));
        Place place = cell.place();
        if (place.compareTo(low) < 0) {
          return "row " + place + " stands before the page's low place " + low;
        }
        if (before != null && before.compareTo(place) >= 0) {
          return "row " + place + " does not stand behind " + before;
        }
        before = place;
      } catch (WireException e) {
        return "row " + i + ": " + e.getMessage();
      }
    }
    return "";
  }
}
