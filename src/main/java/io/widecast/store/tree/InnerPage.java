package io.widecast.store.tree;

import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.util.Arrays;

/**
 * An inner node of the logical map: children, and between each two the first place that belongs to
 * the right one.
 *
 * <pre>
 * size    field, behind those of {@link Page}
 * 2       low key length, then the key, then varint low revision
 * 2       children      1 or more
 *         each: varint page id; before all but the first: 2 key length, key, varint revision
 * </pre>
 */
final class InnerPage extends Page {

  /** Beyond this many bytes it splits, unless it has three children or fewer. */
  static final int BYTES_MAX = 4096;

  static final int BYTES_MIN = BYTES_MAX / 4;
  static final int CHILDREN_MAX = 256;

  /** With fewer children it does not split, whatever their keys take. */
  static final int SPLIT_MIN = 4;

  private Place[] separators; // shared with copies until changed
  private PageRef[] children;
  private int count; // of children
  private int bytes; // encoded, about
  private boolean sharesSeparators;
  private KeyHeads heads; // of the separators; null until they are searched
  private Place low;

  private InnerPage(
      int level, long opSeq, long edit, Place[] separators, PageRef[] children, Place low) {
    super(level, opSeq, edit);
    this.separators = separators;
    this.children = children;
    this.low = low;
  }

  static InnerPage of(int level, long opSeq, long edit, PageRef first, Place low) {
    var page = new InnerPage(level, opSeq, edit, new Place[8], new PageRef[9], low);
    page.children[0] = first;
    page.count = 1;
    return page;
  }

