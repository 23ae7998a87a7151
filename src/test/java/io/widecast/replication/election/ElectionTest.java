package io.widecast.replication.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Token;
import io.widecast.replication.election.Election.Output;
import io.widecast.replication.election.Election.Role;
import io.widecast.wire.LanFrame.VoteReply;
import io.widecast.wire.LanFrame.VoteRequest;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ElectionTest {

  private static final Token END = new Token(1, 10);
  private static final long LATER_NANOS = 10_000_000_000L;

  private final Election election = election(0, 3);

  private static Election election(int slot, int electorate) {
    return new Election(slot, electorate, 1, -1, false, new SplittableRandom(1), 0);
  }

  @Test
  @DisplayName("step 22: patience grows with the place, so that the first living node asks first")
  void ranks() {
    assertThat(election(0, 3).nextTimerNanos()).isLessThan(election(1, 3).nextTimerNanos());
    assertThat(election(1, 3).nextTimerNanos()).isLessThan(election(2, 3).nextTimerNanos());
  }

  @Test
  @DisplayName("step 22: a trial, a durable vote for itself, a majority of votes: master")
  void isElected() {
    assertThat(election.onTimer(END, true, election.nextTimerNanos()))
        .containsExactly(new Output.Ask(new VoteRequest(2, END, true, false)));
    assertThat(election.term()).isEqualTo(1);

    List<Output> stands = election.onVoteReply(1, new VoteReply(2, true, true), END, 0);
    assertThat(stands)
        .containsExactly(
            new Output.Persist(
                2,
                0,
                List.of(
                    new Output.CountOwnVote(2),
                    new Output.Ask(new VoteRequest(2, END, false, false)))));
    assertThat(election.onOwnVoteDurable(2, 0)).isEmpty();

    assertThat(election.onVoteReply(2, new VoteReply(2, true, false), END, 0))
        .containsExactly(new Output.BecomeMaster());
    assertThat(election.isMaster()).isTrue();
    assertThat(election.onVoteReply(1, new VoteReply(2, true, false), END, 0)).isEmpty();
  }

  @Test
  @DisplayName("who is taking a copy waits, and stands once that is over")
  void standsNotWhileItCouldNotOrder() {
    long due = election.nextTimerNanos();

    assertThat(election.onTimer(END, false, due)).isEmpty();
    assertThat(election.nextTimerNanos()).isGreaterThanOrEqualTo(due + Election.PATIENCE_NANOS);
    assertThat(election.onTimer(END, true, election.nextTimerNanos())).isNotEmpty();
  }

  @Test
  @DisplayName("step 22: whom the master hands over to asks for votes at once, without a trial")
  void takesOver() {
    election.onMasterHeard(1, 0);
    assertThat(election.onHandOver(2, END, 0)).isEmpty(); // that is not the master

    assertThat(election.onHandOver(1, END, 0))
        .containsExactly(
            new Output.Persist(
                2,
                0,
                List.of(
                    new Output.CountOwnVote(2),
                    new Output.Ask(new VoteRequest(2, END, false, false)))));
    assertThat(election.onHandOver(1, END, 0)).isEmpty(); // once is enough
    election.onOwnVoteDurable(2, 0);
    assertThat(election.onVoteReply(2, new VoteReply(2, true, false), END, 0))
        .containsExactly(new Output.BecomeMaster());
    assertThat(election.onHandOver(0, END, 0)).isEmpty();
  }

  @Test
  void aloneItNeedsNobody() {
    Election alone = election(0, 1);

    assertThat(alone.onTimer(END, true, alone.nextTimerNanos()))
        .containsExactly(new Output.Persist(2, 0, List.of(new Output.CountOwnVote(2))));
    assertThat(alone.onOwnVoteDurable(2, 0)).containsExactly(new Output.BecomeMaster());
  }

  @Test
  void itsOwnVoteCountsOnlyWhenDurable() {
    stand();

    assertThat(election.onVoteReply(1, new VoteReply(2, true, false), END, 0)).isEmpty();
    assertThat(election.onOwnVoteDurable(2, 0)).containsExactly(new Output.BecomeMaster());
  }

  @Test
  void aVoteOfAnotherTermOrARefusalDoesNotCount() {
    stand();
    election.onOwnVoteDurable(2, 0);

    assertThat(election.onVoteReply(1, new VoteReply(2, false, false), END, 0)).isEmpty();
    assertThat(election.onVoteReply(1, new VoteReply(1, true, false), END, 0)).isEmpty();
    assertThat(election.onVoteReply(1, new VoteReply(2, true, true), END, 0)).isEmpty();
    assertThat(election.onOwnVoteDurable(1, 0)).isEmpty();
  }

  @Test
  @DisplayName("step 22: one vote a term, and it is durable before it is given")
  void votesOnceATerm() {
    election.onNewerTerm(5, 0);

    assertThat(election.onVoteRequest(1, new VoteRequest(5, END, false, false), END, true, 0))
        .containsExactly(
            new Output.Persist(5, 1, List.of(new Output.Answer(1, new VoteReply(5, true, false)))));
    assertThat(election.onVoteRequest(2, new VoteRequest(5, END, false, false), END, true, 0))
        .containsExactly(new Output.Answer(2, new VoteReply(5, false, false)));
    assertThat(election.onVoteRequest(1, new VoteRequest(5, END, false, false), END, true, 0))
        .hasSize(1);
  }

  @Test
  @DisplayName("step 22: a vote given before a crash is not given to another after it")
  void remembersItsVote() {
    var again = new Election(0, 3, 5, 2, false, new SplittableRandom(1), 0);

    assertThat(again.onVoteRequest(1, new VoteRequest(5, END, false, false), END, true, 0))
        .containsExactly(new Output.Answer(1, new VoteReply(5, false, false)));
  }

  @Test
  @DisplayName("step 22: no vote for a log that ends below its own")
  void refusesShorterLogs() {
    election.onNewerTerm(5, 0);

    for (Token shorter : List.of(new Token(1, 9), new Token(0, 99))) {
      assertThat(election.onVoteRequest(1, new VoteRequest(5, shorter, false, false), END, true, 0))
          .containsExactly(new Output.Answer(1, new VoteReply(5, false, false)));
    }
    assertThat(
            election.onVoteRequest(
                1, new VoteRequest(5, new Token(2, 1), false, false), END, true, 0))
        .first()
        .isInstanceOf(Output.Persist.class);
  }

  @Test
  void aTrialIsRefusedWhileAMasterIsHeard() {
    election.onMasterHeard(2, LATER_NANOS);
    var trial = new VoteRequest(2, END, true, false);

    assertThat(election.onVoteRequest(1, trial, END, true, LATER_NANOS + Election.LEASE_NANOS - 1))
        .containsExactly(new Output.Answer(1, new VoteReply(2, false, true)));
    assertThat(election.onVoteRequest(1, trial, END, true, LATER_NANOS + Election.LEASE_NANOS))
        .containsExactly(new Output.Answer(1, new VoteReply(2, true, true)));
    assertThat(election.term()).isEqualTo(1);
  }

  @Test
  @DisplayName("step 22: a master that hears no majority for its lease stops")
  void stopsWhenTheLeaseLapses() {
    elect();
    election.onHeard(1, Election.LEASE_NANOS);

    assertThat(election.onTimer(END, true, 2 * Election.LEASE_NANOS - 1)).isEmpty();
    assertThat(election.onTimer(END, true, 3 * Election.LEASE_NANOS))
        .containsExactly(new Output.StepDown());
    assertThat(election.role()).isEqualTo(Role.FOLLOWER);
    assertThat(election.master()).isEqualTo(-1);
  }

  @Test
  @DisplayName("step 22: the lease lapses before the patience of others does")
  void leaseIsShorterThanPatience() {
    assertThat(Election.LEASE_NANOS).isLessThan(Election.PATIENCE_NANOS);
  }

  @Test
  void stopsForANewerTerm() {
    elect();

    assertThat(election.onNewerTerm(3, 0)).containsExactly(new Output.StepDown());
    assertThat(election.onNewerTerm(3, 0)).isEmpty();
    assertThat(election.term()).isEqualTo(3);
    assertThat(election.votedFor()).isEqualTo(-1);
  }

  @Test
  void asksAgainWhenARoundEndsWithoutAMajority() {
    stand();
    long end = election.nextTimerNanos();

    assertThat(election.onTimer(END, true, end - 1)).isEmpty();
    assertThat(election.onTimer(END, true, end))
        .containsExactly(new Output.Ask(new VoteRequest(3, END, true, false)));
    assertThat(election.nextTimerNanos()).isGreaterThan(end);
  }

  @Test
  void followsTheMasterOfItsTerm() {
    stand();

    election.onMasterHeard(2, 0);

    assertThat(election.role()).isEqualTo(Role.FOLLOWER);
    assertThat(election.master()).isEqualTo(2);
    assertThat(election.onOwnVoteDurable(2, 0)).isEmpty();
  }

  @Test
  void anotherMasterInItsOwnTermIsOurMistake() {
    elect();

    assertThatThrownBy(() -> election.onMasterHeard(1, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("two masters");
  }

  private void stand() {
    election.onTimer(END, true, election.nextTimerNanos());
    election.onVoteReply(1, new VoteReply(2, true, true), END, 0);
  }

  /** Master of term 2 since time 0. */
  private void elect() {
    stand();
    election.onOwnVoteDurable(2, 0);
    election.onVoteReply(1, new VoteReply(2, true, false), END, 0);
  }
}
