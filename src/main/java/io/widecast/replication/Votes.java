package io.widecast.replication;

import io.widecast.bus.HardState;
import io.widecast.replication.election.Election;
import java.util.List;
import java.util.TreeMap;

/**
 * Terms and votes on their way to the disk, with what may be done only once they are there: no vote
 * is counted or answered before it is durable (S1 step 22). A newer one stands for those before it,
 * which are then never answered. Not thread-safe: owned by {@link CoreNode}.
 */
final class Votes {

  private record Vote(long term, int votedFor) implements Comparable<Vote> {
    @Override
    public int compareTo(Vote other) {
      int byTerm = Long.compare(term, other.term);
      return byTerm != 0 ? byTerm : Integer.compare(votedFor, other.votedFor);
    }
  }

  private final TreeMap<Vote, List<Election.Output>> then = new TreeMap<>();
  private long durableTerm;

  /**
   * @param durableTerm the term that was found on disk
   */
  Votes(long durableTerm) {
    this.durableTerm = durableTerm;
  }

  /** Keeps what follows until {@link #onDurable} is told of this term and vote. */
  void await(Election.Output.Persist persist) {
    then.put(new Vote(persist.term(), persist.votedFor()), persist.then());
  }

  /** Term and vote are on disk: returns what was kept for them. */
  List<Election.Output> onDurable(HardState state) {
    durableTerm = Math.max(durableTerm, state.term());
    var vote = new Vote(state.term(), state.votedFor());
    List<Election.Output> due = then.remove(vote);
    then.headMap(vote).clear();
    return due == null ? List.of() : due;
  }

  /** The newest term on disk: nothing is acknowledged in a newer one. */
  long durableTerm() {
    return durableTerm;
  }
}
