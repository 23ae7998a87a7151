package io.widecast.store.snapshot;

import io.widecast.model.Token;
import io.widecast.store.tree.PageRef;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the snapshot table: a frozen tree, or what is left of one. Changed by the owner only.
 */
public final class SnapshotRow {

  /** What a row stands for. */
  public enum State {
    /** A snapshot to read from. */
    LIVE,
    /** To be deleted, not begun: nobody may read it, and everything is still there. */
    CONDEMNED,
    /** Being deleted: its tree is going. */
    DELETING,
    /** No tree any more, but several branches begin here. */
    GHOST;

    /** Whether the row's tree is whole, so that what it reaches must stay. */
    public boolean holds() {
      return this == LIVE || this == CONDEMNED;
    }
  }

  private final long id;
  private final String name;
  private final long snapSeq;
  private final PageRef root;
  private final Token token;
  private final long createdAtMillis;
  private final long keys;
  private final long contentBytes;
  long parent; // id of a row; 0 for none
  long minVba;
  State state;
  final List<LateItem> lateList = new ArrayList<>();
  int pins;

  /**
   * @param name what users call it; empty for one of the store's own
   * @param token what it is as of
   * @param keys present in it
   */
  SnapshotRow(
      long id,
      String name,
      long snapSeq,
      PageRef root,
      Token token,
      long createdAtMillis,
      long keys,
      long contentBytes,
      long parent,
      long minVba,
      State state) {
    this.id = id;
    this.name = name;
    this.snapSeq = snapSeq;
    this.root = root;
    this.token = token;
    this.createdAtMillis = createdAtMillis;
    this.keys = keys;
    this.contentBytes = contentBytes;
    this.parent = parent;
    this.minVba = minVba;
    this.state = state;
  }

  public long id() {
    return id;
  }

  public String name() {
    return name;
  }

  public long snapSeq() {
    return snapSeq;
  }

  public PageRef root() {
    return root;
  }

  public Token token() {
    return token;
  }

  public long createdAtMillis() {
    return createdAtMillis;
  }

  public long keys() {
    return keys;
  }

  public long contentBytes() {
    return contentBytes;
  }

  /** Id of the parent row, 0 for none. */
  public long parent() {
    return parent;
  }

  public long minVba() {
    return minVba;
  }

  public State state() {
    return state;
  }

  public List<LateItem> lateList() {
    return List.copyOf(lateList);
  }

  /** How many readers hold it. */
  public int pins() {
    return pins;
  }

  @Override
  public String toString() {
    return "snapshot " + id + (name.isEmpty() ? "" : " '" + name + "'") + " " + state;
  }
}
