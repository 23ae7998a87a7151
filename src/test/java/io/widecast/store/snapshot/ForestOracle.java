package io.widecast.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.segment.Pba;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.ValueBlocks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The obvious way to see whether a forest lost, leaked or shared anything that it must not: walks
 * every tree, and compares what it reaches with what is allocated, and with the rules of numbers.
 */
final class ForestOracle {

  private final Forest forest;
  private final Pages pages;
  private final Map<Long, Set<String>> reachedFrom = new HashMap<>(); // page id, names of trees
  private final Map<Long, Long> opSeqs = new HashMap<>();
  private final Map<Long, Pages.Inspection> contents = new HashMap<>();
  private final TreeSet<Long> vbas = new TreeSet<>();
  private final TreeMap<Long, Long> addresses = new TreeMap<>();
  private final TreeSet<Long> mapPages = new TreeSet<>();

  private ForestOracle(Forest forest) {
    this.forest = forest;
    this.pages = forest.pages();
  }

  /**
   * Throws where an invariant of S2 or S3 does not hold.
   *
   * @param deleting whether a job is under way: then its tree is half there
   */
  static void check(Forest forest, boolean deleting) {
    new ForestOracle(forest).run(deleting);
  }

  private void run(boolean deleting) {
    for (Head head : forest.heads()) {
      mark(head.tree().root(), null, "head " + head.id(), boundaries(head.parent()));
    }
    for (SnapshotRow row : forest.rows()) {
      if (row.state().holds()) {
        var boundaries = boundaries(row.parent());
        boundaries.add(row.snapSeq());
        mark(row.root(), null, row.toString(), boundaries);
      }
    }
    markMap(forest.map().root());

    for (Head head : forest.heads()) {
      checkOwned(head);
    }
    checkNumbers();
    checkReached(deleting);
    checkUsage();
  }

  private TreeSet<Long> boundaries(long parent) {
    var boundaries = new TreeSet<Long>();
    for (SnapshotRow row = forest.row(parent).orElse(null);
        row != null;
        row = forest.row(row.parent()).orElse(null)) {
      boundaries.add(row.snapSeq());
    }
    return boundaries;
  }

  private void mark(PageRef ref, Pages.Inspection above, String tree, TreeSet<Long> boundaries) {
    Pages.Inspection page = pages.inspect(ref, Guard.ALWAYS);
    if (!reachedFrom.computeIfAbsent(ref.id(), id -> new HashSet<>()).add(tree)) {
      throw new AssertionError("page " + ref.id() + " hangs in " + tree + " twice");
    }
    if (page.opSeq() != pages.opSeq(ref.id()) || !page.fault().isEmpty()) {
      throw new AssertionError("page " + ref.id() + " of " + tree + ": " + page.fault());
    }
    opSeqs.put(ref.id(), page.opSeq());
    Pages.Inspection other = contents.putIfAbsent(ref.id(), page);
    if (other != null
        && !(other.cells().equals(page.cells()) && other.children().equals(page.children()))) {
      throw new AssertionError("I2.1: page " + ref.id() + " of " + tree + " differs from itself");
    }
    if (above != null) {
      Long boundary = boundaries.ceiling(above.opSeq());
      assertThat(page.opSeq())
          .as("I2.2: page %d below page %d", page.id(), above.id())
          .isLessThanOrEqualTo(boundary == null ? Long.MAX_VALUE : boundary);
      int index = above.children().indexOf(page.id());
      assertThat(page.low())
          .as("low place of page %d", page.id())
          .isEqualTo(above.lows().get(index));
      assertThat(page.level()).isEqualTo(above.level() - 1);
    }
    for (PageRef child : pages.children(ref, Guard.ALWAYS)) {
      mark(child, page, tree, boundaries);
    }
    for (Cell cell : page.cells()) {
      for (int i = 0; cell.isPut() && i < ValueBlocks.count(cell.length()); i++) {
        vbas.add(cell.vba() + i);
      }
    }
  }

  private void markMap(PageRef ref) {
    mapPages.add(ref.id());
    Pages.Inspection page = pages.inspect(ref, Guard.ALWAYS);
    assertThat(page.fault()).as("page %d of M", ref.id()).isEmpty();
    for (PageRef child : pages.children(ref, Guard.ALWAYS)) {
      markMap(child);
    }
    for (int i = 0; page.level() == 0 && i < page.vbas().length; i++) {
      addresses.put(page.vbas()[i], page.pbas()[i]);
    }
  }

  private void checkOwned(Head head) {
    reachedFrom.forEach(
        (id, trees) -> {
          if (trees.contains("head " + head.id()) && opSeqs.get(id) > head.tree().floor()) {
            assertThat(trees).as("I2.3: page %d, owned by head %d", id, head.id()).hasSize(1);
          }
        });
  }

  private void checkNumbers() {
    opSeqs.values().forEach(opSeq -> assertThat(opSeq).as("I2.6").isLessThan(pages.nextOpSeq()));
    if (!vbas.isEmpty()) {
      assertThat(vbas.last()).as("I2.6").isLessThan(forest.nextVba());
    }
    for (SnapshotRow row : forest.rows()) {
      assertThat(row.snapSeq()).as("I2.6").isLessThan(pages.nextOpSeq());
      assertThat(row.minVba()).as("I2.6").isLessThanOrEqualTo(forest.nextVba());
      assertThat(row.id()).isLessThan(forest.nextId());
    }
  }

  private void checkReached(boolean deleting) {
    var allocated = new TreeSet<>(pages.ids());
    assertThat(allocated).as("I2.4: pages lost").containsAll(reachedFrom.keySet());
    assertThat(addresses.keySet()).as("I3.1: blocks lost").containsAll(vbas);
    assertThat(forest.map().size()).isEqualTo(addresses.size());
    if (!deleting) {
      allocated.removeAll(reachedFrom.keySet());
      allocated.removeAll(mapPages);
      var mapped = new TreeSet<>(addresses.keySet());
      mapped.removeAll(vbas);
      for (SnapshotRow row : forest.rows()) {
        for (LateItem item : row.lateList()) {
          if (item.isPage()) {
            allocated.remove(item.id());
          }
          for (int i = 0; i < item.count(); i++) {
            mapped.remove(item.id() + i);
          }
        }
      }
      assertThat(allocated).as("I2.4 I3.2: pages leaked").isEmpty();
      assertThat(mapped).as("I3.2: blocks leaked").isEmpty();
    }
  }

  private void checkUsage() {
    var blocks = new HashMap<Long, Integer>();
    for (long pba : addresses.values()) {
      blocks.merge(Pba.segment(pba), 1, Integer::sum);
    }
    for (long id : pages.ids()) {
      if (pages.pba(id) != 0) {
        blocks.merge(Pba.segment(pages.pba(id)), 1, Integer::sum);
      }
    }
    for (SegmentUsage usage : pages.segments().usage()) {
      assertThat(usage.liveBlocks())
          .as("I3.3: live blocks of segment %d", usage.number())
          .isEqualTo(blocks.getOrDefault(usage.number(), 0));
    }
  }
}
