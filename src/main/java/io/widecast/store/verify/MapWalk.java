package io.widecast.store.verify;

import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.segment.BlockKind;
import io.widecast.store.segment.Pba;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Walks the middle map by rising VBA (S4 step 7): its pages, that some tree reaches each block, and
 * that no two blocks share a place. A step is one leaf.
 *
 * <p>The map changes between two steps. That does no harm: a leaf begins at the same VBA all its
 * life and gives way only to the one before it, so going on from where the last one ended skips
 * nothing; blocks only move to addresses that were never used; and blocks from {@link Scope#vbaEnd}
 * on are left to the next verification.
 *
 * <p>Finding shared places takes an array of all addresses: so the walk is done in passes over
 * ranges of segments with a bounded number of live blocks.
 */
final class MapWalk {

  private final Scope scope;
  private final Leftovers leftovers;
  private final boolean readsValues;
  private final int blocksMax;

  private PageRef startRoot;
  private long sizeAtStart;
  private long end; // no block of the beginning has this number or a higher one
  private long entries;
  private long cursor;
  private long segmentFrom; // of this pass
  private long segmentTo; // excluded
  private long[] pbas = new long[1024]; // in this pass
  private int count;
  private boolean first = true; // pass
  private TreeMap<Long, List<String>>
      naming; // places that are shared, when who stands there is asked

  /**
   * @param blocksMax addresses to hold at once, about
   */
  MapWalk(Scope scope, Leftovers leftovers, boolean readsValues, int blocksMax) {
    this.scope = scope;
    this.leftovers = leftovers;
    this.readsValues = readsValues;
    this.blocksMax = blocksMax;
  }

  /** Whether there is more to do. */
  boolean step() {
    if (startRoot == null) {
      startRoot = scope.map.root();
      sizeAtStart = scope.map.size();
      end = scope.container.forest().nextVba();
      beginPass(0);
    }
    if (leaf()) {
      return true;
    }
    if (first && scope.map.root() == startRoot && !scope.mapUnread && entries != sizeAtStart) {
      scope.alarms.raise(
          AlarmKind.MAP_COUNT, "middle map", entries + " blocks instead of " + sizeAtStart);
    }
    first = false;
    return nextPass();
  }

  // ---- passes

  private void beginPass(long from) {
    segmentFrom = from;
    segmentTo = Long.MAX_VALUE;
    long blocks = 0;
    for (var usage : scope.segments.usage()) {
      if (usage.number() >= from) {
        blocks += usage.liveBlocks();
        if (blocks > blocksMax && usage.number() > from) {
          segmentTo = usage.number();
          break;
        }
      }
    }
    cursor = 0;
    count = 0;
  }

  private boolean nextPass() {
    if (naming != null) {
      naming.forEach(
          (pba, who) ->
              scope.alarms.raise(
                  AlarmKind.SHARED_PLACE, Pba.text(pba), String.join(", ", who) + " stand there"));
      naming = null;
    } else if (findShared()) {
      cursor = 0;
      return true; // once more, to name them
    }
    if (segmentTo == Long.MAX_VALUE) {
      return false;
    }
    beginPass(segmentTo);
    return true;
  }

  private boolean findShared() {
    for (long id : scope.pages.ids()) {
      note(scope.pages.pba(id));
    }
    Arrays.sort(pbas, 0, count);
    for (int i = 1; i < count; i++) {
      boolean sameSegment = Pba.segment(pbas[i]) == Pba.segment(pbas[i - 1]);
      int end = Pba.offset(pbas[i - 1]) + Pba.length(pbas[i - 1]);
      if (sameSegment && Pba.offset(pbas[i]) < end) {
        naming = naming == null ? new TreeMap<>() : naming;
        naming.put(pbas[i - 1], new ArrayList<>());
        naming.put(pbas[i], new ArrayList<>());
      }
    }
    if (naming != null) {
      for (long id : scope.pages.ids()) {
        name(scope.pages.pba(id), "page " + id);
      }
    }
    return naming != null;
  }

  private void note(long pba) {
    if (pba != 0 && Pba.segment(pba) >= segmentFrom && Pba.segment(pba) < segmentTo) {
      if (count == pbas.length) {
        pbas = Arrays.copyOf(pbas, count * 2);
      }
      pbas[count++] = pba;
    }
  }

  private void name(long pba, String who) {
    List<String> there = naming.get(pba);
    if (there != null) {
      there.add(who);
    }
  }

  // ---- leaves

  /** Looks at the leaf at the cursor; whether there is one behind it. */
  private boolean leaf() {
    PageRef ref = scope.map.root();
    long low = 0;
    long high = Long.MAX_VALUE;
    int level = -1;
    while (true) {
      Pages.Inspection page = page(ref, low, high, level);
      if (page == null) {
        scope.mapUnread = true;
        break;
      }
      if (page.level() == 0) {
        entries(page);
        break;
      }
      long[] lows = page.vbas();
      int found = Arrays.binarySearch(lows, cursor);
      int child = found >= 0 ? found : Math.max(0, -found - 2);
      low = child == 0 ? low : lows[child];
      high = child + 1 < lows.length ? lows[child + 1] : high;
      ref = scope.pages.children(ref, Guard.ALWAYS).get(child);
      level = page.level() - 1;
    }
    cursor = high;
    return high < end;
  }

  /** The page, checked if it is the first time; null when it is none. */
  private Pages.Inspection page(PageRef ref, long low, long high, int level) {
    String where = "middle map, page " + ref.id() + ", VBAs from " + low;
    if (!first || scope.mapPages.contains(ref.id())) {
      try {
        Pages.Inspection again = scope.pages.inspect(ref, Guard.ALWAYS);
        return again.isMap() && again.fault().isEmpty() ? again : null;
      } catch (StoreException | BlockGoneException e) {
        return null; // told of the first time
      }
    }
    long opSeq = scope.pages.opSeq(ref.id());
    if (opSeq == 0) {
      scope.alarms.raise(AlarmKind.MISSING_PAGE, where, "is not allocated");
      return null;
    }
    if (!scope.checked.add(ref.id())) {
      scope.alarms.raise(AlarmKind.SHARED_BUT_NEW, where, "belongs to a tree");
      return null;
    }
    scope.mapPages.add(ref.id());
    Pages.Inspection page = scope.inspect(ref, where);
    return page != null && check(page, opSeq, where, low, high, level) ? page : null;
  }

  private boolean check(
      Pages.Inspection page, long opSeq, String where, long low, long high, int level) {
    if (!page.isMap() || level >= 0 && page.level() != level) {
      String what = page.isMap() ? "at level " + page.level() : "of a tree";
      scope.alarms.raise(AlarmKind.PAGE_LEVEL, where, "is " + what);
      return false;
    }
    if (page.opSeq() != opSeq || opSeq >= scope.pages.nextOpSeq()) {
      scope.alarms.raise(
          AlarmKind.PAGE_NUMBER, where, "of operation " + page.opSeq() + ", in the table " + opSeq);
    }
    if (!page.fault().isEmpty()) {
      scope.alarms.raise(AlarmKind.PAGE_ORDER, where, page.fault());
      return false;
    }
    long[] vbas = page.vbas();
    if (vbas.length > 0 && (vbas[0] < low || vbas[vbas.length - 1] >= high)) {
      scope.alarms.raise(
          AlarmKind.PAGE_RANGE, where, "holds " + vbas[0] + " to " + vbas[vbas.length - 1]);
    }
    if (page.overfull()) {
      scope.alarms.raise(AlarmKind.PAGE_FILL, where, vbas.length + " entries");
    }
    return true;
  }

  private void entries(Pages.Inspection page) {
    long[] vbas = page.vbas();
    for (int i = 0; i < vbas.length; i++) {
      if (vbas[i] < cursor) {
        continue; // seen before a merge
      }
      if (naming != null) {
        name(page.pbas()[i], "VBA " + vbas[i]);
        continue;
      }
      note(page.pbas()[i]);
      if (first) {
        entries++;
        entry(vbas[i], page.pbas()[i]);
      }
    }
  }

  private void entry(long vba, long pba) {
    if (vba >= scope.vbaEnd) {
      return;
    }
    boolean reached = scope.vbas.contains(vba);
    if (!reached && !scope.unread && !leftovers.hasVba(vba)) {
      scope.alarms.raise(AlarmKind.LEAK, "VBA " + vba, "at " + Pba.text(pba));
    }
    if (!scope.segments.contains(pba)) {
      if (!reached) {
        scope.alarms.raise(AlarmKind.DANGLING, "VBA " + vba, "no segment has " + Pba.text(pba));
      } // else it was told of by its key
    } else if (readsValues && !scope.damage.claim(pba)) {
      read(vba, pba);
    }
  }

  private void read(long vba, long pba) {
    try {
      scope.segments.read(pba, BlockKind.VALUE, vba);
    } catch (StoreException | BlockGoneException e) {
      scope.alarms.raise(AlarmKind.DANGLING, "VBA " + vba, e.getMessage());
    }
  }
}
