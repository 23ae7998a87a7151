package io.widecast.replication.order;

import io.widecast.model.ErrorCode;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * The read index: tells a read how far a copy must be to show every write that was committed before
 * the read came, without a clock. The master notes its commit and begins a round, which its beacons
 * carry; acknowledgements name the latest round that their sender has heard of in this term. Once a
 * majority has acknowledged the round, the master knows that when the round began nobody had taken
 * over yet: so nothing was committed that it did not know of.
 *
 * <p>One round is under way at a time. Reads that come meanwhile wait for the next, since the
 * commit that was noted may be older than they are. A round whose beacon or acknowledgements were
 * lost is followed by another, for the same reads and those that came since. Not thread-safe: owned
 * by {@link Master}. Source: Raft (Ongaro, 2014), section 6.4.
 */
final class ReadIndex {

  /** Reads that wait; more are refused. */
  static final int WAITING_MAX = 16_384;

  /** A read that could not be confirmed for so long is refused: its master is most likely alone. */
  static final long PATIENCE_NANOS = 2_000_000_000L;

  /** A round that no majority has acknowledged for so long is followed by another. */
  static final long ROUND_NANOS = 20_000_000L;

  static final ReadOutcome.Refused UNCONFIRMED =
      new ReadOutcome.Refused(
          ErrorCode.NO_MASTER,
          "the master could not confirm in time that it still is the master; retry shortly, or read"
              + " this node's own copy with consistency=local");

  static final ReadOutcome.Refused CHANGED =
      new ReadOutcome.Refused(
          ErrorCode.NO_MASTER, "the master changed before the read was confirmed; retry shortly");

  private static final ReadOutcome.Refused OVERLOADED =
      new ReadOutcome.Refused(
          ErrorCode.OVERLOADED,
          WAITING_MAX + " reads wait for the master's confirmation: try again");

  /** Takes an answer. */
  interface Answer {
    void give(long ticket, ReadOutcome outcome);
  }

  private record Read(long ticket, long deadlineNanos) {}

  private final int self;
  private final long[] acked; // by slot, the latest round it has heard of
  private final ArrayDeque<Read> asked = new ArrayDeque<>(); // of the round under way
  private final ArrayDeque<Read> arrived = new ArrayDeque<>(); // since it began
  private long round;
  private long roundEndsNanos; // while one is under way
  private Token index = Token.NONE; // the commit when the round began

  ReadIndex(int self, int electorate) {
    this.self = self;
    this.acked = new long[electorate];
  }

  /** The latest round; 0 before the first. */
  long round() {
    return round;
  }

  /** A read has come. */
  void add(long ticket, long nowNanos, Answer answer) {
    if (asked.size() + arrived.size() >= WAITING_MAX) {
      answer.give(ticket, OVERLOADED);
    } else {
      arrived.add(new Read(ticket, nowNanos + PATIENCE_NANOS));
    }
  }

  /** Whether a round should begin. */
  boolean isDue(long nowNanos) {
    return asked.isEmpty() ? !arrived.isEmpty() : nowNanos >= roundEndsNanos;
  }

  /**
   * Begins a round for every read that waits.
   *
   * @param commit as it stands; all that was committed in earlier terms lies below
   */
  void begin(Token commit, long nowNanos) {
    asked.addAll(arrived);
    arrived.clear();
    index = commit;
    roundEndsNanos = nowNanos + ROUND_NANOS;
    acked[self] = ++round;
  }

  /** Whether reads wait for the acknowledgements of a round. */
  boolean isUnderWay() {
    return !asked.isEmpty();
  }

  /** Core node {@code slot} has heard of {@code ackedRound} in this term. */
  void onAck(int slot, long ackedRound) {
    if (ackedRound <= round) { // of another it cannot have heard
      acked[slot] = Math.max(acked[slot], ackedRound);
    }
  }

  /** Answers the reads of the round under way once a majority has acknowledged it. */
  void settle(Answer answer) {
    if (asked.isEmpty()) {
      return;
    }
    int heard = 0;
    for (long latest : acked) {
      heard += latest >= round ? 1 : 0;
    }
    if (heard > acked.length / 2) {
      var confirmed = new ReadOutcome.At(index, Optional.empty());
      asked.forEach(read -> answer.give(read.ticket(), confirmed));
      asked.clear();
    }
  }

  /** When {@link #isDue} next becomes true by itself. */
  long nextTimerNanos() {
    return asked.isEmpty() ? Long.MAX_VALUE : roundEndsNanos;
  }

  /** Refuses those whose time is over. */
  void expire(long nowNanos, Answer answer) {
    expire(asked, nowNanos, answer);
    expire(arrived, nowNanos, answer);
  }

  private static void expire(ArrayDeque<Read> reads, long nowNanos, Answer answer) {
    while (!reads.isEmpty() && nowNanos >= reads.peek().deadlineNanos()) {
      answer.give(reads.poll().ticket(), UNCONFIRMED);
    }
  }

  /** Refuses all: this node no longer orders. */
  void fail(Answer answer) {
    asked.forEach(read -> answer.give(read.ticket(), CHANGED));
    arrived.forEach(read -> answer.give(read.ticket(), CHANGED));
    asked.clear();
    arrived.clear();
  }
}
