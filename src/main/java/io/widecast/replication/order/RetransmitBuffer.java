package io.widecast.replication.order;

import io.widecast.model.EncodedEntry;
import java.util.BitSet;

/**
 * The master's entries that some member has not acknowledged yet, each with the set of those
 * members. The set is fixed when the entry comes in; members are only removed. An entry leaves
 * exactly when its set is empty (I1.1). The log keeps the entries themselves for as long. Costs
 * O(1) an entry and member.
 *
 * <p>Not thread-safe: owned by {@link Master}. Source: systems.md S1 steps 3 and 8.
 */
final class RetransmitBuffer {

  /** An entry's size and the slots of those who lack it; its bytes are in the log. */
  record Held(int sizeBytes, BitSet pending) {}

  private static final int CAPACITY_MIN = 1024;

  private Held[] ring = new Held[CAPACITY_MIN]; // slot of r: r mod length; null where released
  private long lowWater; // lowest revision held, next when nothing is
  private long next; // one above the highest revision put in
  private long sizeBytes;
  private int count;

  RetransmitBuffer(long next) {
    this.lowWater = next;
    this.next = next;
  }

  /** Takes the next entry in; with an empty set it is passed over at once. */
  void put(EncodedEntry entry, BitSet pending) {
    if (entry.revision() != next) {
      throw new IllegalStateException("buffer continues at " + next + ", not " + entry.revision());
    }
    if (next - lowWater == ring.length) {
      grow();
    }
    next++;
    if (pending.isEmpty()) {
      advance();
      return;
    }
    ring[index(entry.revision())] = new Held(entry.sizeBytes(), pending);
    sizeBytes += entry.sizeBytes();
    count++;
  }

  /** Removes {@code slot} from the set of {@code revision}; false when it was not in it. */
  boolean clear(long revision, int slot) {
    Held held = find(revision);
    if (held == null || !held.pending().get(slot)) {
      return false;
    }
    held.pending().clear(slot);
    if (held.pending().isEmpty()) {
      ring[index(revision)] = null;
      sizeBytes -= held.sizeBytes();
      count--;
      advance();
    }
    return true;
  }

  /** The entry at {@code revision} with its set, or null when it has left or never came. */
  Held find(long revision) {
    return revision < lowWater || revision >= next ? null : ring[index(revision)];
  }

  /** Lowest revision held, or one above the highest ever when nothing is. */
  long lowWater() {
    return lowWater;
  }

  long next() {
    return next;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  int count() {
    return count;
  }

  private void advance() {
    while (lowWater < next && ring[index(lowWater)] == null) {
      lowWater++;
    }
  }

  private int index(long revision) {
    return (int) (revision & (ring.length - 1));
  }

  private void grow() {
    Held[] old = ring;
    var wider = new Held[old.length * 2];
    for (long revision = lowWater; revision < next; revision++) {
      wider[(int) (revision & (wider.length - 1))] = old[(int) (revision & (old.length - 1))];
    }
    ring = wider;
  }
}
