package io.widecast.store.container;

import io.widecast.store.segment.BlockKind;
import io.widecast.store.segment.Segments;
import io.widecast.store.segment.Segments.Listed;
import io.widecast.store.tree.MiddleMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Empties segments of which little is live, so that their space comes back (systems.md 0.2): copies
 * live values to the end of the log and points the middle map to the copies, by compare-and-set on
 * the old address, in the order of VBAs; has the next checkpoint write live pages anew. What the
 * map or the page table does not point to is dead and left behind.
 *
 * <p>Cleans while more than a quarter of all bytes are dead, the emptiest segment first. A step
 * moves a bounded number of bytes. For the owner.
 */
final class Cleaner {

  private static final double LIVE_SHARE_WANTED = 0.75;
  private static final int STEP_BYTES = 256 << 10;
  private static final int STEP_BLOCKS = 2048;

  private final Container container;
  private List<Listed> toMove = List.of();
  private int moved; // of these
  private long cleaned; // segments
  private final Set<Long> done = new HashSet<>(); // since the last checkpoint, which empties them

  Cleaner(Container container) {
    this.container = container;
  }

  long cleaned() {
    return cleaned;
  }

  /** A checkpoint has written what was to be moved. */
  void onCheckpoint() {
    done.clear();
  }

  /** Whether there is more to do. */
  boolean step() throws IOException {
    if (moved == toMove.size() && !next()) {
      return false;
    }
    Segments segments = container.segments();
    MiddleMap map = container.forest().map();
    int bytes = 0;
    for (int i = 0; i < STEP_BLOCKS && moved < toMove.size() && bytes < STEP_BYTES; i++) {
      Listed block = toMove.get(moved++);
      if (block.kind() == BlockKind.PAGE) {
        container.pages().move(block.id(), block.pba());
      } else if (block.kind() == BlockKind.VALUE && map.find(block.id()) == block.pba()) {
        byte[] content = segments.read(block.pba(), BlockKind.VALUE, block.id());
        long copy = segments.append(block.id(), content, 0, content.length);
        if (!map.compareAndSet(block.id(), block.pba(), copy)) {
          throw new AssertionError("VBA " + block.id() + " moved within a step");
        }
        segments.release(block.pba());
        bytes += content.length;
      }
    }
    container.edited();
    return true;
  }

  private boolean next() throws IOException {
    Segments segments = container.segments();
    if (segments.liveBytes() >= LIVE_SHARE_WANTED * segments.occupiedBytes(done)) {
      return false;
    }
    List<Long> victims = segments.victims(1, LIVE_SHARE_WANTED, done);
    if (victims.isEmpty()) {
      return false;
    }
    done.add(victims.get(0));
    toMove = new ArrayList<>(segments.list(victims.get(0)));
    toMove.sort(Comparator.comparingLong(Listed::id));
    moved = 0;
    cleaned++;
    return true;
  }
}
