package io.widecast.replication.order;

import static io.widecast.replication.Samples.TIME_MILLIS;
import static io.widecast.replication.Samples.log;
import static io.widecast.replication.Samples.named;
import static io.widecast.replication.Samples.put;
import static io.widecast.replication.Samples.putIf;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.EdgeReport;
import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.ClusterView.State;
import io.widecast.model.Compare;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master.Output;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three core nodes a, b and c; a, at slot 0, is the master. */
class MasterTest {

  private static final List<NodeId> ELECTORATE =
      List.of(new NodeId("a"), new NodeId("b"), new NodeId("c"));
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long STALE_NANOS = 5 * SECOND_NANOS;

  private final Metrics metrics = new Metrics();
  private final RecentRequests requests = new RecentRequests();
  private final EntryLog log = log(0);
  private final Master master = master(log, 1, 0, 1, 1 << 20);
  private long nextTicket = 1;

  private Master master(EntryLog over, long term, long commit, long keepFrom, long bufferBytes) {
    return new Master(
        0,
        ELECTORATE,
        new NodeId("home"),
        term,
        over,
        over.last().revision(),
        commit,
        keepFrom,
        key -> Optional.empty(),
        over.last().revision(),
        new OrderOptions(bufferBytes, bufferBytes / 2, STALE_NANOS, 1_400),
        requests,
        metrics,
        0);
  }

  /** Begins the term, and has everybody acknowledge its empty entry at revision 1. */
  private void establish() {
    master.start(0, TIME_MILLIS);
    master.onDurable(1, 0);
    master.onAck(1, 1, 0, 0);
    master.onAck(2, 1, 0, 0);
    master.flush(0);
    master.onTimer(0); // the first look after members
  }

  // ---- ordering and commit

  @Test
  @DisplayName("step 23: a term begins with an empty entry of its own")
  void beginsWithAnEmptyEntry() {
    List<Output> outputs = master.start(0, TIME_MILLIS);

    EncodedEntry first = appended(outputs).get(0);
    assertThat(first.entry().token()).isEqualTo(new Token(1, 1));
    assertThat(first.entry().pairs()).isEmpty();
    assertThat(sentToAll(outputs)).containsExactly(first);
  }

  @Test
  @DisplayName("steps 2 and 4: each publish takes the next revision and is multicast once")
  void numbersPublishes() {
    establish();

    List<Output> outputs = publish(put("x", AckLevel.DURABLE), put("y", AckLevel.DURABLE));

    assertThat(appended(outputs)).extracting(EncodedEntry::revision).containsExactly(2L, 3L);
    assertThat(sentToAll(outputs)).isEqualTo(appended(outputs));
    assertThat(master.flush(0)).isEmpty();
  }

  @Test
  @DisplayName("step 6: a publish is answered when a majority, the master included, has it on disk")
  void answersAfterAMajority() {
    establish();
    publish(put("x", AckLevel.DURABLE));

    assertThat(replies(master.onAck(1, 2, 0, 0))).isEmpty();
    assertThat(master.commit()).isEqualTo(1);

    assertThat(replies(master.onDurable(2, 0)))
        .containsExactly(new PublishOutcome.Written(new Token(1, 2), 1, true));
    assertThat(master.commit()).isEqualTo(2);
  }

  @Test
  @DisplayName("step 6: two members without the master are no majority")
  void needsItsOwnDisk() {
    establish();
    publish(put("x", AckLevel.DURABLE));

    master.onAck(1, 2, 0, 0);
    master.onAck(2, 2, 0, 0);

    assertThat(master.commit()).isEqualTo(1);
  }

  @Test
  @DisplayName("step 23: older entries are committed only together with one of this term")
  void commitsOldEntriesWithItsOwn() {
    Master second = master(log(4), 2, 2, 1, 1 << 20);
    second.start(0, TIME_MILLIS);

    second.onDurable(5, 0);
    second.onAck(1, 4, 0, 0);
    assertThat(second.commit()).isEqualTo(2);
    assertThat(second.isEstablished()).isFalse();

    second.onAck(1, 5, 0, 0);
    assertThat(second.commit()).isEqualTo(5);
    assertThat(second.isEstablished()).isTrue();
  }

