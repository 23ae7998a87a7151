package io.widecast.replication.order;

import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The named requests of the last ten minutes and what became of them, so that a retry gets the
 * first answer and is not applied twice. Fed from the log in every core node, so that the next
 * master knows them too. Bounded in number: beyond it the oldest are forgotten early.
 *
 * <p>A quarter of a million of them as objects would be most of what a collector has to copy on a
 * node under load. So they are numbers in two arrays: a ring by age, and a hash table with linear
 * probing from names to places in the ring.
 */
public final class RecentRequests {

  // What is kept of each, in this order.
  private static final int HIGH = 0;
  private static final int LOW = 1;
  private static final int BODY = 2;
  private static final int EPOCH = 3;
  private static final int REVISION = 4;
  private static final int TIME = 5;
  private static final int WROTE = 6; // pairs, doubled, and 1 more when a key was created
  private static final int FIELDS = 7;

  private static final int CAPACITY_MIN = 64;

  private long[] ring = new long[CAPACITY_MIN * FIELDS]; // by rising revision
  private int[] table = new int[2 * CAPACITY_MIN]; // slot in the ring + 1; 0 is free
  private int capacity = CAPACITY_MIN; // of the ring, a power of two
  private int oldest; // slot
  private int count;

  /** What a start has found of those before the log in memory, by rising revision. */
  public void onRecovered(List<RecentRequest> found) {
    found.forEach(this::add);
  }

  /** A copy stands for the log: what it came with is all that is known, by rising revision. */
  public void onCopied(List<RecentRequest> found) {
    capacity = CAPACITY_MIN;
    ring = new long[capacity * FIELDS];
    table = new int[2 * capacity];
    oldest = 0;
    count = 0;
    found.forEach(this::add);
  }

  /** All of them up to {@code revision}, by rising revision. */
  public List<RecentRequest> upTo(long revision) {
    var found = new ArrayList<RecentRequest>();
    for (int i = 0; i < count && field(slot(i), REVISION) <= revision; i++) {
      found.add(request(slot(i)));
    }
    return found;
  }

  /** The log grew by {@code entry}. */
  public void onAppended(Entry entry) {
    RecentRequest.of(entry).ifPresent(this::add);
  }

  private void add(RecentRequest done) {
    if (count == RecentRequest.KEPT_MAX) {
      forgetOldest();
    } else if (count == capacity) {
      grow();
    }
    int slot = slot(count++);
    int at = slot * FIELDS;
    ring[at + HIGH] = done.id().high();
    ring[at + LOW] = done.id().low();
    ring[at + BODY] = done.id().bodyHash();
    ring[at + EPOCH] = done.token().epoch();
    ring[at + REVISION] = done.token().revision();
    ring[at + TIME] = done.timeMillis();
    ring[at + WROTE] = done.pairs() * 2L + (done.created() ? 1 : 0);
    enter(slot);
    while (field(oldest, TIME) < done.timeMillis() - RecentRequest.KEPT_MILLIS) {
      forgetOldest();
    }
  }

  private void forgetOldest() {
    forget(oldest);
    oldest = slot(1);
    count--;
  }

  /** The log was cut: nothing from {@code revision} on happened. */
  public void onCut(long revision) {
    while (count > 0 && field(slot(count - 1), REVISION) >= revision) {
      forget(slot(--count));
    }
  }

  /** What the request of that name wrote, whatever its body. */
  public Optional<RecentRequest> find(RequestId id) {
    int entry = table[place(id.high(), id.low())];
    return entry == 0 ? Optional.empty() : Optional.of(request(entry - 1));
  }

  /** The answer to a request that names itself like {@code done} and asks for something else. */
  static PublishOutcome.Refused mismatch(RecentRequest done) {
    return new PublishOutcome.Refused(
        ErrorCode.IDEMPOTENCY_MISMATCH,
        "this idempotency key named another publish less than ten minutes ago, at "
            + done.token()
            + "; use a new key for a new publish");
  }

  // ---- the ring

  /** The slot of the one that is {@code index} younger than the oldest. */
  private int slot(int index) {
    return oldest + index & capacity - 1;
  }

  private long field(int slot, int field) {
    return ring[slot * FIELDS + field];
  }

  private RecentRequest request(int slot) {
    long wrote = field(slot, WROTE);
    return new RecentRequest(
        new RequestId(field(slot, HIGH), field(slot, LOW), field(slot, BODY)),
        new Token(field(slot, EPOCH), field(slot, REVISION)),
        (int) (wrote >> 1),
        (wrote & 1) != 0,
        field(slot, TIME));
  }

  private void grow() {
    var larger = new long[2 * ring.length];
    int upToEnd = (capacity - oldest) * FIELDS;
    System.arraycopy(ring, oldest * FIELDS, larger, 0, upToEnd);
    System.arraycopy(ring, 0, larger, upToEnd, oldest * FIELDS);
    ring = larger;
    int[] entries = table;
    table = new int[2 * entries.length];
    for (int entry : entries) {
      if (entry != 0) {
        enter(entry - 1 - oldest & capacity - 1);
      }
    }
    oldest = 0;
    capacity *= 2;
  }

  // ---- the table

  /** Names are hashes, or random, so any of their bits will do. */
  private int home(long low) {
    return (int) (low ^ low >>> 32) & table.length - 1;
  }

  private int next(int place) {
    return place + 1 & table.length - 1;
  }

  /** Where a name stands in the table, or would. */
  private int place(long high, long low) {
    int place = home(low);
    while (table[place] != 0 && !isNamed(table[place] - 1, high, low)) {
      place = next(place);
    }
    return place;
  }

  private boolean isNamed(int slot, long high, long low) {
    return field(slot, LOW) == low && field(slot, HIGH) == high;
  }

  /** The name stands for this one from now on. */
  private void enter(int slot) {
    table[place(field(slot, HIGH), field(slot, LOW))] = slot + 1;
  }

  /** Takes the name out, unless it stands for another one by now. */
  private void forget(int slot) {
    int hole = place(field(slot, HIGH), field(slot, LOW));
    if (table[hole] != slot + 1) {
      return;
    }
    table[hole] = 0;
    for (int place = next(hole); table[place] != 0; place = next(place)) {
      int home = home(field(table[place] - 1, LOW));
      boolean reachedFromBefore =
          (place - home & table.length - 1) >= (place - hole & table.length - 1);
      if (reachedFromBefore) { // else it would not be found behind the hole
        table[hole] = table[place];
        table[place] = 0;
        hole = place;
      }
    }
  }
}
