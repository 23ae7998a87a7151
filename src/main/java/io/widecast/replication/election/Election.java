package io.widecast.replication.election;

import io.widecast.model.Token;
import io.widecast.wire.LanFrame.VoteReply;
import io.widecast.wire.LanFrame.VoteRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Decides which core node orders. The first living node of the electorate asks first, because the
 * time a node waits without hearing a master grows with its place; safety does not rest on that,
 * but on Raft's rules: one vote a term, durable before it is given; none for a candidate whose log
 * ends before the voter's; a trial round first, so that a node coming back does not disturb a
 * working master; a master that no longer hears a majority steps down.
 *
 * <p>Not thread-safe: owned by {@code CoreNode}. Sources: systems.md S1 step 22; Raft (Ongaro,
 * 2014), sections 3.4, 3.6, 9.6.
 */
public final class Election {

  /** How a node stands in its term. */
  public enum Role {
    FOLLOWER,
    TRIAL,
    CANDIDATE,
    MASTER
  }

  /** What to do; the owner performs these in order. */
  public sealed interface Output {

    /** Make term and vote durable, then do {@code then}. */
    record Persist(long term, int votedFor, List<Output> then) implements Output {}

    /** Ask every core node. */
    record Ask(VoteRequest request) implements Output {}

    /** Answer one. */
    record Answer(int slot, VoteReply reply) implements Output {}

    /** This node's own vote is on disk. */
    record CountOwnVote(long term) implements Output {}

    /** This node orders from now on, in the current term. */
    record BecomeMaster() implements Output {}

    /** This node no longer orders. */
    record StepDown() implements Output {}
  }

  /** A master is given up after this long without a frame of its. */
  static final long PATIENCE_NANOS = 1_000_000_000L;

  /** What each place further back in the electorate waits longer. */
  static final long RANK_DELAY_NANOS = 150_000_000L;

  /** A master that has not heard a majority for this long stops: before others elect another. */
  static final long LEASE_NANOS = 900_000_000L;

  /** Patience right after the start, when most likely all nodes start together. */
  static final long START_NANOS = 150_000_000L;

  private static final long ROUND_NANOS = 250_000_000L; // a round without a majority is over then
  private static final long JITTER_NANOS = 50_000_000L;

  private final int slot;
  private final int electorate;
  private final RandomGenerator random;
  private boolean newcomer;

  private long term;
  private int votedFor;
  private Role role = Role.FOLLOWER;
  private int master = -1; // slot of this term's master, -1 while unknown
  private long votes; // bits, of the round under way
  private long masterHeardNanos;
  private long actAtNanos; // when patience or the round ends
  private final long[] heardNanos; // master: when each node last answered

  /**
   * @param slot this node's place in the electorate
   * @param electorate how many nodes it has
   * @param term the last one that this node has on disk, and {@code votedFor} in it
   * @param newcomer whether it stands to found the cluster only: see {@link Newcomer}
   */
  public Election(
      int slot,
      int electorate,
      long term,
      int votedFor,
      boolean newcomer,
      RandomGenerator random,
      long nowNanos) {
    this.newcomer = newcomer;
    this.slot = slot;
    this.electorate = electorate;
    this.random = random;
    this.term = term;
    this.votedFor = votedFor;
    this.heardNanos = new long[electorate];
    this.masterHeardNanos = nowNanos - PATIENCE_NANOS; // none heard so far
    this.actAtNanos = electorate == 1 ? nowNanos : nowNanos + START_NANOS + rankDelay();
  }

  public long term() {
    return term;
  }

  public int votedFor() {
    return votedFor;
  }

  public Role role() {
    return role;
  }

  public boolean isMaster() {
    return role == Role.MASTER;
  }

  /** Slot of the master as far as known, else -1. */
  public int master() {
    return master;
  }

  /** When {@link #onTimer} is next due. */
  public long nextTimerNanos() {
    return actAtNanos;
  }

  /** A frame of a newer term arrived: this node takes part in that term from now on. */
  public List<Output> onNewerTerm(long newer, long nowNanos) {
    if (newer <= term) {
      return List.of();
    }
    boolean wasMaster = isMaster();
    term = newer;
    votedFor = -1;
    role = Role.FOLLOWER;
    master = -1;
    waitAgain(nowNanos);
    return wasMaster ? List.of(new Output.StepDown()) : List.of();
  }

  /** The master of the current term, at {@code from}, gave a sign of life. */
  public void onMasterHeard(int from, long nowNanos) {
    if (isMaster() && from != slot) {
      throw new IllegalStateException("two masters in term " + term + ": " + slot + ", " + from);
    }
    master = from;
    role = Role.FOLLOWER;
    masterHeardNanos = nowNanos;
    waitAgain(nowNanos);
  }

  /**
   * This node is a newcomer no more.
   *
   * @param forgottenTerm it may have voted in terms up to here, and has no vote left in them
   */
  public void onMember(long forgottenTerm) {
    newcomer = false;
    if (votedFor == -1 && term <= forgottenTerm) {
      votedFor = slot;
    }
  }

