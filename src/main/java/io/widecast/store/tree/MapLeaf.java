package io.widecast.store.tree;

import io.widecast.store.segment.Pba;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.util.Arrays;

/**
 * A leaf of the middle map: VBAs by rising number, and where each block stands.
 *
 * <pre>
 * size    field, behind those of {@link Page}
 * varint  low           the first VBA that belongs here
 * 2       entries
 *         each: varint VBA less the one before (the first: less low);
 *               varint position less the one before, zigzag; varint length in units
 * </pre>
 */
final class MapLeaf extends Page {

  static final int ENTRIES_MAX = 256;
  static final int ENTRIES_MIN = ENTRIES_MAX / 4;

  final long[] vbas;
  final long[] pbas;
  int count;
  final long low;

  MapLeaf(long opSeq, long edit, int room, long low) {
    super(0, opSeq, edit);
    this.vbas = new long[room];
    this.pbas = new long[room];
    this.low = low;
  }

  @Override
  MapLeaf copy(long newOpSeq, long newEdit) {
    var copy = new MapLeaf(newOpSeq, newEdit, ENTRIES_MAX, low);
    System.arraycopy(vbas, 0, copy.vbas, 0, count);
    System.arraycopy(pbas, 0, copy.pbas, 0, count);
    copy.count = count;
    return copy;
  }

  /**
   * As {@link Arrays#binarySearch}: the index, or where it would stand. Looks first where a number
   * stands in a leaf from which nothing was deleted: one cache line instead of several.
   */
  int find(long vba) {
    long guess = vba - low;
    if (guess >= 0 && guess < count && vbas[(int) guess] == vba) {
      return (int) guess;
    }
    if (count > 0 && vba > vbas[count - 1]) {
      return -count - 1;
    }
    return Arrays.binarySearch(vbas, 0, count, vba);
  }

  void insert(int index, long vba, long pba) {
    System.arraycopy(vbas, index, vbas, index + 1, count - index);
    System.arraycopy(pbas, index, pbas, index + 1, count - index);
    vbas[index] = vba;
    pbas[index] = pba;
    count++;
  }

  void remove(int index) {
    System.arraycopy(vbas, index + 1, vbas, index, count - index - 1);
    System.arraycopy(pbas, index + 1, pbas, index, count - index - 1);
    count--;
  }

  /** Moves the entries from {@code from} on to the end of {@code target}. */
  void moveTail(int from, MapLeaf target) {
    System.arraycopy(vbas, from, target.vbas, target.count, count - from);
    System.arraycopy(pbas, from, target.pbas, target.count, count - from);
    target.count += count - from;
    count = from;
  }

  @Override
  int sizeBytes() {
    return 80 + 16 * vbas.length;
  }

  @Override
  int type() {
    return MAP_LEAF;
  }

  @Override
  void encodeContent(ByteWriter out) {
    out.varint(low).u16(count);
    long vba = low;
    long position = 0;
    for (int i = 0; i < count; i++) {
      long step = Pba.position(pbas[i]) - position;
      out.varint(vbas[i] - vba).varint(step << 1 ^ step >> 63).varint(Pba.length(pbas[i]) / 4);
      vba = vbas[i];
      position = Pba.position(pbas[i]);
    }
  }

  static MapLeaf decode(ByteReader in, long opSeq) throws WireException {
    long low = in.varint();
    int count = in.u16();
    if (count > ENTRIES_MAX) {
      throw new WireException(count + " entries");
    }
    var page = new MapLeaf(opSeq, 0, count, low);
    long vba = low;
    long position = 0;
    for (int i = 0; i < count; i++) {
      vba += in.varint();
      long step = in.varint();
      position += step >>> 1 ^ -(step & 1);
      page.vbas[i] = vba;
      page.pbas[i] = Pba.at(position, in.count(1 << 15) * 4);
    }
    page.count = count;
    in.end();
    return page;
  }

  String fault() {
    for (int i = 0; i < count; i++) {
      if (vbas[i] < low || i > 0 && vbas[i] <= vbas[i - 1]) {
        return "VBA " + vbas[i] + " in a wrong place";
      }
    }
    return "";
  }
}
