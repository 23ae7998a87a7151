package io.widecast.store;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.redo.Row;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Optional;

/** The map at one position: the root of a tree none of whose nodes will change any more. */
final class TreeView implements View {

  static final TreeView EMPTY = new TreeView(Token.NONE, TreeNode.emptyLeaf(0), 0, 0);

  private final Token token;
  private final TreeNode root;
  private final long size;
  private final long contentBytes;

  TreeView(Token token, TreeNode root, long size, long contentBytes) {
    this.token = token;
    this.root = root;
    this.size = size;
    this.contentBytes = contentBytes;
  }

  TreeNode root() {
    return root;
  }

  @Override
  public Token token() {
    return token;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long contentBytes() {
    return contentBytes;
  }

  @Override
  public boolean isInMemory() {
    return true;
  }

  @Override
  public Optional<Versioned> find(Key key) {
    byte[] rawKey = key.bytes().unsafeArray();
    TreeNode node = root;
    while (!node.isLeaf()) {
      node = node.children[node.childForKey(rawKey)];
    }
    int place = node.findKey(rawKey);
    return place < 0 ? Optional.empty() : Optional.of(Row.decodeHeld(node.keys[place]));
  }

  @Override
  public Iterator<KeyVersion> from(Bytes from) {
    var rows = new TreeRows(root, from.unsafeArray(), 0);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public KeyVersion next() {
        return Row.decode(rows.next());
      }
    };
  }

  @Override
  public Iterator<KeyVersion> expiring() {
    var all = new ArrayList<KeyVersion>();
    from(Bytes.EMPTY)
        .forEachRemaining(
            row -> {
              if (row.versioned().expiresAtMillis() > 0) {
                all.add(row);
              }
            });
    return all.iterator();
  }

  /** Every row by rising key. */
  Iterator<byte[]> rows() {
    return new TreeRows(root, new byte[0], 0);
  }

  /** Rows written by publishes above {@code revision}, by rising key; costs what has changed. */
  Iterator<byte[]> rowsAfter(long revision) {
    return new TreeRows(root, new byte[0], revision);
  }
}
