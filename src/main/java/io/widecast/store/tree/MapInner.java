package io.widecast.store.tree;

import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.util.Arrays;

/**
 * An inner node of the middle map: children by the first VBA that belongs to each.
 *
 * <pre>
 * size    field, behind those of {@link Page}
 * 2       children      1 or more
 *         each: varint first VBA less the one before; varint page id
 * </pre>
 */
final class MapInner extends Page {

  static final int CHILDREN_MAX = 256;
  static final int CHILDREN_MIN = CHILDREN_MAX / 4;

  long[] lows;
  PageRef[] children;
  int count;

  MapInner(int level, long opSeq, long edit, int room) {
    super(level, opSeq, edit);
    this.lows = new long[room];
    this.children = new PageRef[room];
  }

  @Override
  MapInner copy(long newOpSeq, long newEdit) {
    var copy = new MapInner(level(), newOpSeq, newEdit, Math.max(count + 2, 8));
    System.arraycopy(lows, 0, copy.lows, 0, count);
    System.arraycopy(children, 0, copy.children, 0, count);
    copy.count = count;
    return copy;
  }

  int find(long vba) {
    if (count > 2) {
      // Leaves of blocks of which few were deleted span about as many numbers each.
      long behind = vba - lows[1];
      long span = lows[count - 1] - lows[1];
      if (behind >= 0 && behind < span && span <= Long.MAX_VALUE / count) {
        int guess = 1 + (int) (behind * (count - 2) / span);
        if (lows[guess] <= vba && vba < lows[guess + 1]) {
          return guess;
        }
      }
    }
    int found = Arrays.binarySearch(lows, 0, count, vba);
    return found >= 0 ? found : Math.max(0, -found - 2);
  }

  void insert(int index, long low, PageRef child) {
    if (count == children.length) {
      lows = Arrays.copyOf(lows, count + Math.max(8, count / 2));
      children = Arrays.copyOf(children, lows.length);
    }
    System.arraycopy(lows, index, lows, index + 1, count - index);
    System.arraycopy(children, index, children, index + 1, count - index);
    lows[index] = low;
    children[index] = child;
    count++;
  }

  void remove(int index) {
    System.arraycopy(lows, index + 1, lows, index, count - index - 1);
    System.arraycopy(children, index + 1, children, index, count - index - 1);
    count--;
    children[count] = null;
  }

  /** Moves the children from {@code from} on to the end of {@code target}. */
  void moveTail(int from, MapInner target) {
    for (int i = from; i < count; i++) {
      target.insert(target.count, lows[i], children[i]);
      children[i] = null;
    }
    count = from;
  }

  @Override
  int sizeBytes() {
    return 80 + 12 * lows.length + 40 * count;
  }

  @Override
  int type() {
    return MAP_INNER;
  }

  @Override
  void encodeContent(ByteWriter out) {
    out.u16(count);
    long low = 0;
    for (int i = 0; i < count; i++) {
      out.varint(lows[i] - low).varint(children[i].id());
      low = lows[i];
    }
  }

  static MapInner decode(ByteReader in, int level, long opSeq) throws WireException {
    int count = in.u16();
    if (count < 1 || count > CHILDREN_MAX) {
      throw new WireException(count + " children");
    }
    var page = new MapInner(level, opSeq, 0, count);
    long low = 0;
    for (int i = 0; i < count; i++) {
      low += in.varint();
      page.lows[i] = low;
      page.children[i] = new PageRef(in.varint(), null);
    }
    page.count = count;
    in.end();
    return page;
  }

  String fault() {
    for (int i = 1; i < count; i++) {
      if (lows[i] <= lows[i - 1]) {
        return "children from VBA " + lows[i - 1] + " and " + lows[i];
      }
    }
    return "";
  }
}
