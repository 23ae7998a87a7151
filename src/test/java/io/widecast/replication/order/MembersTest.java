package io.widecast.replication.order;

import static io.widecast.replication.Samples.entry;
import static io.widecast.replication.Samples.log;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.EdgeReport;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ClusterView.State;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.replication.log.EntryLog;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three core nodes a, b and c; a, at slot 0, is the master. */
class MembersTest {

  private static final List<NodeId> ELECTORATE =
      List.of(new NodeId("a"), new NodeId("b"), new NodeId("c"));
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long STALE_NANOS = 5 * SECOND_NANOS;
  private static final int BUFFER_BYTES = 1 << 20;

  private final Metrics metrics = new Metrics();
  private final EntryLog log = log(0);
  private final Members members = members(log, 1, BUFFER_BYTES);

  private Members members(EntryLog over, long keepFrom, long bufferBytes) {
    return new Members(
        0,
        ELECTORATE,
        new NodeId("home"),
        over,
        over.last().revision(),
        keepFrom,
        new OrderOptions(bufferBytes, bufferBytes / 2, STALE_NANOS, 1_400),
        metrics,
        0);
  }

  // ---- keeping

  @Test
  @DisplayName("step 3: an entry is kept for every other core node and for edges that want it")
  void keepsForEverybody() {
    report(edge("e", "city/**", 0), edge("f", "price/**", 0));

    keep("city/x");

    assertThat(pendingAt(1)).containsExactly(1, 2, 3);
    assertThat(members.slotOf(new NodeId("e"))).hasValue(3);
    assertThat(members.slotOf(new NodeId("f"))).hasValue(4);
  }

  @Test
  @DisplayName("step 5, I1.2: an edge whose filter rejects an entry acknowledges it by proxy")
  void acknowledgesByProxy() {
    report(edge("f", "price/**", 0));

    keep("city/x");

    assertThat(metrics.get(Metric.PROXY_ACKS)).isEqualTo(1);
    assertThat(pendingAt(1)).containsExactly(1, 2);
  }

  @Test
  @DisplayName("steps 7 and 8, I1.1: an entry leaves exactly when everybody has acknowledged it")
  void releasesAcknowledgedEntries() {
    keep("x");
    keep("y");

    members.onAck(1, 2, 0, 0);
    assertThat(pendingAt(1)).containsExactly(2);
    members.onAck(2, 1, 0, 0);

    assertThat(pendingAt(1)).isEmpty();
    assertThat(pendingAt(2)).containsExactly(2);
    assertThat(members.lowWater()).isEqualTo(2);
    assertThat(metrics.get(Gauge.BUFFER_ENTRIES)).isEqualTo(1);
    assertThat(metrics.get(Gauge.BUFFER_BYTES)).isEqualTo(log.get(2).sizeBytes());
  }

  @Test
  @DisplayName("what a lost disk had acknowledged no longer counts")
  void takesBackWhatALostDiskHad() {
    keep("x");
    keep("y");
    members.onDurable(2, 0);
    members.onAck(1, 2, 0, 0);
    assertThat(members.onMajority()).isEqualTo(2);

    members.onNewcomer(1, 1);

    assertThat(members.onMajority()).isEqualTo(1);
    assertThat(members.stateOf(1)).isEqualTo(State.SYNCING);
    members.onNewcomer(1, 5);
    assertThat(members.ackedBy(1)).isEqualTo(1);
  }

  @Test
  @DisplayName("I1.1: nobody acknowledges what is still to come")
  void boundsAcknowledgements() {
    keep("x");
    members.onAck(1, Long.MAX_VALUE, 0, 0);

    keep("y");

    assertThat(members.ackedBy(1)).isEqualTo(1);
    assertThat(pendingAt(2)).containsExactly(1, 2);
  }

  @Test
  @DisplayName("step 23: a new master keeps what the last one kept, from its low water on")
  void rebuildsTheBuffer() {
    Members second = members(log(9), 4, BUFFER_BYTES);

    assertThat(second.lowWater()).isEqualTo(4);
    assertThat(set(second.buffer(), 4)).containsExactly(1, 2);
  }