  @Test
  @DisplayName("step 23: what is not known to be committed is sent again, with its own epoch")
  void sendsTheTailAgain() {
    Master second = master(log(4), 2, 2, 1, 1 << 20);

    List<Output> outputs = second.start(0, TIME_MILLIS);

    assertThat(sentToAll(outputs))
        .extracting(entry -> entry.entry().token())
        .containsExactly(new Token(1, 3), new Token(1, 4), new Token(2, 5));
  }

  // ---- conditions and repeats

  @Test
  @DisplayName("step 2: conditions see everything ordered so far")
  void checksConditions() {
    establish();
    publish(put("x", AckLevel.DURABLE));

    assertThat(refusal(putIf("x", new Compare.Absent(Key.of("x")))))
        .isEqualTo(ErrorCode.PRECONDITION_FAILED);
    assertThat(refusal(putIf("x", new Compare.AtRevision(Key.of("x"), 1))))
        .isEqualTo(ErrorCode.PRECONDITION_FAILED);
    assertThat(appended(publish(putIf("x", new Compare.AtToken(Key.of("x"), new Token(1, 2))))))
        .hasSize(1);
  }

  @Test
  @DisplayName("step 1: a repeated request gets the first answer and is not written again")
  void answersRepeatsFromMemory() {
    establish();
    publish(named("x", new RequestId(7, 7, 1), AckLevel.MEMORY));

    List<Output> outputs = publish(named("x", new RequestId(7, 7, 1), AckLevel.MEMORY));

    assertThat(appended(outputs)).isEmpty();
    assertThat(replies(outputs))
        .containsExactly(new PublishOutcome.Written(new Token(1, 2), 1, true));
    assertThat(refusal(named("x", new RequestId(7, 7, 2), AckLevel.MEMORY)))
        .isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
  }

  // ---- what is kept

  @Test
  @DisplayName("I1.6: a publish that the buffer has no room for is refused, not dropped")
  void refusesWhatItCannotKeep() {
    Master small = master(log(0), 1, 0, 1, 500);
    small.start(0, TIME_MILLIS);

    List<Output> outputs = small.publish(1, put("x", 600, AckLevel.MEMORY), 0, TIME_MILLIS);

    assertThat(((PublishOutcome.Refused) replies(outputs).get(0)).code())
        .isEqualTo(ErrorCode.OVERLOADED);
    assertThat(appended(outputs)).isEmpty();
  }

  // ---- members that lag

  @Test
  @DisplayName("step 20: a silent member is given up, and what it pinned is released")
  void givesUpTheSilent() {
    establish();
    publish(put("x", AckLevel.DURABLE));
    long late = STALE_NANOS + SECOND_NANOS;
    master.onAck(1, 2, 0, late);

    master.onTimer(late);

    assertThat(master.stateOf(2)).isEqualTo(State.STALE);
    assertThat(master.stateOf(1)).isEqualTo(State.ACTIVE);
    assertThat(master.bufferEntries()).isZero();
  }

  @Test
  @DisplayName("step 20: members are looked after although every commit puts off the beacon")
  void looksAfterMembersUnderLoad() {
    establish();
    report(edge("slow", "**", 1));
    long revision = 1;
    for (long now = 0; now < 2 * STALE_NANOS; now += SECOND_NANOS / 20) {
      publish(put("k", AckLevel.DURABLE));
      revision++;
      master.onDurable(revision, now);
      master.onAck(1, revision, 0, now);
      master.onAck(2, revision, 0, now);
      master.flush(now);
      if (master.nextTimerNanos() <= now) {
        master.onTimer(now);
      }
    }

    assertThat(master.edges().get(0).state()).isEqualTo(State.STALE);
    assertThat(master.bufferEntries()).isZero();
  }

  // ---- levels

  @Test
  @DisplayName("ack=all waits for every living core node")
  void waitsForAll() {
    establish();
    publish(put("x", AckLevel.ALL));
    master.onDurable(2, 0);

    assertThat(replies(master.onAck(1, 2, 0, 0))).isEmpty();
    assertThat(replies(master.onAck(2, 2, 0, 0))).hasSize(1);
  }

  @Test
  @DisplayName("ack=all of a repeat waits for nodes that the last master may have waited for")
  void waitsForAllAfterATakeOver() {
    EntryLog held = log(0);
    var id = new RequestId(7, 7, 1);
    Master first = master(held, 1, 0, 1, 1 << 20);
    first.start(0, TIME_MILLIS);
    first.publish(1, named("x", id, AckLevel.ALL), 0, TIME_MILLIS);
    Master second = master(held, 2, 2, 3, 1 << 20);
    second.start(0, TIME_MILLIS);

    assertThat(second.publish(1, named("x", id, AckLevel.ALL), 0, TIME_MILLIS)).isEmpty();

    assertThat(replies(second.onAck(1, 2, 0, 0))).isEmpty();
    assertThat(replies(second.onAck(2, 2, 0, 0)))
        .containsExactly(new PublishOutcome.Written(new Token(1, 2), 1, true));
  }

