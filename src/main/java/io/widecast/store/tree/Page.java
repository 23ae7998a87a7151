package io.widecast.store.tree;

import io.widecast.store.log.StoreException;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;

/**
 * A node of a tree. Changed only by the edit that made the object; immutable from the edit's end
 * on, and then readable on any thread.
 *
 * <pre>
 * size    field, of a page on disk (the payload of a block of kind PAGE)
 * 1       type      1 leaf of L, 2 inner node of L, 3 leaf of M, 4 inner node of M
 * 1       level     0 for a leaf
 * varint  opSeq     number of the operation that created the page
 * …       as the type says
 * </pre>
 */
public abstract class Page {

  static final int LEAF = 1;
  static final int INNER = 2;
  static final int MAP_LEAF = 3;
  static final int MAP_INNER = 4;

  static final int LEVEL_MAX = 24;

  private final int level;
  private final long opSeq;
  final long edit; // that made this object and may change it

  Page(int level, long opSeq, long edit) {
    this.level = level;
    this.opSeq = opSeq;
    this.edit = edit;
  }

  /** 0 for a leaf. */
  public final int level() {
    return level;
  }

  /** Number of the operation that created the page; changes in place do not renew it. */
  public final long opSeq() {
    return opSeq;
  }

  /**
   * What a descent found below this page, so that a pointer to a wrong page is no wrong answer and
   * no endless way.
   *
   * @throws StoreException when it is of another kind or level
   */
  final Page checkedChild(Page child) {
    if (child.level != level - 1 || child.type() > INNER != type() > INNER) {
      throw new StoreException(
          "a page at level "
              + level
              + " leads to one of type "
              + child.type()
              + " at level "
              + child.level
              + ". Run 'widecast verify', and let this node take a new copy");
    }
    return child;
  }

  /** The same content under {@code newOpSeq}, for {@code newEdit} to change. */
  abstract Page copy(long newOpSeq, long newEdit);

  /** About what it takes in memory. */
  abstract int sizeBytes();

  abstract int type();

  abstract void encodeContent(ByteWriter out);

  /** As it stands on disk. */
  final void encode(ByteWriter out) {
    out.u8(type()).u8(level).varint(opSeq);
    encodeContent(out);
  }

  static Page decode(byte[] payload) throws WireException {
    var in = new ByteReader(payload);
    int type = in.u8();
    int level = in.u8();
    long opSeq = in.varint();
    boolean leaf = type == LEAF || type == MAP_LEAF;
    if (leaf != (level == 0) || level > LEVEL_MAX) {
      throw new WireException("page of type " + type + " at level " + level);
    }
    return switch (type) {
      case LEAF -> LeafPage.decode(payload, in, opSeq);
      case INNER -> InnerPage.decode(in, level, opSeq);
      case MAP_LEAF -> MapLeaf.decode(in, opSeq);
      case MAP_INNER -> MapInner.decode(in, level, opSeq);
      default -> throw new WireException("page of type " + type);
    };
  }
}
