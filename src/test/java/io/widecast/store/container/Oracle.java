package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.store.segment.Pba;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.LateItem;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Cell;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.ValueBlocks;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The obvious way to see whether a store lost or leaked anything: marks every page and block that
 * some tree reaches, and compares with what is allocated (I2.4, I3.2, I3.3).
 */
final class Oracle {

  private final Container container;
  private final Pages pages;
  private final TreeSet<Long> marked = new TreeSet<>();
  private final TreeSet<Long> vbas = new TreeSet<>();
  private final Map<Long, Long> addresses = new TreeMap<>();

  private Oracle(Container container) {
    this.container = container;
    this.pages = container.pages();
  }

  static void check(Container container) {
    new Oracle(container).run();
  }

  private void run() {
    for (Head head : container.forest().heads()) {
      mark(head.tree().root());
    }
    boolean deleting = container.deletion().job().isPresent();
    var late = new TreeSet<Long>();
    var lateVbas = new TreeSet<Long>();
    for (SnapshotRow row : container.forest().rows()) {
      if (row.state().holds()) {
        mark(row.root());
      }
      for (LateItem item : row.lateList()) {
        if (!item.isPage()) {
          for (int i = 0; i < item.count(); i++) {
            lateVbas.add(item.id() + i);
          }
        } else if (pages.opSeq(item.id()) == item.opSeq()) {
          late.add(item.id());
        }
      }
    }
    markMap(container.forest().map().root());

    var allocated = new TreeSet<>(pages.ids());
    assertThat(allocated).as("every page that is reached is allocated").containsAll(marked);
    assertThat(addresses.keySet()).as("every block that is reached is mapped").containsAll(vbas);
    if (!deleting) {
      allocated.removeAll(marked);
      allocated.removeAll(late);
      assertThat(allocated).as("pages leaked").isEmpty();
      var mapped = new TreeSet<>(addresses.keySet());
      mapped.removeAll(vbas);
      mapped.removeAll(lateVbas);
      assertThat(mapped).as("blocks leaked").isEmpty();
    }
    checkUsage();
  }

  private void mark(PageRef ref) {
    if (!marked.add(ref.id())) {
      return;
    }
    Pages.Inspection page = pages.inspect(ref, Guard.ALWAYS);
    assertThat(page.fault()).as("page %d", ref.id()).isEmpty();
    for (PageRef child : pages.children(ref, Guard.ALWAYS)) {
      mark(child);
    }
    for (Cell cell : page.cells()) {
      if (cell.isPut()) {
        for (int i = 0; i < ValueBlocks.count(cell.length()); i++) {
          vbas.add(cell.vba() + i);
        }
      }
    }
  }

  private void markMap(PageRef ref) {
    marked.add(ref.id());
    Pages.Inspection page = pages.inspect(ref, Guard.ALWAYS);
    assertThat(page.fault()).as("page %d", ref.id()).isEmpty();
    for (PageRef child : pages.children(ref, Guard.ALWAYS)) {
      markMap(child);
    }
    if (page.level() == 0) {
      for (int i = 0; i < page.vbas().length; i++) {
        addresses.put(page.vbas()[i], page.pbas()[i]);
      }
    }
  }

  private void checkUsage() {
    var blocks = new HashMap<Long, Integer>();
    var bytes = new HashMap<Long, Long>();
    addresses.values().forEach(pba -> count(blocks, bytes, pba));
    for (long id : pages.ids()) {
      if (pages.pba(id) != 0) {
        count(blocks, bytes, pages.pba(id));
      }
    }
    for (SegmentUsage usage : container.segments().usage()) {
      assertThat(usage.liveBlocks())
          .as("live blocks of segment %d", usage.number())
          .isEqualTo(blocks.getOrDefault(usage.number(), 0));
      assertThat(usage.liveBytes()).isEqualTo(bytes.getOrDefault(usage.number(), 0L));
    }
  }

  private static void count(Map<Long, Integer> blocks, Map<Long, Long> bytes, long pba) {
    blocks.merge(Pba.segment(pba), 1, Integer::sum);
    bytes.merge(Pba.segment(pba), (long) Pba.length(pba), Long::sum);
  }
}