  @Test
  @DisplayName("ack=edge waits for connected edges whose filter takes it, and for no other")
  void waitsForEdges() {
    establish();
    long now = 2 * SECOND_NANOS;
    master.onEdgeReport(List.of(edge("e", "city/**", 1), edge("f", "price/**", 1)), now);
    master.publish(9, put("city/x", AckLevel.EDGE), now, TIME_MILLIS);
    master.onDurable(2, now);
    master.onAck(1, 2, 0, now);
    assertThat(replies(master.onAck(2, 2, 0, now))).isEmpty();

    assertThat(replies(master.onEdgeReport(List.of(edge("e", "city/**", 2)), now))).hasSize(1);
  }

  @Test
  @DisplayName("ack=edge waits until the edges that are connected have been reported")
  void waitsToLearnOfEdges() {
    establish();
    master.publish(9, put("x", AckLevel.EDGE), 0, TIME_MILLIS);
    master.onDurable(2, 0);
    master.onAck(1, 2, 0, 0);

    assertThat(replies(master.onAck(2, 2, 0, 0))).isEmpty();
    assertThat(replies(master.onTimer(SECOND_NANOS))).hasSize(1);
  }

  @Test
  @DisplayName("a level that is not reached in time is said to be written, and how far it came")
  void timesOut() {
    establish();
    publish(put("x", AckLevel.ALL));
    master.onDurable(2, 0);
    master.onAck(1, 2, 0, 0);

    var refused = (PublishOutcome.Refused) replies(master.onTimer(5 * SECOND_NANOS)).get(0);

    assertThat(refused.code()).isEqualTo(ErrorCode.ACK_TIMEOUT);
    assertThat(refused.extras())
        .containsEntry("written", true)
        .containsEntry("reached", "durable")
        .containsEntry("token", "1.2");
  }

  @Test
  void answersWhoWaitsWhenItStepsDown() {
    establish();
    publish(put("x", AckLevel.DURABLE), put("y", AckLevel.ALL));

    assertThat(replies(master.stepDown()))
        .hasSize(2)
        .allMatch(outcome -> ((PublishOutcome.Refused) outcome).code() == ErrorCode.NO_MASTER);
    assertThat(replies(master.stepDown())).isEmpty();
  }

  // ---- reads

  private static List<ReadOutcome> reads(List<Output> outputs) {
    return outputs.stream()
        .filter(Output.ReadReply.class::isInstance)
        .map(output -> ((Output.ReadReply) output).outcome())
        .toList();
  }

  @Test
  @DisplayName("a read is answered with the commit once a majority has heard of its round")
  void confirmsReads() {
    establish();

    assertThat(master.read(1, 0)).isEmpty();
    assertThat(multicasts(master.flush(0)))
        .containsExactly(new LanFrame.Beacon(new Token(1, 1), 2, 1));
    assertThat(reads(master.onAck(1, 1, 0, 0))).isEmpty();

    assertThat(reads(master.onAck(2, 1, 1, 0)))
        .containsExactly(new ReadOutcome.At(new Token(1, 1), Optional.empty()));
  }

  @Test
  @DisplayName("a new master confirms no read before an entry of its own term is committed")
  void readsWaitForTheTerm() {
    Master second = master(log(4), 2, 2, 1, 1 << 20);
    second.start(0, TIME_MILLIS);
    second.read(1, 0);
    assertThat(multicasts(second.flush(0))).isEmpty();
    second.onDurable(5, 0);
    second.onAck(1, 4, 0, 0);
    assertThat(multicasts(second.flush(0))).isEmpty();
    second.onAck(1, 5, 0, 0);
    second.flush(0);

    assertThat(reads(second.onAck(1, 5, 1, 0)))
        .containsExactly(new ReadOutcome.At(new Token(2, 5), Optional.empty()));
  }

