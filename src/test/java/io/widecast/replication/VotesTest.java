package io.widecast.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.HardState;
import io.widecast.replication.election.Election.Output;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VotesTest {

  private final Votes votes = new Votes(3);

  @Test
  @DisplayName("step 22: what follows a vote is given once, when that vote is on disk")
  void givesWhatFollowsOnce() {
    votes.await(persist(4, 1));

    assertThat(votes.onDurable(new HardState(4, -1))).isEmpty();
    assertThat(votes.onDurable(new HardState(4, 1))).isEqualTo(then(4));
    assertThat(votes.onDurable(new HardState(4, 1))).isEmpty();
  }

  @Test
  @DisplayName("step 22: a newer vote on disk stands for older ones, which are never answered")
  void forgetsOlderVotes() {
    votes.await(persist(4, 1));
    votes.await(persist(5, 2));

    assertThat(votes.onDurable(new HardState(5, 2))).isEqualTo(then(5));
    assertThat(votes.onDurable(new HardState(4, 1))).isEmpty();
  }

  @Test
  void knowsTheNewestTermOnDisk() {
    assertThat(votes.durableTerm()).isEqualTo(3);

    votes.onDurable(new HardState(7, -1));
    votes.onDurable(new HardState(6, -1));

    assertThat(votes.durableTerm()).isEqualTo(7);
  }

  private static Output.Persist persist(long term, int votedFor) {
    return new Output.Persist(term, votedFor, then(term));
  }

  private static List<Output> then(long term) {
    return List.of(new Output.CountOwnVote(term));
  }
}