  @Test
  @DisplayName("I1.6: a rebuilt buffer stays within its cap")
  void rebuildsWithinTheCap() {
    EntryLog nine = log(9);
    int three = nine.get(7).sizeBytes() + nine.get(8).sizeBytes() + nine.get(9).sizeBytes();

    Members second = members(nine, 1, three);

    assertThat(second.buffer().sizeBytes()).isEqualTo(three);
    assertThat(second.lowWater()).isEqualTo(7);
    assertThat(second.hasRoomFor(1)).isFalse();
  }

  @Test
  @DisplayName("I1.6: there is room up to the cap and not a byte beyond")
  void knowsItsRoom() {
    keep("x");
    int left = BUFFER_BYTES - log.get(1).sizeBytes();

    assertThat(members.hasRoomFor(left)).isTrue();
    assertThat(members.hasRoomFor(left + 1)).isFalse();
  }

  // ---- how far they have come

  @Test
  @DisplayName("step 6: a majority is one with the master's own disk")
  void countsTheMajority() {
    keep("x");
    members.onAck(1, 1, 0, 0);
    members.onAck(2, 1, 0, 0);
    assertThat(members.onMajority()).isZero();

    members.onDurable(1, 0);
    assertThat(members.onMajority()).isEqualTo(1);
  }

  @Test
  @DisplayName("step 6: edges do not count for the majority")
  void countsNoEdges() {
    report(edge("e", "**", 0), edge("f", "**", 0));
    keep("x");
    members.onDurable(1, 0);

    report(edge("e", "**", 1), edge("f", "**", 1));

    assertThat(members.onMajority()).isZero();
  }

  @Test
  void waitsForLivingCoresOnly() {
    keep("x");
    members.onAck(1, 1, 0, 0);
    assertThat(members.coresHave(1)).isFalse();

    members.onAck(1, 1, 0, STALE_NANOS + 1);
    members.makeStale(STALE_NANOS + 1);

    assertThat(members.stateOf(2)).isEqualTo(State.STALE);
    assertThat(members.coresHave(1)).isTrue();
  }

  @Test
  @DisplayName("ack=edge: connected edges whose filter takes it, once it is known who is there")
  void waitsForEdgesThatWantIt() {
    long known = Members.EDGE_SILENT_NANOS;
    report(edge("e", "city/**", 0), edge("f", "price/**", 0));
    keep("city/x");
    assertThat(members.edgesHave(1, known - 1)).isFalse();
    report(known, edge("e", "city/**", 0), edge("f", "price/**", 0));
    assertThat(members.edgesHave(1, known)).isFalse();

    report(known, edge("e", "city/**", 1));

    assertThat(members.edgesHave(1, known)).isTrue();
  }

  @Test
  @DisplayName("ack=edge: an edge that is no longer reported is not waited for")
  void waitsForConnectedEdgesOnly() {
    long known = Members.EDGE_SILENT_NANOS;
    report(known, edge("e", "**", 0));
    keep("x");

    assertThat(members.edgesHave(1, 2 * known - 1)).isFalse();
    assertThat(members.edgesHave(1, 2 * known)).isTrue();
  }

  // ---- members that lag

  @Test
  @DisplayName("step 20: a silent member is given up, and what it pinned is released")
  void givesUpTheSilent() {
    keep("x");
    members.onAck(1, 1, 0, STALE_NANOS + 1);

    members.makeStale(STALE_NANOS + 1);

    assertThat(members.stateOf(2)).isEqualTo(State.STALE);
    assertThat(members.stateOf(1)).isEqualTo(State.ACTIVE);
    assertThat(members.buffer().count()).isZero();
    assertThat(metrics.get(Metric.PROXY_ACKS)).isEqualTo(1);
    assertThat(metrics.get(Metric.MEMBERS_STALE)).isEqualTo(1);
  }

  @Test
  @DisplayName("step 20: a member that speaks but makes no progress is given up")
  void givesUpTheStuck() {
    members.onAck(1, 0, 0, 0);
    members.makeStale(0);
    keep("x");
    for (long now = 0; now <= STALE_NANOS + SECOND_NANOS; now += SECOND_NANOS) {
      members.onAck(1, 0, 0, now);
      members.makeStale(now);
    }

    assertThat(members.stateOf(1)).isEqualTo(State.STALE);
  }

