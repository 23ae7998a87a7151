package io.widecast.store.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The newest states of the pages that changed since the last checkpoint, by id. The owner's. */
final class ChangedPages {

  private PageRef[] byId = new PageRef[64];
  private int count;

  int count() {
    return count;
  }

  /** Null when the page is as on disk. */
  PageRef get(long id) {
    return id < byId.length ? byId[(int) id] : null;
  }

  void put(PageRef ref) {
    int id = (int) ref.id();
    if (id >= byId.length) {
      byId = Arrays.copyOf(byId, Math.max(id + 1, byId.length * 2));
    }
    if (byId[id] == null) {
      count++;
    }
    byId[id] = ref;
  }

  /** What was there, or null. */
  PageRef remove(long id) {
    PageRef ref = get(id);
    if (ref != null) {
      byId[(int) id] = null;
      count--;
    }
    return ref;
  }

  /** By rising id. */
  List<PageRef> all() {
    var all = new ArrayList<PageRef>(count);
    for (int id = 1; all.size() < count; id++) {
      if (byId[id] != null) {
        all.add(byId[id]);
      }
    }
    return all;
  }
}
