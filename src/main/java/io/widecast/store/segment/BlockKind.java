package io.widecast.store.segment;

/** What a block holds, and so which numbers its id counts. */
public enum BlockKind {
  /** A value or a piece of one; the id is its VBA. */
  VALUE,
  /** A page of a tree; the id is its page id. */
  PAGE,
  /** A piece of the list of a sealed segment's blocks; the id is where in that list it begins. */
  SUMMARY;

  static final int COUNT = values().length;

  static BlockKind of(int code) {
    return code < COUNT ? values()[code] : null;
  }
}
