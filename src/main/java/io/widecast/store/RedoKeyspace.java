package io.widecast.store;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.log.Disk;
import io.widecast.store.redo.Manifest;
import io.widecast.store.redo.RedoObject;
import io.widecast.store.redo.RedoReader;
import io.widecast.store.redo.RedoWriter;
import io.widecast.store.redo.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Format 1: the whole map in memory, a chain of redo objects on disk (decision 0007). A checkpoint
 * is the next object of the chain.
 */
final class RedoKeyspace implements Keyspace {

  private final Disk disk;
  private final long identity;
  private final long checkpointBytes;
  private final Metrics metrics;

  private volatile Manifest manifest; // changed by a checkpoint or a copy, never both
  private volatile TreeView view;
  private long edits;
  private TreeMap<Key, Token> deleted = new TreeMap<>(); // since the last checkpoint
  private TreeEdit copy; // null when none is coming in
  private Token copyAt;
  private TreeView whole; // the copy, from its end to its installation
  private RedoObject root; // of that

  RedoKeyspace(Disk disk, long identity, long checkpointBytes, Metrics metrics) throws IOException {
    this.disk = disk;
    this.identity = identity;
    this.checkpointBytes = checkpointBytes;
    this.metrics = metrics;
    this.manifest = Manifest.read(disk, identity);
    this.view = TreeView.EMPTY;
    manifest.deleteOthers(disk);
    loadChain();
  }

  private void loadChain() throws IOException {
    for (RedoObject object : manifest.chain()) {
      if (object.kind() == RedoObject.Kind.ROOT) {
        var loader = new TreeLoader();
        RedoReader.read(disk, identity, object, loader::add);
        view = loader.done(object.position());
      } else {
        var edit = new TreeEdit(view, nextEdit());
        RedoReader.read(
            disk,
            identity,
            object,
            row -> {
              if (Row.isTombstone(row)) {
                edit.remove(Row.rawKey(row), Row.revision(row));
              } else {
                edit.put(row);
              }
            });
        view = edit.done(object.position());
      }
    }
  }

  /** A copy comes in on another thread than entries do. */
  private synchronized long nextEdit() {
    return ++edits;
  }

  @Override
  public View view() {
    return view;
  }

  @Override
  public long logFrom() {
    return manifest.logFrom();
  }

  @Override
  public Token checkpointed() {
    return manifest.position();
  }

  @Override
  public void advance(List<EncodedEntry> entries, Token upTo) {
    var edit = new TreeEdit(view, nextEdit());
    for (EncodedEntry entry : entries) {
      Token token = entry.entry().token();
      for (Pair pair : entry.entry().pairs()) {
        if (pair instanceof Pair.Put put) {
          edit.put(Row.of(put, token));
        } else if (edit.remove(pair.key().bytes().unsafeArray(), token.revision())) {
          deleted.put(pair.key(), token);
        }
      }
    }
    view = edit.done(upTo);
  }

  @Override
  public boolean checkpointDue(long loggedBytes) {
    return loggedBytes >= checkpointBytes;
  }

  @Override
  public Frozen freeze(long newLogFrom) {
    NavigableMap<Key, Token> frozen = deleted;
    deleted = new TreeMap<>();
    var checkpoint = new Checkpoint(disk, identity, manifest, view, frozen, newLogFrom);
    return new Frozen() {
      @Override
      public void write() throws IOException {
        manifest = checkpoint.write();
      }

      @Override
      public void over(boolean written) {
        if (!written) { // all it held will be in the next one
          checkpoint.deleted().forEach(deleted::putIfAbsent);
        }
      }

      @Override
      public void deleteOthers() {
        // done when it was written
      }
    };
  }

  @Override
  public void logFrom(long newLogFrom) throws IOException {
    manifest = new Manifest(newLogFrom, manifest.nextObject(), manifest.chain());
    manifest.write(disk, identity);
  }

  @Override
  public void beginCopy(Token at) {
    copy = new TreeEdit(TreeView.EMPTY, nextEdit());
    copyAt = at;
  }

  @Override
  public void beginChanges(Token at) {
    copy = new TreeEdit(view, nextEdit());
    copyAt = at;
  }

  @Override
  public void continueCopy(Token at) {
    copyAt = at;
  }

  @Override
  public void addCopy(List<KeyVersion> rows) {
    for (KeyVersion row : rows) {
      Optional<Versioned> held = copy.done(copyAt).find(row.key());
      if (held.isEmpty() || held.get().revision() < row.versioned().revision()) {
        copy.put(Row.of(row));
      }
    }
  }

  @Override
  public void removeFromCopy(Optional<Key> behind, Optional<Key> upTo, Predicate<Key> lost) {
    Iterator<KeyVersion> rows = copy.done(copyAt).from(behind.map(Key::bytes).orElse(Bytes.EMPTY));
    var gone = new ArrayList<Key>();
    while (rows.hasNext()) {
      Key key = rows.next().key();
      if (upTo.isPresent() && key.compareTo(upTo.get()) > 0) {
        break;
      }
      if (!key.equals(behind.orElse(null)) && lost.test(key)) {
        gone.add(key);
      }
    }
    gone.forEach(key -> copy.remove(key.bytes().unsafeArray(), copyAt.revision()));
  }

  @Override
  public void endCopy() throws IOException {
    whole = copy.done(copyAt);
    copy = null;
    root = RedoWriter.write(disk, identity, manifest.nextObject(), 0, whole.token(), whole.rows());
  }

  @Override
  public void installCopy(long newLogFrom) throws IOException {
    Manifest next = manifest.with(root, newLogFrom);
    next.write(disk, identity);
    manifest = next;
    view = whole;
    deleted = new TreeMap<>();
    dropCopy();
    next.deleteOthers(disk);
    metrics.increment(Metric.CHECKPOINTS);
  }

  @Override
  public void dropCopy() {
    copy = null;
    whole = null;
    root = null;
  }

  @Override
  public void close() {
    // No file stays open.
  }
}
