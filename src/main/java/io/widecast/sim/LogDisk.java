package io.widecast.sim;

import io.widecast.bus.LogWrite;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

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

  private record Work(LogWrite write, SimMap copy, Done done) {}

  private final SimHost host;
  private final SplittableRandom random;
  private final SimLog log;
  private final long writeNanosMax;
  private final ArrayDeque<Work> queue = new ArrayDeque<>();
  private boolean full;

  LogDisk(SimHost host, SplittableRandom random, SimLog log, long writeNanosMax) {
    this.host = host;
    this.random = random;
    this.log = log;
    this.writeNanosMax = writeNanosMax;
  }

  SimLog log() {
    return log;
  }

  void setFull(boolean isFull) {
    full = isFull;
  }

  void write(LogWrite write, Done done) {
    submit(new Work(write, null, done));
  }

  void writeCopy(SimMap copy, Done done) {
    submit(new Work(null, copy, done));
  }

  /** The power is gone. */
  void crash() {
    Work current = queue.peek();
    queue.clear();
    if (current != null && current.write() != null) {
      log.tear(current.write(), random);
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

  private void finish() {
    Work work = queue.peek();
    if (full) {
      work.done().failed();
    } else if (work.write() != null) {
      log.write(work.write());
      work.done().durable();
    } else {
      log.reset(work.copy());
      work.done().durable();
    }
    queue.poll();
    if (!queue.isEmpty()) {
      begin();
    }
  }
}
