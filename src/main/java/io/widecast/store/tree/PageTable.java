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
  private int freeCount;
  private int next = 1;

  /** A new page's id. */
  long allocate(long opSeq) {
    int id = freeCount > 0 ? (int) free[--freeCount] : next++;
    if (id == pbas.length) {
      pbas = Arrays.copyOf(pbas, id * 2);
      opSeqs = Arrays.copyOf(opSeqs, id * 2);
    }
    opSeqs[id] = opSeq;
    return id;
  }

  void free(long id) {
    set(id, 0);
    opSeqs[(int) id] = 0;
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = id;
  }

  void set(long id, long pba) {
    PBA.setRelease(pbas, (int) id, pba);
  }

  /** 0 for a page that is not on disk, or not in use. */
  long pba(long id) {
    long[] now = pbas;
    return id > 0 && id < now.length ? (long) PBA.getAcquire(now, (int) id) : 0;
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
    return next - 1 - freeCount;
  }

  long[] copyOfPbas() {
    return Arrays.copyOf(pbas, next);
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
