package io.widecast.sim;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.model.ChangedSince;
import io.widecast.model.Holding;
import io.widecast.model.Token;
import io.widecast.resync.Tracking;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A disk with its queue: one piece of work after the other, each taking its time; now and then it
 * stalls, and in phases it is full. A crash ends it in the middle of a write.
 */
final class LogDisk {

  private static final long WRITE_NANOS_MIN = 60_000;

  /** Takes what became of a write. */
  interface Done {
    void durable();

    void failed();
  }

  /**
   * @param write null for the end of a copy
   */
  private record Work(LogWrite write, Done done) {}

  private final SimHost host;
  private final SplittableRandom random;
  private final Supplier<SimLog> emptyLog;
  private final Supplier<Optional<SimStore>> emptyStore;
  private SimLog log;
  private Optional<SimStore> store; // gets the same work where it is present
  private final long writeNanosMax;
  private final ArrayDeque<Work> queue = new ArrayDeque<>();
  private boolean full;
  private final SimCopy copy = new SimCopy();
  private Tracking tracking = new Tracking(Token.NONE); // where there is no store

  LogDisk(
      SimHost host,
      SplittableRandom random,
      Supplier<SimLog> emptyLog,
      Supplier<Optional<SimStore>> emptyStore,
      long writeNanosMax) {
    this.host = host;
    this.random = random;
    this.emptyLog = emptyLog;
    this.emptyStore = emptyStore;
    this.log = emptyLog.get();
    this.store = emptyStore.get();
    this.writeNanosMax = writeNanosMax;
  }

  SimLog log() {
    return log;
  }

  void setFull(boolean isFull) {
    full = isFull;
  }

  void write(LogWrite write, Done done) {
    submit(new Work(write, done));
  }

  /** What another node's copy can go on from. */
  Holding held(SimMap shown) {
    Holding held = copy.held(shown);
    if (store.isPresent() && !store.get().held().equals(held)) {
      throw new Violation("store", host + " holds " + store.get().held() + " and not " + held);
    }
    return held;
  }

  /** What one that is as {@code held} says must be told besides the rows that are newer. */
  Optional<ChangedSince> changedSince(Holding held, Token at) {
    return store.isPresent() ? store.get().changedSince(held, at) : tracking.changedSince(held, at);
  }

  /** Takes any part of a copy but its end; false when it is refused, and the copy is off. */
  boolean take(CopyPart part, SimMap shown) {
    if (full || !store.map(present -> present.copy(part)).orElse(true)) {
      return false;
    }
    copy.take(part, shown);
    return true;
  }

  /** A copy has come to its end. */
  void endCopy(Done done) {
    submit(new Work(null, done));
  }

  /** What a start finds. */
  Recovery recover(int olderMax, long nowMillis) {
    if (store.isPresent()) {
      Recovery found = store.get().open(nowMillis);
      log.adopt(found, store.get().map());
      return found;
    }
    return log.recover(olderMax);
  }

  /** These are applied: where there is a store, its own map follows. */
  void apply(Committed committed) {
    tracking.onApplied(committed.entries(), committed.upTo());
    store.ifPresent(present -> present.apply(committed));
  }

  /** Makes the log short. The map must be the store's, where there is one. */
  void checkpoint(SimMap shown, long bytesKept, long nowMillis) {
    log.checkpoint(bytesKept);
    if (store.isPresent() && !full) {
      store.get().checkpoint(nowMillis);
      SimMap stored = store.get().map();
      if (!stored.at().equals(shown.at()) || !stored.sameRows(shown)) {
        throw new Violation(
            "store",
            host
                + " at "
                + shown.at()
                + ", its store at "
                + stored.at()
                + ": "
                + shown.difference(stored));
      }
    }
  }

  /** Whether its node is no member yet. */
  boolean isNewcomers() {
    return log.isNewcomers();
  }

  /** Another one stands in its place, while the host is down. */
  void lose() {
    log = emptyLog.get();
    store = emptyStore.get();
    tracking = new Tracking(Token.NONE);
  }

  /** The power is gone. */
  void crash() {
    Work current = queue.peek();
    queue.clear();
    copy.drop();
    store.ifPresent(
        present ->
            present.crash(
                () -> {
                  if (current != null && random.nextBoolean()) {
                    begun(current, present);
                  }
                }));
    if (current != null && current.write() != null) {
      if (store.isPresent()) {
        log.mayHold(current.write());
      } else {
        log.tear(current.write(), random);
      }
    }
  }

  private void submit(Work work) {
    queue.add(work);
    if (queue.size() == 1) {
      begin();
    }
  }

  private void begin() {
    long nanos = WRITE_NANOS_MIN + random.nextLong(writeNanosMax);
    if (random.nextInt(200) == 0) {
      nanos += random.nextLong(80_000_000L); // a stall: the device collects its own garbage
    }
    host.later(nanos, this::finish);
  }

  private static boolean begun(Work work, SimStore store) {
    if (work.write() != null) {
      store.append(work.write());
      return true;
    }
    return store.copy(new CopyPart.End());
  }

  private void finish() {
    Work work = queue.peek();
    if (full || !store.map(present -> begun(work, present)).orElse(true)) {
      work.done().failed();
    } else if (work.write() != null) {
      log.write(work.write());
      work.done().durable();
    } else {
      copy.tell(tracking);
      log.reset(copy.end(), copy.requests());
      work.done().durable();
    }
    queue.poll();
    if (!queue.isEmpty()) {
      begin();
    }
  }
}