  @Override
  InnerPage copy(long newOpSeq, long newEdit) {
    var copy = new InnerPage(level(), newOpSeq, newEdit, separators, children.clone(), low);
    copy.count = count;
    copy.bytes = bytes;
    copy.sharesSeparators = true;
    copy.heads = heads;
    return copy;
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

  /** What is compared with the limits. */
  int contentBytes() {
    return bytes + 8 * count;
  }

  PageRef child(int index) {
    return children[index];
  }

  void setChild(int index, PageRef child) {
    children[index] = child;
  }

  /** The first place that belongs to child {@code index}; the page's own low for the first. */
  Place lowOf(int index) {
    return index == 0 ? low : separators[index - 1];
  }

  /** Index of the child that a place belongs to. */
  int find(byte[] key, long revision) {
    int from = 0;
    int to = count - 1;
    if (to == 0) {
      return 0;
    }
    KeyHeads known = heads;
    if (known == null) {
      known = KeyHeads.of(separators, to);
      heads = known; // two readers may both do it
    }
    int side = known.side(key);
    if (side != 0) {
      return side < 0 ? 0 : to;
    }
    long head = known.head(key);
    while (from < to) {
      int middle = from + to >>> 1;
      int order = Long.compareUnsigned(known.at(middle), head);
      if (order == 0) {
        order = compare(separators[middle], key, revision);
      }
      if (order <= 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  private static int compare(Place separator, byte[] key, long revision) {
    int order = Arrays.compareUnsigned(separator.key(), key);
    return order != 0 ? order : Long.compare(revision, separator.revision());
  }

  private void ownSeparators(int room) {
    if (sharesSeparators || separators.length < room) {
      separators = Arrays.copyOf(separators, Math.max(room, separators.length));
      sharesSeparators = false;
    }
  }

  /** Puts {@code child} right behind child {@code index}; it begins at {@code place}. */
  void insertBehind(int index, Place place, PageRef child) {
    if (count == children.length) {
      children = Arrays.copyOf(children, count + Math.max(4, count / 2));
    }
    ownSeparators(children.length - 1);
    System.arraycopy(children, index + 1, children, index + 2, count - index - 1);
    System.arraycopy(separators, index, separators, index + 1, count - 1 - index);
    children[index + 1] = child;
    separators[index] = place;
    heads = heads == null ? null : heads.with(index, place.key());
    count++;
    bytes += size(place);
  }

  private static int size(Place place) {
    return place.key().length + 8;
  }

  /** Removes child {@code index}, which is not the first. */
  void remove(int index) {
    ownSeparators(separators.length);
    bytes -= size(separators[index - 1]);
    System.arraycopy(children, index + 1, children, index, count - index - 1);
    System.arraycopy(separators, index, separators, index - 1, count - 1 - index);
    heads = heads == null ? null : heads.without(index - 1);
    count--;
    children[count] = null;
    separators[count - 1] = null;
  }

  void setSeparator(int index, Place place) {
    ownSeparators(separators.length);
    bytes += size(place) - size(separators[index - 1]);
    separators[index - 1] = place;
    heads = heads == null ? null : heads.without(index - 1);
    heads = heads == null ? null : heads.with(index - 1, place.key());
  }

  /** Moves the children from {@code from} on to {@code target}, which is to be empty. */
  void moveTail(int from, InnerPage target) {
    heads = null; // half of them go: what is left may have more in common
    target.children[0] = children[from];
    target.count = 1;
    for (int i = from + 1; i < count; i++) {
      target.insertBehind(target.count - 1, separators[i - 1], children[i]);
    }
    for (int i = count - 1; i >= from; i--) {
      remove(i);
    }
  }

  /** Appends all children of {@code right}, which begins at {@code place}. */
  void absorb(InnerPage right, Place place) {
    heads = null; // made anew at once instead of one by one
    insertBehind(count - 1, place, right.children[0]);
    for (int i = 1; i < right.count; i++) {
      insertBehind(count - 1, right.separators[i - 1], right.children[i]);
    }
  }

  /** Puts {@code child}, which begins at {@code place}, in front of all; the page begins there. */
  void insertFirst(Place place, PageRef child) {
    insertBehind(0, low, children[0]);
    children[0] = child;
    low = place;
  }

  /** Takes the first child out; the page begins where the second does. */
  PageRef removeFirst() {
    final PageRef first = children[0];
    low = separators[0];
    children[0] = children[1];
    remove(1);
    return first;
  }

  /** Where to cut so that both halves take about the same, and have two children each. */
  int middle() {
    int half = contentBytes() / 2;
    int sum = 0;
    int index = 1;
    while (index < count - 2 && sum < half) {
      sum += size(separators[index - 1]) + 8;
      index++;
    }
    return index;
  }

  @Override
  int sizeBytes() {
    return 96 + 56 * count + bytes;
  }

  @Override
  int type() {
    return INNER;
  }

  @Override
  void encodeContent(ByteWriter out) {
    out.u16(low.key().length).bytes(low.key(), 0, low.key().length).varint(low.revision());
    out.u16(count);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        Place place = separators[i - 1];
        out.u16(place.key().length).bytes(place.key(), 0, place.key().length);
        out.varint(place.revision());
      }
      out.varint(children[i].id());
    }
  }

  static InnerPage decode(ByteReader in, int level, long opSeq) throws WireException {
    Place low = new Place(in.bytes(in.u16()).unsafeArray(), in.varint());
    int count = in.u16();
    if (count < 1 || count > 2 * CHILDREN_MAX) {
      throw new WireException(count + " children");
    }
    var page =
        new InnerPage(level, opSeq, 0, new Place[Math.max(1, count - 1)], new PageRef[count], low);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        page.separators[i - 1] = new Place(in.bytes(in.u16()).unsafeArray(), in.varint());
        page.bytes += size(page.separators[i - 1]);
      }
      page.children[i] = new PageRef(in.varint(), null);
    }
    page.count = count;
    in.end();
    return page;
  }

  String fault() {
    for (int i = 0; i < count - 1; i++) {
      Place before = i == 0 ? low : separators[i - 1];
      if (before.compareTo(separators[i]) >= 0) {
        return "separator " + separators[i] + " does not stand behind " + before;
      }
    }
    return "";
  }
}
