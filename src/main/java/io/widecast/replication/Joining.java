package io.widecast.replication;

import io.widecast.bus.HardState;
import io.widecast.model.Token;
import io.widecast.replication.election.Election;
import io.widecast.replication.election.Newcomer;
import io.widecast.replication.log.EntryLog;
import io.widecast.wire.LanFrame.Hello;
import io.widecast.wire.LanFrame.VoteRequest;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Whether a core node is a member, and what it does not do before it is: a {@link Newcomer} that
 * found nothing on its disk, until it has everything that an earlier life of its may have had. Not
 * thread-safe: owned by {@link CoreNode}. Source: docs/decisions/0014.
 */
final class Joining {

  private final int self;
  private final Election election;
  private final LogPipeline disk;
  private final EntryLog log;
  private Newcomer newcomer; // null once this node is a member
  private Token earlierEnd = Token.NONE; // an earlier life's copy may have stood here

  /**
   * @param found what the disk holds: whether this node is a newcomer
   */
  Joining(
      CoreOptions options,
      HardState found,
      Election election,
      LogPipeline disk,
      EntryLog log,
      RandomGenerator random) {
    this.self = options.self();
    this.election = election;
    this.disk = disk;
    this.log = log;
    if (found.newcomer()) {
      long nonce = 1 + random.nextLong(Long.MAX_VALUE);
      newcomer = new Newcomer(self, options.electorate().size(), nonce);
    }
  }

  boolean isMember() {
    return newcomer == null;
  }

  /** What greetings ask with; 0 from a member. */
  long nonce() {
    return isMember() ? 0 : newcomer.nonce();
  }

  /**
   * Another node's greeting.
   *
   * @param term that it came with
   */
  void onHello(int slot, long term, Hello hello) {
    if (!isMember()) {
      newcomer.onHello(slot, term, hello, self);
      earlierEnd = newcomer.end();
    }
  }

  /** Whether a vote may be given; members leave founding to others by themselves. */
  boolean mayVote(VoteRequest request) {
    return isMember() || newcomer.mayVote(request);
  }

  /** Whether it may stand for election: a newcomer only where there is no member yet. */
  boolean mayStand() {
    return isMember() || !newcomer.hasHeardMember();
  }

  /**
   * A newcomer becomes a member when its copy, at {@code committed}, has all that it may have
   * helped to commit; or when it gave its vote to this term's master and has an entry of that one's
   * on disk, and so everything before it, which was the condition of its vote.
   */
  void joinIfPossible(Token committed) {
    if (isMember()) {
      return;
    }
    var durable = new Token(log.epochAt(disk.durable()), disk.durable());
    boolean chose = choseTheMaster() && durable.epoch() == election.term();
    if (chose || newcomer.isComplete(committed)) {
      earlierEnd = chose && durable.compareTo(earlierEnd) > 0 ? durable : earlierEnd;
      election.onMember(newcomer.term());
      newcomer = null;
      disk.remember(hardState());
    }
  }

  private boolean choseTheMaster() {
    return election.master() >= 0 && election.votedFor() == election.master();
  }

  /** Whether this node has no vote behind it, in a term above its own, that it does not know of. */
  boolean remembers() {
    return isMember() || newcomer.hasHeardAll() || choseTheMaster();
  }

  /** Term and vote as they stand. */
  HardState hardState() {
    return hardState(election.term(), election.votedFor());
  }

  HardState hardState(long term, int votedFor) {
    return new HardState(term, votedFor, !isMember());
  }

  /**
   * Whether a copy at revision {@code applied} may be behind what an earlier life has shown. It is
   * not once it has everything that the master had when it was asked.
   */
  boolean isBehindAnEarlierLife(long applied) {
    boolean unknown = !isMember() && !newcomer.hasHeard(election.master());
    return unknown || new Token(log.epochAt(applied), applied).compareTo(earlierEnd) < 0;
  }

  /** Who has to be heard before this newcomer may vote, as bits; empty for a member. */
  OptionalLong unheardBeforeVoting() {
    return isMember() ? OptionalLong.empty() : OptionalLong.of(newcomer.missing());
  }
}
