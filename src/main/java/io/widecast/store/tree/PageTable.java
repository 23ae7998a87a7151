package io.widecast.store.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Page id to the address of the page's last written state. Changed by the owner; addresses may be
 * read on any thread.
 */
final class PageTable {

  private static final VarHandle PBA = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[] pbas = new long[64];
  private long[] opSeqs = new long[64]; // 0 for an id that is not in use
  private long[] free = new long[16]; // ids to use again
  private int freeCount; // of these that may be used now; those behind are retired
  private int retiredCount;
  private int next = 1;

  /** A new page's id. */
  long allocate(long opSeq) {
    int id = freeCount > 0 ? takeFree() : next++;
    if (id == pbas.length) {
      pbas = Arrays.copyOf(pbas, id * 2);
      opSeqs = Arrays.copyOf(opSeqs, id * 2);
    }
    opSeqs[id] = opSeq;
    return id;
  }

  private int takeFree() {
    int id = (int) free[--freeCount];
    if (retiredCount > 0) { // the last retired one closes the gap
      free[freeCount] = free[freeCount + retiredCount];
    }
    return id;
  }

  /**
   * The page is no more. Its id and its address stay as they are until {@link #reuseFreed}: readers
   * of the published state may still be on their way to it.
   */
  void free(long id) {
    opSeqs[(int) id] = 0;
    int end = freeCount + retiredCount;
    if (end == free.length) {
      free = Arrays.copyOf(free, end * 2);
    }
    free[end] = id;
    retiredCount++;
  }

  /** Nobody begins to read what was freed any more. */
  void reuseFreed() {
    for (; retiredCount > 0; retiredCount--) {
      set(free[freeCount++], 0);
    }
  }

  void set(long id, long pba) {
    PBA.setRelease(pbas, (int) id, pba);
  }

  /** For any thread: 0 for a page that is not on disk. One just freed still has its last. */
  long address(long id) {
    long[] now = pbas;
    return id > 0 && id < now.length ? (long) PBA.getAcquire(now, (int) id) : 0;
  }

  /** For the owner: 0 for a page that is not on disk, or not in use. */
  long pba(long id) {
    return opSeq(id) == 0 ? 0 : address(id);
  }

  /** 0 for an id that is not in use. */
  long opSeq(long id) {
    return id > 0 && id < next ? opSeqs[(int) id] : 0;
  }

  /** All ids are below this. */
  int end() {
    return next;
  }

  int count() {
    return next - 1 - freeCount - retiredCount;
  }

  long[] copyOfPbas() {
    long[] copy = Arrays.copyOf(pbas, next);
    for (int i = freeCount; i < freeCount + retiredCount; i++) {
      copy[(int) free[i]] = 0;
    }
    return copy;
  }

  long[] copyOfOpSeqs() {
    return Arrays.copyOf(opSeqs, next);
  }

  static PageTable of(long[] pbas, long[] opSeqs) {
    var table = new PageTable();
    table.next = Math.max(1, pbas.length);
    int room = Math.max(64, Integer.highestOneBit(table.next) * 2);
    table.pbas = Arrays.copyOf(pbas, room);
    table.opSeqs = Arrays.copyOf(opSeqs, room);
    table.free = new long[16];
    for (int id = table.next - 1; id >= 1; id--) {
      if (opSeqs[id] == 0) {
        if (table.freeCount == table.free.length) {
          table.free = Arrays.copyOf(table.free, table.freeCount * 2);
        }
        table.free[table.freeCount++] = id;
      }
    }
    return table;
  }
}
