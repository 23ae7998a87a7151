package io.widecast.replication.order;

import io.widecast.bus.EdgeReport;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ClusterView.State;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.replication.log.EntryLog;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Who takes part, and what is kept for whom: the core nodes by their slots, the edge nodes as core
 * nodes report them, and the retransmit buffer with the set of those who lack each entry.
 *
 * <p>An entry is kept for every member that takes part when it comes in; an edge whose filter
 * rejects it acknowledges it by proxy. Acknowledgements are cumulative. A member that is silent, or
 * that pins too much or too long, is made STALE: its pending bits are cleared by proxy, so that
 * nobody stalls the others. Costs O(members) an entry and O(1) an entry and acknowledgement.
 *
 * <p>Not thread-safe: owned by {@link Master}. Source: systems.md S1 steps 3, 5, 7, 8 and 20.
 */
final class Members {

  /** Without a report for so long an edge is not connected, and not waited for. */
  static final long EDGE_SILENT_NANOS = 1_000_000_000L;

  static final int EDGES_MAX = 1024;

  private static final long EDGE_FORGOTTEN_NANOS = 60 * EDGE_SILENT_NANOS;

  private final int self;
  private final EntryLog log;
  private final OrderOptions options;
  private final Metrics metrics;
  private final RetransmitBuffer buffer;
  private final Member[] cores;
  private final Map<NodeId, Member> edges = new TreeMap<>();
  private final BitSet edgeSlots = new BitSet(); // those in use
  private final long edgesKnownAtNanos; // those connected have been reported by then

  /**
   * Keeps what the last master kept, for every core node.
   *
   * @param durable how far this node's own log is on disk
   * @param keepFrom the last master's low water: what lies below is everywhere
   */
  Members(
      int self,
      List<NodeId> electorate,
      NodeId site,
      EntryLog log,
      long durable,
      long keepFrom,
      OrderOptions options,
      Metrics metrics,
      long nowNanos) {
    this.self = self;
    this.log = log;
    this.options = options;
    this.metrics = metrics;
    this.edgesKnownAtNanos = nowNanos + EDGE_SILENT_NANOS;
    this.cores = new Member[electorate.size()];
    for (int slot = 0; slot < cores.length; slot++) {
      cores[slot] = new Member(slot, electorate.get(slot), site, Filter.ALL, nowNanos);
    }
    cores[self].state = State.ACTIVE;
    cores[self].acked = durable;
    long first = firstKept(keepFrom);
    this.buffer = new RetransmitBuffer(first);
    for (EncodedEntry entry : log.slice(first, log.last().revision())) {
      keep(entry);
    }
  }

  /**
   * Where the buffer begins: at the low water, but no further back than it has room for. What lies
   * below is resent from the log, which holds at least what is not committed.
   */
  private long firstKept(long keepFrom) {
    long first = log.last().revision() + 1;
    long sizeBytes = 0;
    while (first > Math.max(log.first(), keepFrom)) {
      sizeBytes += log.sizeBytesAt(first - 1);
      if (sizeBytes > options.bufferBytes()) {
        break;
      }
      first--;
    }
    return first;
  }

  // ---- keeping

  /** Whether the buffer stays within its cap with {@code sizeBytes} more. */
  boolean hasRoomFor(int sizeBytes) {
    return buffer.sizeBytes() + sizeBytes <= options.bufferBytes();
  }

  /** Into the buffer, pending for every member that takes part and whose filter takes it. */
  void keep(EncodedEntry entry) {
    var pending = new BitSet(cores.length);
    for (Member core : cores) {
      if (core.slot != self && core.isPending()) {
        pin(core, entry, pending);
      }
    }
    for (Member edge : edges.values()) {
      if (!edge.isPending()) {
        continue;
      }
      if (edge.filter.acceptsAny(entry.entry())) {
        pin(edge, entry, pending);
      } else {
        metrics.increment(Metric.PROXY_ACKS);
      }
    }
    buffer.put(entry, pending);
    gauge();
  }

  private static void pin(Member member, EncodedEntry entry, BitSet pending) {
    pending.set(member.slot);
    member.pinnedBytes += entry.sizeBytes();
  }

  /** False when nothing was kept for it at {@code revision}. */
  private boolean unpin(Member member, long revision) {
    RetransmitBuffer.Held held = buffer.find(revision);
    if (held == null || !buffer.clear(revision, member.slot)) {
      return false;
    }
    member.pinnedBytes -= held.sizeBytes();
    return true;
  }

  /** Lowest revision kept, or one above the log's last when nothing is. */
  long lowWater() {
    return buffer.lowWater();
  }

  // ---- acknowledgements

  /** This node's own log is on disk up to {@code revision}. */
  void onDurable(long revision, long nowNanos) {
    cores[self].acked = Math.max(cores[self].acked, revision);
    cores[self].heardNanos = nowNanos;
  }

  /**
   * Core node {@code slot} has everything up to {@code revision} on disk. One that was away takes
   * part again from here on, and is ACTIVE once it is level with {@code commit}.
   */
  void onAck(int slot, long revision, long commit, long nowNanos) {
    Member core = cores[slot];
    core.heardNanos = nowNanos;
    if (core.state == State.STALE || core.state == State.JOINING) {
      core.state = State.SYNCING;
      core.progressNanos = nowNanos;
    }
    long acked = acknowledged(core, revision, nowNanos);
    if (core.state == State.SYNCING && acked >= commit) {
      core.state = State.ACTIVE;
    }
  }