  @Test
  @DisplayName("step 20: a member that has nothing to acknowledge is not stuck")
  void sparesTheIdle() {
    for (long now = 0; now <= 3 * STALE_NANOS; now += SECOND_NANOS) {
      members.onAck(1, 0, 0, now);
      members.makeStale(now);
    }

    assertThat(members.stateOf(1)).isEqualTo(State.ACTIVE);
  }

  @Test
  @DisplayName("step 20, I1.6: a member that pins more than its share is given up at once")
  void givesUpTheGreedy() {
    report(edge("slow", "**", 0));
    for (int i = 1; members.buffer().sizeBytes() <= BUFFER_BYTES / 2; i++) {
      members.makeStale(0);
      assertThat(members.edges().get(0).state()).isEqualTo(State.ACTIVE);
      keep("k" + i);
      members.onAck(1, i, 0, 0);
      members.onAck(2, i, 0, 0);
    }

    members.makeStale(0);

    assertThat(members.edges().get(0).state()).isEqualTo(State.STALE);
    assertThat(members.buffer().sizeBytes()).isZero();
    assertThat(members.stateOf(1)).isEqualTo(State.ACTIVE);
  }

  @Test
  @DisplayName("step 20: a member that comes back takes part again, and is ACTIVE when it is level")
  void takesAMemberBack() {
    members.makeStale(STALE_NANOS + 1);
    keep("x");
    assertThat(pendingAt(1)).isEmpty();

    members.onAck(2, 0, 1, STALE_NANOS + 2);
    assertThat(members.stateOf(2)).isEqualTo(State.SYNCING);
    keep("y");
    assertThat(pendingAt(2)).containsExactly(2);

    members.onAck(2, 2, 2, STALE_NANOS + 3);
    assertThat(members.stateOf(2)).isEqualTo(State.ACTIVE);
  }

  // ---- edges

  @Test
  @DisplayName("an edge that has been away for long gives its slot back")
  void forgetsEdges() {
    report(edge("e", "**", 0));
    members.makeStale(STALE_NANOS + 1);
    long later = 61 * Members.EDGE_SILENT_NANOS;
    members.makeStale(later);
    assertThat(members.edges()).isEmpty();

    report(later, edge("f", "**", 0));

    assertThat(members.slotOf(new NodeId("f"))).hasValue(3);
  }

  @Test
  @DisplayName("edges beyond the bound are not waited for, those within it still are")
  void boundsTheEdges() {
    for (int i = 0; i <= Members.EDGES_MAX; i++) {
      report(edge("e" + i, "**", 0));
    }
    keep("x");

    assertThat(members.edges()).hasSize(Members.EDGES_MAX);
    assertThat(pendingAt(1)).hasSize(2 + Members.EDGES_MAX);
    assertThat(members.slotOf(new NodeId("e" + Members.EDGES_MAX))).isEmpty();
  }

  // ---- helpers

  private void keep(String key) {
    long revision = log.last().revision() + 1;
    EncodedEntry next = entry(1, revision, log.last().epoch(), key, 1_000);
    log.append(next);
    members.keep(next);
  }

  private void report(EdgeReport.Edge... edges) {
    report(0, edges);
  }

  private void report(long nowNanos, EdgeReport.Edge... edges) {
    members.onEdgeReport(List.of(edges), nowNanos);
  }

  private static EdgeReport.Edge edge(String id, String filter, long acked) {
    var name = new NodeId(id);
    return new EdgeReport.Edge(name, name, Filter.parse(List.of(filter)), acked, true, 0, "");
  }

  private List<Integer> pendingAt(long revision) {
    return set(members.buffer(), revision);
  }

  private static List<Integer> set(RetransmitBuffer buffer, long revision) {
    RetransmitBuffer.Held held = buffer.find(revision);
    BitSet pending = held == null ? new BitSet() : held.pending();
    return new ArrayList<>(pending.stream().boxed().toList());
  }
}