  @Test
  @DisplayName("a round whose beacon was lost is followed by another")
  void asksForConfirmationAgain() {
    establish();
    master.read(1, 0);
    master.flush(0);
    assertThat(master.nextTimerNanos()).isEqualTo(ReadIndex.ROUND_NANOS);

    assertThat(multicasts(master.onTimer(ReadIndex.ROUND_NANOS))).isEmpty();
    assertThat(multicasts(master.flush(ReadIndex.ROUND_NANOS)))
        .containsExactly(new LanFrame.Beacon(new Token(1, 1), 2, 2));
    assertThat(reads(master.onAck(1, 1, 2, 0))).hasSize(1);
  }

  @Test
  void refusesReadsWhenItStepsDownOrHearsNobody() {
    establish();
    master.read(1, 0);
    master.flush(0);
    master.read(2, SECOND_NANOS);

    assertThat(reads(master.onTimer(ReadIndex.PATIENCE_NANOS)))
        .containsExactly(ReadIndex.UNCONFIRMED);
    assertThat(reads(master.stepDown())).containsExactly(ReadIndex.CHANGED);
  }

  // ---- sending and resending

  @Test
  @DisplayName("steps 11 and 12: what was multicast is sent again on request")
  void resends() {
    establish();
    publish(put("x", AckLevel.MEMORY));

    master.onRequest(1, List.of(new Range(2, 100)), 0);
    List<Output> outputs = master.onTimer(master.nextTimerNanos());

    assertThat(outputs)
        .containsExactly(new Output.Unicast(1, new LanFrame.Entries(true, List.of(log.get(2)))));
    assertThat(master.pendingAt(2)).containsExactly(1, 2);
  }

  @Test
  @DisplayName("sending goes on with the commit")
  void sendsOnWithTheCommit() {
    var roomy = log(0);
    Master pacing = master(roomy, 1, 0, 1, 64 << 20);
    pacing.start(0, TIME_MILLIS);
    for (int i = 0; i < 2_000; i++) {
      pacing.publish(i, put("k", 1_000, AckLevel.MEMORY), 0, TIME_MILLIS);
    }
    assertThat(sentToAll(pacing.flush(0))).hasSizeLessThan(1_100);

    pacing.onDurable(2_001, 0);
    pacing.onAck(1, 500, 0, 0);

    assertThat(sentToAll(pacing.flush(0))).hasSizeBetween(495, 505);
  }

  @Test
  @DisplayName("step 10: a beacon says how far sending has come, and comes again")
  void sendsBeacons() {
    establish();

    List<Output> outputs = master.onTimer(Sending.BEACON_NANOS);

    assertThat(multicasts(outputs)).containsExactly(new LanFrame.Beacon(new Token(1, 1), 2, 0));
    assertThat(master.nextTimerNanos()).isEqualTo(2 * Sending.BEACON_NANOS);
  }

  // ---- helpers

  private List<Output> publish(PublishRequest... asked) {
    var outputs = new ArrayList<Output>();
    for (PublishRequest request : asked) {
      outputs.addAll(master.publish(nextTicket++, request, 0, TIME_MILLIS));
    }
    outputs.addAll(master.flush(0));
    return outputs;
  }

  private ErrorCode refusal(PublishRequest request) {
    return ((PublishOutcome.Refused) replies(publish(request)).get(0)).code();
  }

  private void report(EdgeReport.Edge... edges) {
    master.onEdgeReport(List.of(edges), 0);
  }

  private static EdgeReport.Edge edge(String id, String filter, long acked) {
    var name = new NodeId(id);
    return new EdgeReport.Edge(name, name, Filter.parse(List.of(filter)), acked, true, 0, "");
  }

  private static List<EncodedEntry> appended(List<Output> outputs) {
    return outputs.stream()
        .filter(Output.Append.class::isInstance)
        .map(output -> ((Output.Append) output).entry())
        .toList();
  }

  private static List<LanFrame> multicasts(List<Output> outputs) {
    return outputs.stream()
        .filter(Output.Multicast.class::isInstance)
        .map(output -> ((Output.Multicast) output).frame())
        .toList();
  }

  private static List<EncodedEntry> sentToAll(List<Output> outputs) {
    return multicasts(outputs).stream()
        .filter(LanFrame.Entries.class::isInstance)
        .flatMap(frame -> ((LanFrame.Entries) frame).entries().stream())
        .toList();
  }

  private static List<PublishOutcome> replies(List<Output> outputs) {
    return outputs.stream()
        .filter(Output.Reply.class::isInstance)
        .map(output -> ((Output.Reply) output).outcome())
        .toList();
  }
}
