package io.widecast.replication;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.replication.election.Election;
import io.widecast.replication.lan.LanReceiver;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.List;

/**
 * The half of a core node that follows a master: gives the master's frames to the {@link
 * LanReceiver}, learns from them who it is, what is committed and what must be kept, and
 * acknowledges what is on disk. Rests while this node orders itself. Not thread-safe: owned by
 * {@link CoreNode}. Source: systems.md S1 steps 7, 9 to 14, 24.
 */
final class Following {

  private final Election election;
  private final LanReceiver receiver;
  private final LogPipeline disk;
  private final Votes votes;
  private final Turn turn;
  private final Metrics metrics;
  private long term; // whose master the receiver follows
  private boolean ackDue;
  private long round; // the latest that a beacon of this term told of
  private long keepFrom = 1;

  Following(
      Election election,
      LanReceiver receiver,
      LogPipeline disk,
      Votes votes,
      Turn turn,
      Metrics metrics) {
    this.election = election;
    this.receiver = receiver;
    this.disk = disk;
    this.votes = votes;
    this.turn = turn;
    this.metrics = metrics;
  }

  // ---- inputs

  /** A frame of the present term that only its master sends. */
  void onFrame(LanPacket packet, long nowNanos) {
    onMaster(packet.sender(), packet.term(), nowNanos);
    LanFrame frame = packet.frame();
    if (frame instanceof LanFrame.Entries entries) {
      turn.receive(receiver.onEntries(entries.entries(), nowNanos));
    } else if (frame instanceof LanFrame.Beacon beacon) {
      keepFrom = Math.max(keepFrom, beacon.lowWater());
      round = Math.max(round, beacon.round());
      turn.receive(receiver.onBeacon(beacon, nowNanos));
      ackDue = true; // the master's lease and reads count on an answer
    } else if (frame instanceof LanFrame.Trigger trigger) {
      turn.receive(receiver.onTrigger(trigger, nowNanos));
    } else if (frame instanceof LanFrame.Cannot cannot) {
      receiver.onCannot(cannot.ranges(), nowNanos);
    } else if (frame instanceof LanFrame.Gone gone) {
      turn.receive(receiver.onGone(gone.lowWater()));
    } else {
      throw new AssertionError(frame);
    }
  }

  private void onMaster(int from, long newTerm, long nowNanos) {
    boolean news = election.master() != from;
    election.onMasterHeard(from, nowNanos);
    if (term != newTerm) {
      term = newTerm;
      round = 0;
      receiver.onNewTerm();
    }
    if (news) {
      metrics.increment(Metric.MASTER_CHANGES);
      turn.add(new CoreOutput.RoleChanged(false, from, newTerm));
    }
  }

  /** Only what comes from this term's master says what is committed in our log. */
  void onCommit(LanPacket packet) {
    boolean known = packet.sender() == election.master() && packet.term() == election.term();
    receiver.onCommit(known ? packet.commit() : 0);
  }

  /** What a {@link CoreOutput.Fetch} brought; entries of another master's log do no harm. */
  void onFetched(long fetchedTerm, List<EncodedEntry> entries, long nowNanos) {
    if (fetchedTerm == election.term()) {
      metrics.add(Metric.OVERSIZE_FETCHES, entries.size());
      turn.receive(receiver.onEntries(entries, nowNanos));
    }
  }

  /** A whole copy up to {@code position} stands for the log, which is empty now. */
  void onCopied(Token position, long nowNanos) {
    disk.reset(position);
    turn.receive(receiver.onCopied(nowNanos));
    ackDue = true;
  }

  void onDamaged() {
    turn.receive(receiver.onDamaged());
  }

  void onCopyFailed(long nowNanos) {
    turn.receive(receiver.onCopyFailed(nowNanos));
  }

  /** More of the log is on disk. */
  void onLogDurable() {
    ackDue = true;
  }

  void onTimer(long nowNanos) {
    turn.receive(receiver.onTimer(nowNanos));
  }

  /** When {@link #onTimer} is next due. */
  long nextTimerNanos() {
    return receiver.nextTimerNanos();
  }

  /** Takes nothing new while the disk is behind. */
  void onBacklog(long nowNanos) {
    turn.receive(receiver.onBacklog(disk.isBehind(), nowNanos));
  }

  /**
   * Acknowledges what is on disk, if there is news; nothing in a term that is not on disk.
   *
   * @param remembers false for a newcomer that may have voted in a later term: then this term's
   *     master need not be the last, and its rounds are not acknowledged
   */
  void acknowledge(boolean remembers) {
    if (ackDue && election.master() >= 0 && votes.durableTerm() >= election.term()) {
      ackDue = false;
      turn.toMaster(
          new LanFrame.Ack(Math.min(receiver.matched(), disk.durable()), remembers ? round : 0));
    }
  }

  // ---- when this node orders

  /** This node orders: what came from the last master and was not in order is nothing now. */
  void stop() {
    receiver.onNewTerm();
  }

  /** This node has ordered up to here: its log is the term's up to {@code commit} at least. */
  void resume(long commit) {
    receiver.onOwnLogMatched(commit);
    receiver.onCommit(commit);
  }

  // ---- what others ask

  /** The highest revision known to be committed. */
  long commit() {
    return receiver.commit();
  }

  /** The highest revision known to exist. */
  long highest() {
    return receiver.highest();
  }

  /** Entries below are held by every member: the master's low water. */
  long keepFrom() {
    return keepFrom;
  }

  /** Whether a whole copy is on its way to the disk. */
  boolean isCopying() {
    return receiver.isCopying();
  }
}
