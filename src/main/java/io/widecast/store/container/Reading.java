package io.widecast.store.container;

import io.widecast.model.Bytes;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.DanglingException;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.MiddleMap;
import io.widecast.store.tree.MovedException;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;
import io.widecast.store.tree.TreeReader;
import io.widecast.store.tree.ValueBlocks;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * Reads a map at one revision on any thread. Begins with the state it was given; when a page or a
 * value has to be read from disk and the map has moved on meanwhile, it begins again with the
 * newest state, which shows the same at that revision unless that was compacted.
 */
final class Reading {

  private static final Value NONE = new Value(Bytes.EMPTY, Value.OCTETS);
  private static final int SLICE_ROWS = 64;
  private static final int TRIES_MAX = 1000; // the map cannot move on for ever without a page read

  private final PageRef snapshotRoot; // null for the running map
  private final long revision;
  private volatile Roots roots;

  /** Of the running map. */
  Reading(Roots roots, long revision) {
    this(roots, null, revision);
  }

  /** Of a snapshot that is pinned. */
  Reading(Roots roots, PageRef snapshotRoot, long revision) {
    this.roots = roots;
    this.snapshotRoot = snapshotRoot;
    this.revision = revision;
  }

  /** Does {@code work} on a state that holds still meanwhile. */
  private <T> T read(Function<Roots, T> work) {
    for (int tries = 0; ; tries++) {
      Roots now = roots;
      try {
        return work.apply(now);
      } catch (MovedException | BlockGoneException | StoreException e) {
        roots = newest(now, e, tries);
      }
    }
  }

  /**
   * Where to read on after {@code failure}; throws when there is nothing newer. What is damaged is
   * looked for once more, since a copy may have mended it.
   */
  private Roots newest(Roots now, RuntimeException failure, int tries) {
    Roots newest = now.container().roots();
    boolean replaced = newest.container() != now.container();
    if (replaced && snapshotRoot != null) {
      throw new WidecastException(
          ErrorCode.NOT_READY,
          "the store was damaged, and another node's copy has replaced it while this was read;"
              + " begin again");
    }
    boolean damaged = failure instanceof StoreException && !(failure instanceof DanglingException);
    if (newest == now || tries == TRIES_MAX || damaged && tries > 0) {
      throw failure;
    }
    if (snapshotRoot == null && newest.horizon().revision() > revision) {
      throw Container.compacted(revision, newest.horizon());
    }
    return newest;
  }

  private TreeReader tree(Roots now) {
    return snapshotRoot == null
        ? new TreeReader(now.container().pages(), now.root(), guard(now))
        : new TreeReader(now.container().pages(), snapshotRoot, Guard.ALWAYS);
  }

  private Guard guard(Roots now) {
    return () -> now.container().roots() == now;
  }

  private Value value(Roots now, Cell cell) {
    Pages pages = now.container().pages();
    return ValueBlocks.read(
        pages.segments(), cell, vba -> MiddleMap.find(pages, now.mapRoot(), guard(now), vba));
  }

  private static Versioned versioned(Cell cell, Value value) {
    return new Versioned(
        value, cell.token(), cell.createRevision(), cell.version(), cell.expiresAtMillis());
  }

  Optional<Versioned> find(Key key) {
    return read(
        now -> {
          Cell cell = tree(now).find(key.bytes().unsafeArray(), revision);
          return cell == null || !cell.isPut()
              ? Optional.empty()
              : Optional.of(versioned(cell, value(now, cell)));
        });
  }

  /** As {@link #find}, but with an empty value. */
  Optional<Versioned> findState(Key key) {
    return row(key.bytes().unsafeArray()).filter(Cell::isPut).map(cell -> versioned(cell, NONE));
  }

  /** What {@link #findState} would say, unless that has to wait for a disk: then empty. */
  Optional<Optional<Versioned>> findStateNow(Key key) {
    try {
      return Optional.of(
          Optional.ofNullable(rowNow(key, roots))
              .filter(Cell::isPut)
              .map(cell -> versioned(cell, NONE)));
    } catch (MovedException | BlockGoneException e) {
      return Optional.empty();
    }
  }

  private Cell rowNow(Key key, Roots now) {
    PageRef root = snapshotRoot == null ? now.root() : snapshotRoot;
    var reader = new TreeReader(now.container().pages(), root, Guard.IN_MEMORY);
    return reader.find(key.bytes().unsafeArray(), revision);
  }

  /**
   * What {@link #find} would say, unless that has to wait for a disk, or is damaged: then empty.
   */
  Optional<Optional<Versioned>> findNow(Key key) {
    Roots now = roots;
    try {
      Pages pages = now.container().pages();
      Cell cell = rowNow(key, now);
      if (cell == null || !cell.isPut()) {
        return Optional.of(Optional.empty());
      }
      LongUnaryOperator addresses =
          vba -> MiddleMap.find(pages, now.mapRoot(), Guard.IN_MEMORY, vba);
      return ValueBlocks.isInMemory(pages.segments(), cell, addresses)
          ? Optional.of(Optional.of(versioned(cell, value(now, cell))))
          : Optional.empty();
    } catch (MovedException | BlockGoneException | StoreException e) {
      return Optional.empty();
    }
  }

