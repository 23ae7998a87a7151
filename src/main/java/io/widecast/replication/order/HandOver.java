package io.widecast.replication.order;

import io.widecast.replication.log.EntryLog;
import io.widecast.wire.LanFrame;
import java.util.ArrayList;
import java.util.List;

/**
 * A planned change of masters, seen by the one that goes: no publish is taken any more; once the
 * next one has everything and all of it is committed, so that nobody waits for an answer, that one
 * is asked to stand, again and again until it does. Gives up after a while, and orders on.
 *
 * <p>Not thread-safe: owned by {@code CoreNode}. Source: systems.md S1 step 22; Raft (Ongaro,
 * 2014), section 3.10.
 */
public final class HandOver {

  /** Gives up then: longer than a slow disk takes, shorter than publishers wait. */
  public static final long PATIENCE_NANOS = 1_000_000_000L;

  private static final long AGAIN_NANOS = 20_000_000L;
  private static final long CHECK_NANOS = 1_000_000L;

  private final Master master;
  private final EntryLog log;
  private final int target;
  private final long untilNanos;
  private long askAtNanos;

  /**
   * @param target slot of the node that is to order next
   */
  public HandOver(Master master, EntryLog log, int target, long nowNanos) {
    this.master = master;
    this.log = log;
    this.target = target;
    this.untilNanos = nowNanos + PATIENCE_NANOS;
    this.askAtNanos = nowNanos;
  }

  /** Slot of the node that is to order next. */
  public int target() {
    return target;
  }

  /** When {@link #onTimer} is next due. */
  public long nextTimerNanos() {
    return askAtNanos;
  }

  /** Whether it has taken too long. */
  public boolean isOver(long nowNanos) {
    return nowNanos >= untilNanos;
  }

  public List<Master.Output> onTimer(long nowNanos) {
    var outputs = new ArrayList<Master.Output>();
    if (nowNanos < askAtNanos) {
      return outputs;
    }
    long last = log.last().revision();
    boolean ready = master.commit() == last && master.ackedBy(target) == last;
    if (ready) {
      outputs.add(new Master.Output.Unicast(target, new LanFrame.HandOver()));
    }
    askAtNanos = nowNanos + (ready ? AGAIN_NANOS : CHECK_NANOS);
    return outputs;
  }
}
