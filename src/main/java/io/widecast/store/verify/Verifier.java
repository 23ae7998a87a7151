package io.widecast.store.verify;

import io.widecast.model.Token;
import io.widecast.store.VerifyReport;
import io.widecast.store.container.Container;
import io.widecast.store.log.StoreException;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.verify.Lineage.Tree;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Verifies a container store (systems.md S4): that trees share what their numbers say and nothing
 * else, that every value is where the middle map says, and that nothing is left over.
 *
 * <p><b>How.</b> At first the snapshot table by itself. Then every whole tree is held, heads
 * through temporary snapshots, and in small steps come: the bytes on disk, if asked for; the trees,
 * parents before children ({@link TreeWalk}); the middle map ({@link MapWalk}); the page table; the
 * segment usage table. Publishing, cleaning, checkpoints and a deletion under way go on between the
 * steps; deletions of held trees wait.
 *
 * <p><b>Cost.</b> Each page of the trees and of the middle map is read and checked once. Memory: a
 * record for each page of the trees that others are still to be compared with, in a plain chain of
 * snapshots those of two trees; a bit for each page and each block; and a bounded array of
 * addresses.
 *
 * <p>The first alarm stops deleting and cleaning on this store; nothing is repaired (S4 step 8).
 * For the store's owner.
 */
public final class Verifier implements AutoCloseable {

  /** Addresses that are held at once to find two blocks at one place: 32 MiB. */
  private static final int BLOCKS_MAX = 4 << 20;

  private static final int PAGES_PER_STEP = 4096;

  private enum Phase {
    FOREST,
    DISK,
    TREES,
    LEFTOVERS,
    MAP,
    PAGES,
    SEGMENTS,
    DONE
  }

  private final Container container;
  private final boolean disk;
  private final int blocksMax;
  private final long nowMillis;
  private final Alarms alarms = new Alarms();
  private final Token token;
  private Phase phase = Phase.FOREST;
  private Container.Hold hold;
  private Scope scope;
  private Leftovers leftovers;
  private long deleting; // row that was being deleted at the beginning; 0 for none
  private final ArrayDeque<Tree> trees = new ArrayDeque<>();
  private TreeWalk treeWalk;
  private MapWalk mapWalk;
  private SegmentWalk segmentWalk;
  private long nextPage = 1;

  /**
   * @param disk whether to read every segment from disk, past all caches, and every value
   * @param nowMillis for the temporary snapshots
   */
  public Verifier(Container container, boolean disk, long nowMillis) {
    this(container, disk, nowMillis, BLOCKS_MAX);
  }

  Verifier(Container container, boolean disk, long nowMillis, int blocksMax) {
    this.container = container;
    this.disk = disk;
    this.nowMillis = nowMillis;
    this.blocksMax = blocksMax;
    this.token = container.token();
  }

  /** All of it at once. */
  public static VerifyReport run(Container container, boolean disk, long nowMillis)
      throws IOException {
    try (var verifier = new Verifier(container, disk, nowMillis)) {
      while (verifier.step()) {
        // to the end
      }
      return verifier.report();
    }
  }

  /** Does a bounded piece; whether there is more. */
  public boolean step() throws IOException {
    switch (phase) {
      case FOREST -> begin();
      case DISK -> diskStep();
      case TREES -> treeStep();
      case LEFTOVERS -> leftoverStep();
      case MAP -> mapStep();
      case PAGES -> pageStep();
      case SEGMENTS -> segmentStep();
      case DONE -> {
        return false;
      }
    }
    if (!alarms.isEmpty()) {
      container.freezeAfterAlarm();
    }
    if (phase == Phase.DONE) {
      close();
    }
    return phase != Phase.DONE;
  }

  private void begin() {
    var forest = new ForestCheck(container, alarms);
    forest.run();
    if (!alarms.isEmpty()) {
      phase = Phase.DONE;
      return;
    }
    deleting = container.deletion().job().map(Deletion.Job::row).orElse(0L);
    hold = container.hold(nowMillis);
    scope = new Scope(container, alarms);
    leftovers = new Leftovers(scope);
    leftovers.addLate(container);
    trees.addAll(Lineage.of(hold, forest.rowsNow()));
    segmentWalk = new SegmentWalk(scope);
    phase = disk ? Phase.DISK : Phase.TREES;
  }

  private void diskStep() throws IOException {
    if (!segmentWalk.scanStep()) {
      try {
        container.checkFiles();
      } catch (StoreException e) {
        alarms.raise(AlarmKind.DAMAGED_FILE, "checkpoint", e.getMessage());
      }
      phase = Phase.TREES;
    }
  }

  private void treeStep() {
    if (treeWalk == null) {
      if (trees.isEmpty()) {
        phase = Phase.LEFTOVERS;
        return;
      }
      treeWalk = new TreeWalk(scope, trees.remove());
    }
    if (!treeWalk.step()) {
      treeWalk = null;
    }
  }

  private void leftoverStep() {
    if (deleting != 0) {
      leftovers.addDeleting(container, deleting);
    }
    mapWalk = new MapWalk(scope, leftovers, disk, blocksMax);
    phase = Phase.MAP;
  }

  private void mapStep() {
    if (!mapWalk.step()) {
      phase = Phase.PAGES;
    }
  }

  private void pageStep() {
    boolean unread = scope.unread || scope.mapUnread; // then nobody knows what is reached
    for (int i = 0; i < PAGES_PER_STEP; i++) {
      long id = nextPage++;
      if (unread || id > scope.pages.idMax()) {
        endPages();
        return;
      }
      long opSeq = scope.pages.opSeq(id);
      if (opSeq != 0
          && opSeq < scope.opSeqEnd
          && !scope.checked.contains(id)
          && !leftovers.hasPage(id, opSeq)) {
        alarms.raise(AlarmKind.LEAKED_PAGE, "page " + id, "of operation " + opSeq);
      }
    }
  }

  /** Counts are of what the map and the page table say, so they come last, if these are sound. */
  private void endPages() {
    scope.damage.raiseRest(scope.segments, alarms);
    segmentWalk = new SegmentWalk(scope);
    phase = alarms.isEmpty() ? Phase.SEGMENTS : Phase.DONE;
  }

  private void segmentStep() {
    if (!segmentWalk.countStep()) {
      phase = Phase.DONE;
    }
  }

  /** What was found so far. */
  public VerifyReport report() {
    return new VerifyReport(token, alarms.list());
  }

  /** Pages read and checked so far; each once. */
  public long fullChecks() {
    return scope == null ? 0 : scope.fullChecks;
  }

  /** Different pages among these. */
  long pagesChecked() {
    return scope == null ? 0 : scope.checked.size();
  }

  /** Records of pages held for comparison, at the most. */
  public long nodesMax() {
    return scope == null ? 0 : scope.nodesMax;
  }

  /** Records held now. */
  long nodes() {
    return scope == null ? 0 : scope.nodes;
  }

  /** Lets go of the trees that are held, also before the end. */
  @Override
  public void close() {
    phase = Phase.DONE;
    if (hold != null) {
      hold.close();
      hold = null;
    }
  }
}
