package io.widecast.replication.lan;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.replication.lan.LanReceiver.Output;
import io.widecast.replication.log.EntryLog;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Beacon;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.LanFrame.RetransmitRequest;
import io.widecast.wire.LanFrame.Trigger;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LanReceiverTest {

  private static final long LATER_NANOS = 1_000_000_000L;

  private final Metrics metrics = new Metrics();
  private final EntryLog log = new EntryLog(Token.NONE);
  private final LanReceiver receiver = receiver(log, 0);

  private LanReceiver receiver(EntryLog over, long commit) {
    return new LanReceiver(over, commit, new SplittableRandom(1), metrics);
  }

  // ---- order

  @Test
  @DisplayName("step 9: the next entry is appended, one ahead waits for those before it")
  void appendsInOrder() {
    assertThat(take(entry(1))).containsExactly(new Output.Append(entries(1, 1)));
    assertThat(take(entry(3))).isEmpty();

    assertThat(take(entry(2))).containsExactly(new Output.Append(entries(2, 3)));
    assertThat(receiver.matched()).isEqualTo(3);
  }

  @Test
  @DisplayName("step 9: what came before is dropped, and counts as agreed")
  void dropsDuplicates() {
    take(entry(1));

    assertThat(take(entry(1))).isEmpty();

    assertThat(metrics.get(Metric.ENTRIES_DUPLICATE)).isEqualTo(1);
    assertThat(log.last()).isEqualTo(new Token(1, 1));
  }

  @Test
  @DisplayName("step 9: beyond the window an entry is dropped, and asked for when it is near")
  void dropsBeyondTheWindow() {
    take(entry(1));

    take(entry(2 + LanReceiver.AHEAD_ENTRIES_MAX));

    assertThat(metrics.get(Metric.ENTRIES_BEYOND_WINDOW)).isEqualTo(1);
    assertThat(asked()).first().isEqualTo(new Range(2, LanFrame.REQUESTED_MAX));
  }

  // ---- missing entries

  @Test
  @DisplayName("step 10: a beacon reveals a lost tail, which leaves no hole")
  void asksForALostTail() {
    receiver.onEntries(entries(1, 3), 0);

    receiver.onBeacon(new Beacon(new Token(1, 5), 1, 0), 0);

    assertThat(asked()).containsExactly(new Range(4, 2));
  }

  @Test
  @DisplayName("step 11: gaps are asked for after a small random delay, and again after a while")
  void asksAfterADelayAndAgain() {
    receiver.onEntries(List.of(entry(1), entry(3), entry(6)), 0);

    long first = receiver.nextTimerNanos();
    assertThat(first).isBetween(1L, 2_000_000L);
    assertThat(receiver.onTimer(first - 1)).isEmpty();
    assertThat(ranges(receiver.onTimer(first))).containsExactly(new Range(2, 1), new Range(4, 2));

    long again = receiver.nextTimerNanos();
    assertThat(again).isGreaterThan(first + 10_000_000);
    assertThat(ranges(receiver.onTimer(again))).containsExactly(new Range(2, 1), new Range(4, 2));
  }

  @Test
  @DisplayName("step 11: when all have come no timer is left")
  void setsNoTimerWithoutAGap() {
    receiver.onEntries(List.of(entry(1), entry(3)), 0);

    take(entry(2));

    assertThat(receiver.nextTimerNanos()).isEqualTo(LanReceiver.NEVER);
  }

  @Test
  @DisplayName("step 11: no more than a request's bound is asked for at one time")
  void asksForABoundedNumber() {
    take(entry(1));
    receiver.onBeacon(new Beacon(new Token(1, 5_000), 1, 0), 0);

    assertThat(asked()).containsExactly(new Range(2, LanFrame.REQUESTED_MAX));
    assertThat(receiver.onTimer(receiver.nextTimerNanos() - 1)).isEmpty();
  }

  @Test
  @DisplayName("step 11: many small gaps go in several requests")
  void splitsManyGaps() {
    take(entry(1));
    for (long revision = 3; revision < 3 + 2 * 40; revision += 2) {
      take(entry(revision));
    }

    assertThat(ranges(receiver.onTimer(LATER_NANOS))).hasSize(LanFrame.RANGES_MAX);
    assertThat(receiver.nextTimerNanos()).isEqualTo(LATER_NANOS);
    assertThat(ranges(receiver.onTimer(LATER_NANOS))).hasSize(40 - LanFrame.RANGES_MAX);
  }

  @Test
  @DisplayName("step 13: after CANNOT it waits, then asks again")
  void waitsAfterCannot() {
    receiver.onEntries(List.of(entry(1), entry(3)), 0);
    long asked = receiver.nextTimerNanos();
    receiver.onTimer(asked);

    receiver.onCannot(List.of(new Range(2, 1)), asked + 20_000_000);

    assertThat(receiver.onTimer(asked + 40_000_000)).isEmpty();
    assertThat(ranges(receiver.onTimer(asked + 80_000_000))).containsExactly(new Range(2, 1));
  }

  // ---- gone

  @Test
  @DisplayName("step 13: what is gone comes as a copy, and nothing is appended meanwhile")
  void takesACopyOfWhatIsGone() {
    receiver.onEntries(List.of(entry(1), entry(9)), 0);

    assertThat(receiver.onGone(6)).containsExactly(new Output.NeedCopy());
    assertThat(receiver.onGone(6)).isEmpty();
    assertThat(take(entry(2))).isEmpty();
    assertThat(receiver.nextTimerNanos()).isEqualTo(LanReceiver.NEVER);

    log.reset(new Token(1, 8));
    assertThat(receiver.onCopied(0)).containsExactly(new Output.Append(entries(9, 9)));
    assertThat(receiver.commit()).isEqualTo(8);
    assertThat(receiver.matched()).isEqualTo(9);
  }

  @Test
  @DisplayName("step 13: a copy that fails leads to another request")
  void asksAgainAfterAFailedCopy() {
    receiver.onEntries(List.of(entry(1), entry(9)), 0);
    receiver.onGone(6);

    receiver.onCopyFailed(LATER_NANOS);

    assertThat(ranges(receiver.onTimer(2 * LATER_NANOS))).containsExactly(new Range(2, 7));
  }

  @Test
  @DisplayName("what came while a copy was waited for is taken when there is none after all")
  void goesOnWithoutTheCopy() {
    receiver.onEntries(entries(1, 4), 0);
    receiver.onDamaged();
    assertThat(receiver.onEntries(entries(5, 6), 0)).isEmpty();

    assertThat(receiver.onCopyFailed(0)).containsExactly(new Output.Append(entries(5, 6)));
    assertThat(receiver.matched()).isEqualTo(6);
  }

  @Test
  @DisplayName("step 13: GONE that came late, when nothing is missing, changes nothing")
  void ignoresGoneWhenLevel() {
    receiver.onEntries(entries(1, 6), 0);

    assertThat(receiver.onGone(7)).isEmpty();
    assertThat(receiver.isCopying()).isFalse();
  }

  // ---- oversize

  @Test
  @DisplayName("step 14: a trigger leads to a fetch")
  void fetchesWhatATriggerAnnounces() {
    take(entry(1));

    receiver.onTrigger(trigger(1, 2), 0);

    assertThat(receiver.onTimer(LATER_NANOS)).containsExactly(new Output.Fetch(new Range(2, 1)));
    assertThat(take(entry(2))).containsExactly(new Output.Append(entries(2, 2)));
    assertThat(receiver.nextTimerNanos()).isEqualTo(LanReceiver.NEVER);
  }

  @Test
  @DisplayName("step 14: a fetch without an answer becomes a request, which can be told GONE")
  void asksAfterAFetchInVain() {
    take(entry(1));
    receiver.onTrigger(trigger(1, 2), 0);
    receiver.onTimer(LATER_NANOS);

    assertThat(ranges(receiver.onTimer(2 * LATER_NANOS))).containsExactly(new Range(2, 1));
  }

  @Test
  @DisplayName("step 14: a trigger that answers a request is followed at once")
  void fetchesAtOnceWhatItAskedFor() {
    receiver.onEntries(List.of(entry(1), entry(3)), 0);
    asked();

    receiver.onTrigger(trigger(1, 2), LATER_NANOS);

    assertThat(receiver.onTimer(LATER_NANOS)).containsExactly(new Output.Fetch(new Range(2, 1)));
  }

  // ---- another master

  @Test
  @DisplayName("step 24: where a newer master has another entry, ours is cut")
  void cutsWhatWasReplaced() {
    receiver.onEntries(entries(1, 4), 0);
    receiver.onNewTerm();

    assertThat(take(entry(2, 3, 1, "other")))
        .containsExactly(new Output.Cut(3), new Output.Append(List.of(entry(2, 3, 1, "other"))));
    assertThat(receiver.matched()).isEqualTo(3);
  }

  @Test
  @DisplayName("step 24: nothing is cut before the master's own entry has come in its place")
  void comparesBeforeItCuts() {
    receiver.onEntries(entries(1, 4), 0);
    receiver.onNewTerm();

    assertThat(take(entry(3, 5, 2, "five"))).isEmpty();
    assertThat(asked()).containsExactly(new Range(1, 4));
    assertThat(log.last()).isEqualTo(new Token(1, 4));

    EncodedEntry four = entry(2, 4, 1, "four");
    assertThat(receiver.onEntries(List.of(entry(3), four), 0))
        .containsExactly(
            new Output.Cut(4), new Output.Append(List.of(four, entry(3, 5, 2, "five"))));
  }

  @Test
  @DisplayName("step 24: a beacon shows a replaced entry whose replacement was lost")
  void cutsOnABeacon() {
    receiver.onEntries(entries(1, 3), 0);
    receiver.onNewTerm();

    assertThat(receiver.onBeacon(new Beacon(new Token(2, 3), 1, 0), 0))
        .containsExactly(new Output.Cut(3));

    assertThat(asked()).containsExactly(new Range(3, 1));
  }

  @Test
  @DisplayName("step 24: a trigger for another entry than ours cuts ours")
  void cutsOnATrigger() {
    receiver.onEntries(entries(1, 3), 0);
    receiver.onNewTerm();

    assertThat(receiver.onTrigger(trigger(2, 3), 0)).containsExactly(new Output.Cut(3));

    assertThat(receiver.onTimer(LATER_NANOS)).containsExactly(new Output.Fetch(new Range(3, 1)));
  }

  @Test
  @DisplayName("what a copy has taken out of the log is asked for again")
  void asksAgainForWhatACopyTookBack() {
    receiver.onEntries(entries(1, 4), 0);
    assertThat(receiver.onDamaged()).containsExactly(new Output.NeedCopy());
    log.reset(new Token(1, 2));
    receiver.onCopied(0);

    assertThat(ranges(receiver.onTimer(LATER_NANOS))).containsExactly(new Range(3, 2));
  }

  @Test
  @DisplayName("step 24: what differs where the master keeps nothing any more needs a copy")
  void takesACopyWhenItCannotCompare() {
    receiver.onEntries(entries(1, 4), 0);
    receiver.onNewTerm();
    take(entry(3, 5, 2, "five"));

    assertThat(receiver.onGone(5)).containsExactly(new Output.NeedCopy());
  }

  @Test
  @DisplayName("step 24: our own longer tail is not missing in the new term")
  void asksForNothingThatOnlyItHad() {
    receiver.onEntries(entries(1, 9), 0);
    receiver.onNewTerm();

    take(entry(2, 3, 1, "other"));

    assertThat(receiver.nextTimerNanos()).isEqualTo(LanReceiver.NEVER);
  }

  @Test
  @DisplayName("I1.3: a difference below the commit stops the node")
  void refusesToCutWhatIsCommitted() {
    receiver.onEntries(entries(1, 3), 0);
    receiver.onCommit(3);
    receiver.onNewTerm();

    assertThatThrownBy(() -> take(entry(2, 4, 2, "x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("committed");
  }

  @Test
  @DisplayName("step 7: only what agrees with the present master counts as agreed or final")
  void agreesAnewInEachTerm() {
    receiver.onEntries(entries(1, 4), 0);
    receiver.onCommit(2);

    receiver.onNewTerm();
    receiver.onCommit(4);

    assertThat(receiver.matched()).isEqualTo(2);
    assertThat(receiver.commit()).isEqualTo(2);
    receiver.onBeacon(new Beacon(new Token(1, 4), 1, 0), 0);
    receiver.onCommit(4);
    assertThat(receiver.commit()).isEqualTo(4);
  }

  // ---- a disk too far behind

  @Test
  @DisplayName("while too much waits for the disk nothing is appended or asked for")
  void holdsBackForTheDisk() {
    take(entry(1));
    receiver.onBacklog(true, 0);

    assertThat(receiver.onEntries(entries(2, 3), 0)).isEmpty();
    receiver.onBeacon(new Beacon(new Token(1, 9), 1, 0), 0);
    assertThat(receiver.nextTimerNanos()).isEqualTo(LanReceiver.NEVER);

    assertThat(receiver.onBacklog(false, 0)).containsExactly(new Output.Append(entries(2, 3)));
    assertThat(asked()).containsExactly(new Range(4, 6));
  }

  // ---- helpers

  private List<Output> take(EncodedEntry entry) {
    return receiver.onEntries(List.of(entry), 0);
  }

  private static Trigger trigger(long epoch, long revision) {
    return new Trigger(new Token(epoch, revision), 1, 100, 0);
  }

  /** What is asked for at the next timer. */
  private List<Range> asked() {
    return ranges(receiver.onTimer(receiver.nextTimerNanos()));
  }

  private static List<Range> ranges(List<Output> outputs) {
    return outputs.stream()
        .map(output -> ((Output.Ask) output).request())
        .map(RetransmitRequest::ranges)
        .flatMap(List::stream)
        .toList();
  }
}
