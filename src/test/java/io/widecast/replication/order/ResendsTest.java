package io.widecast.replication.order;

import static io.widecast.replication.Samples.entry;
import static io.widecast.replication.Samples.log;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master.Output;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Range;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A log of 1..20,000, all of it multicast, and two core nodes that ask for parts of it. */
class ResendsTest {

  private static final int LAST = 20_000;
  private static final int DATAGRAM_BYTES = 1_400;

  private final Metrics metrics = new Metrics();
  private final EntryLog log = log(LAST);
  private final Resends resends = new Resends(log, DATAGRAM_BYTES, metrics);

  @Test
  void restsWhileNobodyAsks() {
    assertThat(resends.nextTimerNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(onTimer(1_000_000)).isEmpty();
  }

  @Test
  @DisplayName("step 12: to one asker by unicast, to several by multicast once")
  void sendsOnceToEach() {
    ask(1, new Range(2, 1));
    ask(2, new Range(3, 1));
    ask(1, new Range(3, 1));

    assertThat(onTimer(resends.nextTimerNanos()))
        .containsExactly(
            new Output.Unicast(1, new LanFrame.Entries(true, List.of(log.get(2)))),
            new Output.Multicast(new LanFrame.Entries(true, List.of(log.get(3)))));
    assertThat(resends.nextTimerNanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(metrics.get(Metric.ENTRIES_RESENT)).isEqualTo(2);
  }

  @Test
  @DisplayName("step 12: requests are gathered for a moment, and a later one does not put it off")
  void gathersRequests() {
    ask(1, new Range(2, 1));
    long due = resends.nextTimerNanos();
    resends.onRequest(2, List.of(new Range(2, 1)), LAST, due - 1);

    assertThat(due).isPositive();
    assertThat(resends.nextTimerNanos()).isEqualTo(due);
    assertThat(onTimer(due - 1)).isEmpty();
    assertThat(onTimer(due)).hasSize(1);
  }

  @Test
  void packsDatagramsAndNeverMixesAskers() {
    int each = log.get(2).sizeBytes();
    int fit = DATAGRAM_BYTES / each;
    ask(1, new Range(2, fit + 1));
    ask(2, new Range(fit + 3, 1));

    List<Output> outputs = onTimer(resends.nextTimerNanos());

    assertThat(outputs).hasSize(3);
    assertThat(entries(outputs.get(0))).hasSize(fit);
    assertThat(entries(outputs.get(1))).containsExactly(log.get(fit + 2));
    assertThat(entries(outputs.get(2))).containsExactly(log.get(fit + 3));
  }

  @Test
  @DisplayName("step 14: an oversize entry is announced again, not sent")
  void announcesOversizeEntries() {
    EncodedEntry large = entry(1, LAST + 1, 1, "big", DATAGRAM_BYTES);
    log.append(large);
    resends.onRequest(1, List.of(new Range(LAST, 2)), LAST + 1, 0);

    assertThat(onTimer(resends.nextTimerNanos()))
        .containsExactly(
            new Output.Unicast(1, new LanFrame.Entries(true, List.of(log.get(LAST)))),
            new Output.Unicast(1, LanFrame.Trigger.of(large)));
  }

  @Test
  void leavesOutWhatIsStillToBeSent() {
    resends.onRequest(1, List.of(new Range(9, 5)), 10, 0);

    assertThat(entries(onTimer(resends.nextTimerNanos()).get(0)))
        .containsExactly(log.get(9), log.get(10));
  }

  @Test
  @DisplayName("step 13: CANNOT beyond the bound of what is to be resent, then success")
  void refusesTooManyRequests() {
    for (long first = 1; first <= Resends.ENTRIES_MAX; first += LanFrame.REQUESTED_MAX) {
      assertThat(ask(1, new Range(first, LanFrame.REQUESTED_MAX))).isEmpty();
    }

    var oneMore = new Range(Resends.ENTRIES_MAX + 1, 1);
    assertThat(ask(1, oneMore))
        .containsExactly(new Output.Unicast(1, new LanFrame.Cannot(List.of(oneMore))));
    assertThat(metrics.get(Metric.RETRANSMIT_CANNOT)).isEqualTo(1);

    onTimer(resends.nextTimerNanos());
    assertThat(ask(1, oneMore)).isEmpty();
  }

  @Test
  @DisplayName("step 13: GONE for what the log no longer holds, the rest is sent")
  void saysWhatIsGone() {
    log.trim(3, 0);

    assertThat(ask(1, new Range(2, 1), new Range(3, 1)))
        .containsExactly(new Output.Unicast(1, new LanFrame.Gone(3)));
    assertThat(entries(onTimer(resends.nextTimerNanos()).get(0))).containsExactly(log.get(3));
    assertThat(metrics.get(Metric.RETRANSMIT_GONE)).isEqualTo(1);
  }

  @Test
  void passesOverWhatLeftTheLogMeanwhile() {
    ask(1, new Range(2, 2));
    log.trim(3, 0);

    assertThat(entries(onTimer(resends.nextTimerNanos()).get(0))).containsExactly(log.get(3));
  }

  @Test
  @DisplayName("what is asked for at once goes out in bounded bursts, and all of it goes out")
  void sendsInBursts() {
    var large = log(0);
    for (long r = 1; r <= 1_024; r++) {
      large.append(entry(1, r, r == 1 ? 0 : 1, "k", 1_000));
    }
    var bursts = new Resends(large, DATAGRAM_BYTES, metrics);
    bursts.onRequest(1, List.of(new Range(1, 1_024)), 1_024, 0);

    var sent = new ArrayList<EncodedEntry>();
    int count = 0;
    for (; bursts.nextTimerNanos() != Long.MAX_VALUE; count++) {
      var outputs = new ArrayList<Output>();
      bursts.onTimer(outputs, bursts.nextTimerNanos());
      outputs.forEach(output -> sent.addAll(entries(output)));
    }

    assertThat(count).isEqualTo(3); // 1,024 entries of 1 KiB and a little, 512 KiB at a time
    assertThat(sent).isEqualTo(large.slice(1, 1_024));
  }

  private List<Output> ask(int slot, Range... ranges) {
    return resends.onRequest(slot, List.of(ranges), LAST, 0);
  }

  private List<Output> onTimer(long nowNanos) {
    var outputs = new ArrayList<Output>();
    resends.onTimer(outputs, nowNanos);
    return outputs;
  }

  private static List<EncodedEntry> entries(Output output) {
    LanFrame frame =
        output instanceof Output.Unicast unicast
            ? unicast.frame()
            : ((Output.Multicast) output).frame();
    return ((LanFrame.Entries) frame).entries();
  }
}