  /**
   * Core node {@code slot} is a newcomer, whose log ends at {@code revision}: what an earlier life
   * of its has acknowledged beyond is lost.
   */
  void onNewcomer(int slot, long revision) {
    Member core = cores[slot];
    if (revision < core.acked) {
      core.acked = revision;
      core.state = core.state == State.ACTIVE ? State.SYNCING : core.state;
    }
  }

  /** What a core node says of the edge streams that it serves. */
  void onEdgeReport(List<EdgeReport.Edge> report, long nowNanos) {
    for (EdgeReport.Edge told : report) {
      Member edge = edges.get(told.id());
      if (edge == null) {
        if (edges.size() >= EDGES_MAX) {
          continue; // served all the same, only not waited for
        }
        edge = addEdge(told, nowNanos);
      }
      edge.site = told.site();
      edge.filter = told.filter();
      edge.http = told.http();
      edge.backlogBytes = told.backlogBytes();
      edge.heardNanos = nowNanos;
      if (!edge.isPending()) {
        edge.progressNanos = nowNanos;
      }
      edge.state = told.level() ? State.ACTIVE : State.SYNCING;
      acknowledged(edge, told.acked(), nowNanos);
    }
  }

  private Member addEdge(EdgeReport.Edge told, long nowNanos) {
    int free = edgeSlots.nextClearBit(0);
    edgeSlots.set(free);
    var edge = new Member(cores.length + free, told.id(), told.site(), told.filter(), nowNanos);
    edges.put(told.id(), edge);
    return edge;
  }

  /** Takes a cumulative acknowledgement; nobody can have more than the log. */
  private long acknowledged(Member member, long revision, long nowNanos) {
    long acked = Math.min(revision, log.last().revision());
    if (acked > member.acked) {
      member.progressNanos = nowNanos;
    }
    for (long r = Math.max(member.acked + 1, buffer.lowWater()); r <= acked; r++) {
      unpin(member, r);
    }
    member.acked = Math.max(member.acked, acked);
    gauge();
    return acked;
  }

  // ---- how far they have come

  /** The highest revision that a majority of the electorate, this node included, has on disk. */
  long onMajority() {
    var acked = new long[cores.length];
    for (int slot = 0; slot < acked.length; slot++) {
      acked[slot] = cores[slot].acked;
    }
    Arrays.sort(acked);
    return Math.min(cores[self].acked, acked[(acked.length - 1) / 2]);
  }

  /** Whether every living core node has {@code revision} on disk. */
  boolean coresHave(long revision) {
    for (Member core : cores) {
      if (core.slot != self && core.isPending() && core.acked < revision) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether every connected edge node whose filter takes {@code revision} has it. Nobody can tell
   * before those that are connected have been reported.
   */
  boolean edgesHave(long revision, long nowNanos) {
    if (nowNanos < edgesKnownAtNanos) {
      return false;
    }
    Optional<Entry> entry =
        log.holds(revision) ? Optional.of(log.get(revision).entry()) : Optional.empty();
    return edges.values().stream()
        .noneMatch(
            edge ->
                edge.acked < revision
                    && edge.isPending()
                    && nowNanos - edge.heardNanos < EDGE_SILENT_NANOS
                    && entry.map(edge.filter::acceptsAny).orElse(true));
  }

  // ---- time

  /** Members that pin too much or for too long no longer hold anything up. */
  void makeStale(long nowNanos) {
    for (Member core : cores) {
      if (core.slot != self) {
        makeStale(core, nowNanos);
      }
    }
    edges.values().forEach(edge -> makeStale(edge, nowNanos));
    edges.values().removeIf(edge -> isForgotten(edge, nowNanos));
  }

  private void makeStale(Member member, long nowNanos) {
    if (member.pinnedBytes == 0) {
      member.progressNanos = nowNanos;
    }
    boolean silent = nowNanos - member.heardNanos > options.staleAfterNanos();
    boolean stuck = nowNanos - member.progressNanos > options.staleAfterNanos();
    boolean greedy = member.pinnedBytes > options.memberShareBytes();
    if (member.state == State.STALE || !(silent || stuck || greedy)) {
      return;
    }
    member.state = State.STALE;
    metrics.increment(Metric.MEMBERS_STALE);
    for (long r = buffer.lowWater(); member.pinnedBytes > 0 && r < buffer.next(); r++) {
      if (unpin(member, r)) {
        metrics.increment(Metric.PROXY_ACKS);
      }
    }
    gauge();
  }

  /** Gives its slot back: it pins nothing since it was made stale. */
  private boolean isForgotten(Member edge, long nowNanos) {
    if (edge.state != State.STALE || nowNanos - edge.heardNanos <= EDGE_FORGOTTEN_NANOS) {
      return false;
    }
    edgeSlots.clear(edge.slot - cores.length);
    return true;
  }

  // ---- what others ask

  /** How core node {@code slot} stands. */
  State stateOf(int slot) {
    return cores[slot].state;
  }

  /** Up to where core node {@code slot} has acknowledged. */
  long ackedBy(int slot) {
    return cores[slot].acked;
  }

  /** The edge nodes it knows, as they stand. */
  List<EdgeStanding> edges() {
    return edges.values().stream().map(Member::standing).toList();
  }

  /** The slot of edge node {@code id} in pending sets; empty while it is not known. */
  OptionalInt slotOf(NodeId id) {
    Member edge = edges.get(id);
    return edge == null ? OptionalInt.empty() : OptionalInt.of(edge.slot);
  }

  /** What is kept for members; for looking at. */
  RetransmitBuffer buffer() {
    return buffer;
  }

  private void gauge() {
    metrics.set(Gauge.BUFFER_BYTES, buffer.sizeBytes());
    metrics.set(Gauge.BUFFER_ENTRIES, buffer.count());
  }
}
