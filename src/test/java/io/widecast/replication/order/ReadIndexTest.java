package io.widecast.replication.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.ErrorCode;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The master at slot 0 of five: it needs two others. */
class ReadIndexTest {

  private static final Token COMMIT = new Token(3, 7);
  private static final ReadOutcome CONFIRMED = new ReadOutcome.At(COMMIT, Optional.empty());

  private final ReadIndex reads = new ReadIndex(0, 5);
  private final Map<Long, ReadOutcome> answers = new TreeMap<>();

  private void add(long ticket, long nowNanos) {
    reads.add(ticket, nowNanos, answers::put);
  }

  private void ack(int slot, long round) {
    reads.onAck(slot, round);
    reads.settle(answers::put);
  }

  @Test
  @DisplayName("a read is confirmed by a majority that has heard of a round that began after it")
  void needsAMajority() {
    add(1, 0);
    assertThat(reads.isDue(0)).isTrue();
    reads.begin(COMMIT, 0);
    assertThat(reads.round()).isEqualTo(1);

    ack(1, 1);
    ack(1, 1);
    assertThat(answers).isEmpty();
    ack(4, 1);

    assertThat(answers).containsExactly(Map.entry(1L, CONFIRMED));
    assertThat(reads.isUnderWay()).isFalse();
    assertThat(reads.isDue(ReadIndex.ROUND_NANOS)).isFalse();
    assertThat(reads.nextTimerNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @DisplayName("acknowledgements of earlier rounds, and of rounds that never were, confirm nothing")
  void takesNoOtherRound() {
    add(1, 0);
    reads.begin(COMMIT, 0);
    ack(1, 1);
    ack(2, 1);
    add(2, 0);
    reads.begin(COMMIT, 0);

    ack(1, 1);
    ack(2, 0);
    ack(3, 99);
    ack(4, 3);
    assertThat(answers).containsOnlyKeys(1L);

    ack(3, 2);
    ack(4, 2);
    assertThat(answers).containsOnlyKeys(1L, 2L);
  }

  @Test
  @DisplayName("what comes while a round is under way waits for the next: the commit may be older")
  void sharesTheNextRound() {
    add(1, 0);
    reads.begin(new Token(3, 6), 0);
    add(2, 1);
    add(3, 2);
    assertThat(reads.isDue(2)).isFalse();
    ack(1, 1);
    ack(2, 1);
    assertThat(answers).containsOnlyKeys(1L);

    assertThat(reads.isDue(2)).isTrue();
    reads.begin(COMMIT, 2);
    ack(1, 2);
    ack(2, 2);

    assertThat(answers).containsEntry(2L, CONFIRMED).containsEntry(3L, CONFIRMED);
  }

  @Test
  @DisplayName("a round that nobody answers is followed by another, for all that wait")
  void beginsAnew() {
    add(1, 0);
    reads.begin(new Token(3, 6), 0);
    add(2, 1);
    assertThat(reads.nextTimerNanos()).isEqualTo(ReadIndex.ROUND_NANOS);
    assertThat(reads.isDue(ReadIndex.ROUND_NANOS)).isTrue();

    reads.begin(COMMIT, ReadIndex.ROUND_NANOS);
    ack(1, 1); // late, of the round that is over
    ack(2, 1);
    assertThat(answers).isEmpty();
    ack(1, 2);
    ack(2, 2);

    assertThat(answers).containsOnly(Map.entry(1L, CONFIRMED), Map.entry(2L, CONFIRMED));
  }

  @Test
  void refusesWhatCannotBeConfirmedInTime() {
    add(1, 0);
    reads.begin(COMMIT, 0);
    add(2, 10);

    reads.expire(ReadIndex.PATIENCE_NANOS, answers::put);
    assertThat(answers).containsExactly(Map.entry(1L, ReadIndex.UNCONFIRMED));
    reads.expire(ReadIndex.PATIENCE_NANOS + 10, answers::put);
    assertThat(answers).containsEntry(2L, ReadIndex.UNCONFIRMED);
    assertThat(ReadIndex.UNCONFIRMED.code()).isEqualTo(ErrorCode.NO_MASTER);
  }

  @Test
  void refusesEverybodyWhenTheMasterIsNoneAnyMore() {
    add(1, 0);
    reads.begin(COMMIT, 0);
    add(2, 0);

    reads.fail(answers::put);
    ack(1, 1);
    ack(2, 1);

    assertThat(answers)
        .containsOnly(Map.entry(1L, ReadIndex.CHANGED), Map.entry(2L, ReadIndex.CHANGED));
  }

  @Test
  void holdsABoundedNumber() {
    for (int i = 0; i <= ReadIndex.WAITING_MAX; i++) {
      add(i, 0);
    }

    assertThat(answers).containsOnlyKeys((long) ReadIndex.WAITING_MAX);
    assertThat(((ReadOutcome.Refused) answers.get((long) ReadIndex.WAITING_MAX)).code())
        .isEqualTo(ErrorCode.OVERLOADED);
  }
}
