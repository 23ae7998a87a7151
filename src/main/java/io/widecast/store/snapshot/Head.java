package io.widecast.store.snapshot;

import io.widecast.model.Token;
import io.widecast.store.tree.Tree;

/** A writable tree. Changed by the owner only, through {@link Forest}. */
public final class Head {

  private final long id;
  final Tree tree;
  long parent; // id of a row; 0 for none
  long minVba; // first VBA handed out after the parent was taken
  Token token;
  long keys;
  long contentBytes;

  Head(long id, Tree tree, long parent, long minVba, Token token, long keys, long contentBytes) {
    this.id = id;
    this.tree = tree;
    this.parent = parent;
    this.minVba = minVba;
    this.token = token;
    this.keys = keys;
    this.contentBytes = contentBytes;
  }

  public long id() {
    return id;
  }

  public Tree tree() {
    return tree;
  }

  public long parent() {
    return parent;
  }

  public long minVba() {
    return minVba;
  }

  /** Everything up to here is in it. */
  public Token token() {
    return token;
  }

  public void moveTo(Token position) {
    token = position;
  }

  /** How many keys are present. */
  public long keys() {
    return keys;
  }

  /** Bytes of the present keys and values. */
  public long contentBytes() {
    return contentBytes;
  }
}