  /** A node answered this master in the current term. */
  public void onHeard(int from, long nowNanos) {
    heardNanos[from] = nowNanos;
  }

  /**
   * @param mayStand false while this node could not order: it waits again
   */
  public List<Output> onTimer(Token logEnd, boolean mayStand, long nowNanos) {
    if (nowNanos < actAtNanos) {
      return List.of();
    }
    if (isMaster()) {
      return checkLease(nowNanos);
    }
    if (!mayStand) {
      waitAgain(nowNanos);
      return List.of();
    }
    master = -1;
    role = Role.TRIAL;
    votes = 1L << slot;
    actAtNanos = nowNanos + ROUND_NANOS + rankDelay();
    if (hasMajority()) {
      return standForElection(logEnd, nowNanos);
    }
    return List.of(new Output.Ask(new VoteRequest(term + 1, logEnd, true, newcomer)));
  }

  private List<Output> checkLease(long nowNanos) {
    int heard = 1;
    for (int other = 0; other < electorate; other++) {
      if (other != slot && nowNanos - heardNanos[other] < LEASE_NANOS) {
        heard++;
      }
    }
    actAtNanos = nowNanos + LEASE_NANOS / 8;
    if (heard > electorate / 2) {
      return List.of();
    }
    role = Role.FOLLOWER;
    master = -1;
    waitAgain(nowNanos);
    return List.of(new Output.StepDown());
  }

  /**
   * The master of this term hands over to this node, which asks for votes at once: no trial, since
   * those who would be asked hear a working master. The rules of voting are the same.
   */
  public List<Output> onHandOver(int from, Token logEnd, long nowNanos) {
    if (master != from || isMaster()) {
      return List.of();
    }
    master = -1;
    return standForElection(logEnd, nowNanos);
  }

  /**
   * Must be given only requests whose term the owner has compared with {@link #onNewerTerm}.
   *
   * @param mayVote false where a newcomer must not; members leave founding to others by themselves
   */
  public List<Output> onVoteRequest(
      int from, VoteRequest request, Token logEnd, boolean mayVote, long nowNanos) {
    boolean current =
        request.logEnd().compareTo(logEnd) >= 0 && mayVote && (newcomer || !request.founding());
    if (request.trial()) {
      boolean quiet = !isMaster() && nowNanos - masterHeardNanos >= LEASE_NANOS;
      boolean granted = request.term() > term && current && quiet;
      return List.of(new Output.Answer(from, new VoteReply(request.term(), granted, true)));
    }
    boolean granted =
        request.term() == term && current && (votedFor == -1 || votedFor == from) && master == -1;
    var reply = new Output.Answer(from, new VoteReply(request.term(), granted, false));
    if (!granted) {
      return List.of(reply);
    }
    votedFor = from;
    role = Role.FOLLOWER;
    waitAgain(nowNanos);
    return List.of(new Output.Persist(term, votedFor, List.of(reply)));
  }

  public List<Output> onVoteReply(int from, VoteReply reply, Token logEnd, long nowNanos) {
    boolean trial = role == Role.TRIAL && reply.trial() && reply.term() == term + 1;
    boolean real = role == Role.CANDIDATE && !reply.trial() && reply.term() == term;
    if (!reply.granted() || !(trial || real)) {
      return List.of();
    }
    votes |= 1L << from;
    if (!hasMajority()) {
      return List.of();
    }
    return trial ? standForElection(logEnd, nowNanos) : win(nowNanos);
  }

  /** This node's own vote is durable: what {@link Output.CountOwnVote} says. */
  public List<Output> onOwnVoteDurable(long votedTerm, long nowNanos) {
    if (role != Role.CANDIDATE || votedTerm != term) {
      return List.of();
    }
    votes |= 1L << slot;
    return hasMajority() ? win(nowNanos) : List.of();
  }

  private List<Output> standForElection(Token logEnd, long nowNanos) {
    term++;
    votedFor = slot;
    role = Role.CANDIDATE;
    votes = 0;
    actAtNanos = nowNanos + ROUND_NANOS + rankDelay();
    var then = new ArrayList<Output>();
    then.add(new Output.CountOwnVote(term));
    if (electorate > 1) {
      then.add(new Output.Ask(new VoteRequest(term, logEnd, false, newcomer)));
    }
    return List.of(new Output.Persist(term, slot, then));
  }

  private List<Output> win(long nowNanos) {
    role = Role.MASTER;
    master = slot;
    java.util.Arrays.fill(heardNanos, nowNanos);
    actAtNanos = nowNanos + LEASE_NANOS / 8;
    return List.of(new Output.BecomeMaster());
  }

  private boolean hasMajority() {
    return Long.bitCount(votes) > electorate / 2;
  }

  private void waitAgain(long nowNanos) {
    actAtNanos = nowNanos + PATIENCE_NANOS + rankDelay();
  }

  private long rankDelay() {
    return slot * RANK_DELAY_NANOS + random.nextLong(JITTER_NANOS);
  }
}
