package io.widecast.store.snapshot;

import io.widecast.store.segment.Segments;
import io.widecast.store.tree.MiddleMap;
import java.util.Arrays;

/** Blocks to be removed from the middle map by rising number, so that each leaf is changed once. */
final class BlockBatch {

  private long[] vbas = new long[256];
  private long[] pbas = new long[256];
  private int size;

  /** Blocks {@code vba} to {@code vba + count - 1}. */
  void add(long vba, int count) {
    if (size + count > vbas.length) {
      vbas = Arrays.copyOf(vbas, Math.max(2 * vbas.length, size + count));
      pbas = new long[vbas.length];
    }
    for (int i = 0; i < count; i++) {
      vbas[size++] = vba + i;
    }
  }

  /** Removes all of them and forgets them; some may be gone already. */
  void removeFrom(MiddleMap map, Segments segments) {
    Arrays.sort(vbas, 0, size);
    for (int done = 0; done < size; ) {
      int end = done + map.removeBatch(vbas, done, size, pbas);
      for (; done < end; done++) {
        if (pbas[done] != 0) {
          segments.release(pbas[done]);
        }
      }
    }
    size = 0;
  }
}
