package io.widecast.replication.order;

import static io.widecast.replication.Samples.entry;
import static io.widecast.replication.Samples.log;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master.Output;
import io.widecast.wire.LanFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SendingTest {

  private static final int DATAGRAM_BYTES = 1_400;

  private final Metrics metrics = new Metrics();
  private final EntryLog log = log(0);
  private final Sending sending = new Sending(log, 0, DATAGRAM_BYTES, metrics, 0);

  @Test
  @DisplayName("step 4: each entry is multicast once")
  void sendsOnce() {
    append(10);

    assertThat(pump()).containsExactly(new LanFrame.Entries(false, List.of(log.get(1))));
    assertThat(pump()).isEmpty();
    assertThat(sending.sent()).isEqualTo(1);
  }

  @Test
  @DisplayName("step 4: several entries share a datagram, up to its size")
  void packsDatagrams() {
    append(600);
    append(600);
    append(600);

    assertThat(pump())
        .containsExactly(
            new LanFrame.Entries(false, log.slice(1, 2)),
            new LanFrame.Entries(false, log.slice(3, 3)));
  }

  @Test
  @DisplayName("step 14: an oversize entry is announced, not multicast")
  void announcesOversizeEntries() {
    append(2_000);

    assertThat(pump()).containsExactly(LanFrame.Trigger.of(log.get(1)));
    assertThat(metrics.get(Metric.OVERSIZE_TRIGGERS)).isEqualTo(1);
  }

  @Test
  @DisplayName("sending runs ahead of the majority by a window, and goes on with it")
  void pacesItself() {
    for (int i = 0; i < 2_000; i++) {
      append(1_000);
    }
    int each = log.get(500).sizeBytes();
    pump();
    assertThat(sending.sent() * each).isBetween(Sending.WINDOW_BYTES, Sending.WINDOW_BYTES + each);
    long first = sending.sent();

    sending.onMajority(500);
    pump();

    assertThat(sending.sent()).isBetween(first + 495, first + 505);
  }

  @Test
  @DisplayName("step 23: what a majority has leaves the window, committed or not")
  void doesNotWaitForTheCommit() {
    for (int i = 0; i < 2_000; i++) {
      append(1_000);
    }
    pump();
    long sent = sending.sent();

    sending.onMajority(sent); // of an older term: none of it can be committed yet
    pump();

    assertThat(sending.sent()).isEqualTo(2_000);
    assertThat(tell()).isEmpty();
  }

  @Test
  void aMajorityBeyondWhatWasSentEmptiesTheWindow() {
    for (int i = 0; i < 2_000; i++) {
      append(1_000);
    }
    pump();

    sending.onMajority(2_000);

    assertThat(sending.sent()).isEqualTo(2_000);
    assertThat(pump()).isEmpty();
  }

  @Test
  @DisplayName("step 10: a beacon says how far sending has come, and comes again")
  void sendsBeacons() {
    append(10);
    pump();

    assertThat(onTimer(0)).containsExactly(new LanFrame.Beacon(new Token(1, 1), 7, 0));
    assertThat(onTimer(Sending.BEACON_NANOS - 1)).isEmpty();
    assertThat(onTimer(Sending.BEACON_NANOS)).hasSize(1);
  }

  @Test
  @DisplayName("a round of the read index is told by a beacon at once, and by every later one")
  void tellsARound() {
    append(10);
    pump();
    sending.onRound(1);
    append(10);
    pump(); // entries do not carry it

    var beacon = new LanFrame.Beacon(new Token(1, 2), 7, 1);
    assertThat(tell()).containsExactly(beacon);
    assertThat(tell()).isEmpty();
    assertThat(onTimer(Sending.BEACON_NANOS)).containsExactly(beacon);
  }

  @Test
  @DisplayName("step 6: a commit is told at once, unless a datagram of entries carries it")
  void tellsTheCommit() {
    append(10);
    pump();
    sending.onCommit();
    assertThat(tell()).containsExactly(new LanFrame.Beacon(new Token(1, 1), 7, 0));
    assertThat(tell()).isEmpty();

    append(10);
    sending.onCommit();
    pump();
    assertThat(tell()).isEmpty();
  }

  private void append(int valueBytes) {
    long revision = log.last().revision() + 1;
    EncodedEntry next = entry(1, revision, log.last().epoch(), "k", valueBytes);
    log.append(next);
  }

  private List<LanFrame> pump() {
    var outputs = new ArrayList<Output>();
    sending.pump(outputs);
    return frames(outputs);
  }

  private List<LanFrame> onTimer(long nowNanos) {
    var outputs = new ArrayList<Output>();
    sending.onTimer(7, outputs, nowNanos);
    return frames(outputs);
  }

  private List<LanFrame> tell() {
    var outputs = new ArrayList<Output>();
    sending.tellNews(7, outputs, 0);
    return frames(outputs);
  }

  private static List<LanFrame> frames(List<Output> outputs) {
    return outputs.stream().map(output -> ((Output.Multicast) output).frame()).toList();
  }
}
