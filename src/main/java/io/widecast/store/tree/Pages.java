package io.widecast.store.tree;

import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.segment.BlockKind;
import io.widecast.store.segment.DamagedBlockException;
import io.widecast.store.segment.SegmentWriter;
import io.widecast.store.segment.Segments;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pages of all trees of one store: which there are, which of them are in memory, and which have
 * changed since the last checkpoint.
 *
 * <p>In memory a page is an object that nobody changes once the edit that made it is over; an edit
 * puts new objects beside the old ones, up to the root. On disk it has an id: a change in place
 * keeps it, a copy gets a new one. The pages in memory that are as on disk are kept within a
 * budget; changed ones stay until a checkpoint has written them.
 *
 * <p><b>Threads.</b> The owner changes; {@link #read} is for any.
 */
public final class Pages {

  /** What a changed page is taken to be: about what it is on disk. */
  public static final int CHANGED_PAGE_BYTES = 4096;

  private final Segments segments;
  private long budgetBytes; // guarded by clock
  private PageTable table = new PageTable();
  private final ChangedPages changed = new ChangedPages();
  private final Map<Long, Long> moves = new TreeMap<>(); // to write anew as they are: id, address
  private long nextOpSeq = 1;
  private long edit = 1;
  private long pagesCopied;

  private final ArrayDeque<PageRef> clock = new ArrayDeque<>(); // guarded by itself
  private long cachedBytes; // guarded by clock
  private volatile boolean allHeld = true;

  /**
   * @param budgetBytes for pages that are as on disk
   */
  public Pages(Segments segments, long budgetBytes) {
    this.segments = segments;
    this.budgetBytes = budgetBytes;
  }

  public Segments segments() {
    return segments;
  }

  // ---- reading

  /** For the owner. */
  Page get(PageRef ref) {
    return read(ref, Guard.ALWAYS);
  }

  /**
   * The content of {@code ref}, read from disk where it is not in memory; any thread.
   *
   * @throws MovedException when {@code guard} does not hold after reading
   * @throws DamagedBlockException when the page is not what was written
   */
  public Page read(PageRef ref, Guard guard) {
    Page held = ref.held();
    if (held != null) {
      if (!ref.used) {
        ref.used = true;
      }
      return held;
    }
    if (guard == Guard.IN_MEMORY) {
      throw new MovedException();
    }
    Page loaded;
    try {
      loaded = load(ref.id());
    } catch (BlockGoneException | StoreException e) {
      if (!guard.holds()) {
        throw new MovedException();
      }
      throw e;
    }
    if (!guard.holds()) {
      throw new MovedException();
    }
    return hold(ref, loaded);
  }

  private Page load(long id) {
    for (int tries = 0; ; tries++) {
      long pba = table.address(id);
      if (pba == 0) {
        throw new StoreException(
            "page " + id + " is missing in " + segments.place() + ". Run 'widecast verify'");
      }
      try {
        return Page.decode(segments.read(pba, BlockKind.PAGE, id));
      } catch (BlockGoneException e) {
        if (pba == table.address(id) && tries > 0) {
          throw e; // else it was moved between the two looks
        }
      } catch (WireException | IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new StoreException(
            "page " + id + " of " + segments.place() + " is damaged: " + e.getMessage(), e);
      }
    }
  }

  private Page hold(PageRef ref, Page loaded) {
    synchronized (clock) {
      Page held = ref.held();
      if (held != null) {
        return held; // another thread was faster
      }
      ref.hold(loaded);
      added(ref, loaded);
      return loaded;
    }
  }

  private void added(PageRef ref, Page page) {
    synchronized (clock) {
      cachedBytes += page.sizeBytes();
      clock.add(ref);
      int looks = 2 * clock.size();
      while (cachedBytes > budgetBytes && looks-- > 0) {
        PageRef oldest = clock.remove();
        Page content = oldest.held();
        if (oldest.used && !oldest.replaced) {
          oldest.used = false;
          clock.add(oldest);
        } else if (content != null) {
          cachedBytes -= content.sizeBytes();
          allHeld &= oldest.replaced;
          oldest.evict();
        }
      }
    }
  }

  /** Changes the budget; what is beyond it goes when something is read. */
  public void limit(long newBudgetBytes) {
    synchronized (clock) {
      budgetBytes = newBudgetBytes;
    }
  }

  /**
   * Whether every page is surely in memory: so in a store that was begun in this run and has stayed
   * within the budget. Any thread.
   */
  public boolean allHeld() {
    return allHeld;
  }

  public long cachedBytes() {
    synchronized (clock) {
      return cachedBytes;
    }
  }

  /**
   * A page as it is, for whoever checks it.
   *
   * @param low of a page of L; null in M
   * @param lows where each child begins, of an inner page of L
   * @param vbas of a leaf of M; where each child begins, of an inner page of M
   * @param pbas of a leaf of M
   * @param overfull whether it holds more than a page may
   * @param fault what is wrong within the page; empty when nothing is
   */
  public record Inspection(
      long id,
      long opSeq,
      int level,
      boolean isMap,
      Place low,
      List<Long> children,
      List<Place> lows,
      List<Cell> cells,
      long[] vbas,
      long[] pbas,
      int contentBytes,
      boolean overfull,
      String fault) {}

  /** Looks at a page closely. */
  public Inspection inspect(PageRef ref, Guard guard) {
    Page page = read(ref, guard);
    var children = new ArrayList<Long>();
    var lows = new ArrayList<Place>();
    var cells = new ArrayList<Cell>();
    long[] vbas = new long[0];
    long[] pbas = new long[0];
    Place low = null;
    int bytes = 0;
    boolean overfull;
    String fault;
    if (page instanceof LeafPage leaf) {
      low = leaf.low();
      bytes = leaf.contentBytes();
      overfull = bytes > LeafPage.BYTES_MAX;
      fault = leaf.fault();
      for (int i = 0; fault.isEmpty() && i < leaf.count(); i++) {
        cells.add(leaf.cell(i));
      }
    } else if (page instanceof InnerPage inner) {
      low = inner.low();
      bytes = inner.contentBytes();
      overfull = bytes > InnerPage.BYTES_MAX && inner.count() >= InnerPage.SPLIT_MIN;
      fault = inner.fault();
      for (int i = 0; i < inner.count(); i++) {
        children.add(inner.child(i).id());
        lows.add(inner.lowOf(i));
      }
    } else if (page instanceof MapLeaf leaf) {
      fault = leaf.fault();
      overfull = leaf.count > MapLeaf.ENTRIES_MAX;
      vbas = Arrays.copyOf(leaf.vbas, leaf.count);
      pbas = Arrays.copyOf(leaf.pbas, leaf.count);
    } else if (page instanceof MapInner inner) {
      fault = inner.fault();
      overfull = inner.count > MapInner.CHILDREN_MAX;
      vbas = Arrays.copyOf(inner.lows, inner.count);
      for (int i = 0; i < inner.count; i++) {
        children.add(inner.children[i].id());
      }
    } else {
      throw new AssertionError(page);
    }
    boolean map = page instanceof MapLeaf || page instanceof MapInner;
    return new Inspection(
        ref.id(),
        page.opSeq(),
        page.level(),
        map,
        low,
        children,
        lows,
        cells,
        vbas,
        pbas,
        bytes,
        overfull,
        fault);
  }

  /** The references to the children of an inner page; none for a leaf. */
  public List<PageRef> children(PageRef ref, Guard guard) {
    Page page = read(ref, guard);
    var children = new ArrayList<PageRef>();
    if (page instanceof InnerPage inner) {
      for (int i = 0; i < inner.count(); i++) {
        children.add(inner.child(i));
      }
    } else if (page instanceof MapInner inner) {
      children.addAll(Arrays.asList(inner.children).subList(0, inner.count));
    }
    return children;
  }

  // ---- changing; the owner

  /** Begins an edit: pages made from now on may be changed until the next one begins. */
  public void beginEdit() {
    edit++;
  }

  long edit() {
    return edit;
  }

  /**
   * Readers are given the newest state from now on, so that ids of pages that were freed before may
   * be used again. Whoever still reads an older state finds that its {@link Guard} does not hold.
   */
  public void reuseFreed() {
    table.reuseFreed();
  }

  public long newOpSeq() {
    return nextOpSeq++;
  }

  public long nextOpSeq() {
    return nextOpSeq;
  }

  /** A page that did not exist. */
  PageRef allocate(Page page) {
    var ref = new PageRef(table.allocate(page.opSeq()), page);
    changed.put(ref);
    return ref;
  }

  /** A new state of a page that exists. */
  PageRef replace(PageRef old, Page page) {
    old.replaced = true;
    var ref = new PageRef(old.id(), page);
    changed.put(ref);
    moves.remove(ref.id());
    return ref;
  }

  void countCopy() {
    pagesCopied++;
  }

  /**
   * Frees a page, if it still is the one that {@code opSeq} made. Readers of the published state
   * find it until {@link #reuseFreed}.
   *
   * @return whether it was
   */
  public boolean free(long id, long opSeq) {
    if (table.opSeq(id) != opSeq) {
      return false;
    }
    PageRef ref = changed.remove(id);
    if (ref != null) {
      ref.replaced = true;
    }
    moves.remove(id);
    long pba = table.pba(id);
    if (pba != 0) {
      segments.release(pba);
    }
    table.free(id);
    return true;
  }

  /** The number of the operation that made page {@code id}; 0 when there is none. */
  public long opSeq(long id) {
    return table.opSeq(id);
  }

  public int count() {
    return table.count();
  }

  /** Ids of all pages in use. */
  public List<Long> ids() {
    var ids = new ArrayList<Long>();
    for (int id = 1; id < table.end(); id++) {
      if (table.opSeq(id) != 0) {
        ids.add((long) id);
      }
    }
    return ids;
  }

  /** No page has a higher id. */
  public long idMax() {
    return table.end() - 1;
  }

  /** A reference for reading page {@code id} anew. */
  public PageRef ref(long id) {
    PageRef held = changed.get(id);
    return held != null ? held : new PageRef(id, null);
  }

  public long pba(long id) {
    return table.pba(id);
  }

  public int changedCount() {
    return changed.count() + moves.size();
  }

  public long pagesCopied() {
    return pagesCopied;
  }

  /** The next checkpoint writes page {@code id} anew if it still stands at {@code pba}. */
  public void move(long id, long pba) {
    if (table.pba(id) == pba && changed.get(id) == null) {
      moves.put(id, pba);
    }
  }

  // ---- checkpoints

  /** Everything about pages that a checkpoint needs, as of one moment. */
  public final class Frozen {

    private final List<PageRef> refs; // by rising id
    private final List<Page> contents;
    private final List<Map.Entry<Long, Long>> toMove;
    private final long[] pbas;
    private final long[] opSeqs;
    private final List<Long> released = new ArrayList<>(); // addresses that the new ones replace
    private final long[] written;

    private Frozen() {
      refs = changed.all();
      contents = new ArrayList<>(refs.size());
      refs.forEach(ref -> contents.add(ref.held()));
      toMove = new ArrayList<>();
      moves.forEach((id, pba) -> toMove.add(Map.entry(id, pba)));
      moves.clear();
      pbas = table.copyOfPbas();
      opSeqs = table.copyOfOpSeqs();
      written = new long[refs.size() + toMove.size()];
    }

    /** At the most. */
    public long bytes() {
      return (refs.size() + toMove.size()) * (long) (CHANGED_PAGE_BYTES * 2 + 64);
    }

    /** Writes all of them; on the thread of checkpoints. */
    public void write(SegmentWriter writer) throws IOException {
      var out = new ByteWriter(CHANGED_PAGE_BYTES * 2);
      for (int i = 0; i < refs.size(); i++) {
        out.clear();
        contents.get(i).encode(out);
        written(
            i, refs.get(i).id(), writer.append(refs.get(i).id(), out.unsafeArray(), out.size()));
      }
      for (int i = 0; i < toMove.size(); i++) {
        long id = toMove.get(i).getKey();
        byte[] payload = segments.read(toMove.get(i).getValue(), BlockKind.PAGE, id);
        written(refs.size() + i, id, writer.append(id, payload, payload.length));
      }
    }

    private void written(int index, long id, long pba) {
      written[index] = pba;
      if (pbas[(int) id] != 0) {
        released.add(pbas[(int) id]);
      }
      pbas[(int) id] = pba;
    }

    /** The page table as the checkpoint has it: address and opSeq by id, 0 where there is none. */
    public long[] pbas() {
      return pbas;
    }

    public long[] opSeqs() {
      return opSeqs;
    }

    /** Addresses that no longer count once this is written. */
    public List<Long> released() {
      return released;
    }

    /** It is on disk: the owner takes the new addresses over, where they still hold. */
    public void install() {
      for (int i = 0; i < refs.size(); i++) {
        PageRef ref = refs.get(i);
        long id = ref.id();
        if (table.opSeq(id) != opSeqs[(int) id]) {
          segments.release(written[i]); // freed meanwhile
          continue;
        }
        moveTo(id, written[i]);
        if (changed.get(id) == ref) {
          changed.remove(id);
          added(ref, contents.get(i));
        }
      }
      for (int i = 0; i < toMove.size(); i++) {
        long id = toMove.get(i).getKey();
        long pba = written[refs.size() + i];
        if (table.pba(id) == toMove.get(i).getValue() && table.opSeq(id) == opSeqs[(int) id]) {
          moveTo(id, pba);
        } else {
          segments.release(pba);
        }
      }
    }

    private void moveTo(long id, long pba) {
      long old = table.pba(id);
      table.set(id, pba);
      if (old != 0) {
        segments.release(old);
      }
    }

    /** It could not be written: what was to be moved will be again. */
    public void abandon() {
      toMove.forEach(move -> move(move.getKey(), move.getValue()));
    }
  }

  /** What changed since the last checkpoint, and the table. The current edit is over. */
  public Frozen freeze() {
    beginEdit();
    return new Frozen();
  }

  /** Takes up a checkpoint's table; numbers go on above all that may be on disk. */
  public void recover(long[] pbas, long[] opSeqs, long next) {
    table = PageTable.of(pbas, opSeqs);
    allHeld = false;
    nextOpSeq = next;
  }
}