  boolean hasStatesInMemory() {
    return roots.container().pages().allHeld();
  }

  /** The row of {@code key}, without its value; a delete too. */
  Optional<Cell> row(byte[] key) {
    return Optional.ofNullable(read(now -> tree(now).find(key, revision)));
  }

  /** All versions of {@code key}, the newest first. */
  List<Cell> versions(byte[] key, int max) {
    return read(now -> tree(now).versions(key, revision, max));
  }

  private Value value(Cell cell) {
    return read(now -> value(now, cell));
  }

  /** What a row of a put holds. */
  Versioned held(Cell cell) {
    return versioned(cell, value(cell));
  }

  TreeReader.Slice slice(Place from, int max) {
    return read(now -> tree(now).visible(from, revision, max));
  }

  /** Rows and, of the same state of the map, those values that cost no wait for a disk. */
  private record Page(TreeReader.Slice slice, Value[] values) {}

  private Page page(Place from) {
    return read(
        now -> {
          TreeReader.Slice slice = tree(now).visible(from, revision, SLICE_ROWS);
          return new Page(slice, heldValues(now, slice.cells()));
        });
  }

  /** Nothing where it would take a wait, or where something is damaged, maybe another row's. */
  private Value[] heldValues(Roots now, List<Cell> cells) {
    Pages pages = now.container().pages();
    try {
      return ValueBlocks.readHeld(
          pages.segments(),
          cells,
          (vbas, count, pbas) ->
              MiddleMap.findAll(pages, now.mapRoot(), Guard.IN_MEMORY, vbas, count, pbas));
    } catch (MovedException | BlockGoneException | StoreException e) {
      return new Value[cells.size()]; // each is read, or refused, when it is asked for
    }
  }

  Iterator<KeyVersion> from(Bytes from, Bytes prefix) {
    return new Rows(Place.before(from), prefix);
  }

  /** Present keys, by rising key; reads no values. */
  Iterator<KeyVersion> states() {
    return new PickedRows(cell -> true, cell -> NONE);
  }

  /** Keys with a time to live, by rising key; reads no other values. */
  Iterator<KeyVersion> expiring() {
    return new PickedRows(cell -> cell.expiresAtMillis() > 0, this::value);
  }

  private KeyVersion row(Cell cell, Value value) {
    return new KeyVersion(new Key(Bytes.wrap(cell.key())), versioned(cell, value));
  }

  /**
   * The rows that begin with a prefix, a slice at a time; what of a slice is large or on disk is
   * read when asked for.
   */
  private final class Rows implements Iterator<KeyVersion> {

    private List<Cell> cells = List.of();
    private Value[] values = {};
    private int at; // of the next row among cells, once hasNext has said so
    private Place next; // where the next slice begins; null behind the last
    private final Bytes prefix;

    Rows(Place from, Bytes prefix) {
      this.next = from;
      this.prefix = prefix;
    }

    @Override
    public boolean hasNext() {
      while (true) {
        while (at < cells.size()) {
          Cell cell = cells.get(at);
          if (!prefix.isPrefixOf(cell.key())) {
            cells = List.of();
            next = null;
            return false;
          }
          if (cell.isPut()) {
            return true;
          }
          at++;
        }
        if (next == null) {
          return false;
        }
        Page page = page(next);
        cells = page.slice().cells();
        values = page.values();
        next = page.slice().next();
        at = 0;
      }
    }

    @Override
    public KeyVersion next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Cell cell = cells.get(at);
      Value value = values[at++];
      return row(cell, value != null ? value : value(cell));
    }
  }

  /** Rows of puts that are picked before any value is read. */
  private final class PickedRows implements Iterator<KeyVersion> {

    private final Predicate<Cell> picked;
    private final Function<Cell, Value> valueOf;
    private final ArrayDeque<Cell> cells = new ArrayDeque<>();
    private Place next = Place.FIRST;

    PickedRows(Predicate<Cell> picked, Function<Cell, Value> valueOf) {
      this.picked = picked;
      this.valueOf = valueOf;
    }

    @Override
    public boolean hasNext() {
      while (cells.isEmpty() && next != null) {
        TreeReader.Slice slice = slice(next, SLICE_ROWS);
        for (Cell cell : slice.cells()) {
          if (cell.isPut() && picked.test(cell)) {
            cells.add(cell);
          }
        }
        next = slice.next();
      }
      return !cells.isEmpty();
    }

    @Override
    public KeyVersion next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Cell cell = cells.remove();
      return row(cell, valueOf.apply(cell));
    }
  }
}
