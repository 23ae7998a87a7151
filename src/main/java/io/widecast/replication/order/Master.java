package io.widecast.replication.order;

import io.widecast.bus.EdgeReport;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.ClusterView.State;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.RecentRequest;
import io.widecast.model.Versioned;
import io.widecast.replication.log.EntryLog;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Beacon;
import io.widecast.wire.LanFrame.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The core node that orders, for one term: gives each publish its revision, keeps entries until
 * every member has them, multicasts them once, resends on request, and knows what is committed.
 *
 * <p>A publish is decided at once, against everything ordered so far ({@link KeyStates}); its entry
 * goes to the log and to the multicaster side by side. An entry is committed when a majority of the
 * electorate, this node included, has it on disk, and it or a later one is of this term (Raft's
 * commit rule). Sending runs ahead of the commit by at most {@link #WINDOW_BYTES}, which keeps
 * bursts within what receivers' sockets hold.
 *
 * <p>Not thread-safe: owned by {@code CoreNode}, made anew for each term. Source: systems.md S1
 * steps 2 to 8, 10 to 14, 20, 23.
 */
public final class Master {

  /** What the owner has to do, in this order. */
  public sealed interface Output {

    /** Append to the durable log; the memory log has it already. */
    record Append(EncodedEntry entry) implements Output {}

    /** Send to every core node. */
    record Multicast(LanFrame frame) implements Output {}

    /** Send to one. */
    record Unicast(int slot, LanFrame frame) implements Output {}

    /** Answer the publish of that ticket. */
    record Reply(long ticket, PublishOutcome outcome) implements Output {}
  }

  /** How far multicasting may run ahead of the commit; half of what a socket buffers for sure. */
  static final long WINDOW_BYTES = 1 << 20;

  static final long BEACON_NANOS = 100_000_000L;

  private static final long GATHER_NANOS = 500_000; // requests of several nodes for one entry meet
  private static final int RESEND_ENTRIES_MAX = 8 * LanFrame.REQUESTED_MAX;
  private static final long RESEND_BYTES_MAX = 512 << 10; // in one go
  private static final long EDGE_SILENT_NANOS = 1_000_000_000L; // no report of it: disconnected
  private static final int EDGES_MAX = 1024;
  private static final long CHECK_NANOS = 100_000_000L;

  private final int self;
  private final int electorate;
  private final long term;
  private final EntryLog log;
  private final OrderOptions options;
  private final RecentRequests requests;
  private final Metrics metrics;
  private final RetransmitBuffer buffer;
  private final KeyStates keys;
  private final Pending waiting = new Pending();
  private final Member[] cores;
  private final Map<NodeId, Member> edges = new TreeMap<>();
  private final BitSet edgeSlots = new BitSet(); // those in use
  private final TreeMap<Long, Long> resend = new TreeMap<>(); // revision -> slots that asked
  private final long firstOfTerm; // revision of this term's empty entry
  private long durable; // own log on disk
  private long commit;
  private long sent; // multicast up to here
  private long windowBytes; // of entries commit + 1..sent
  private final long edgesKnownAtNanos; // those connected have been reported by then
  private long beaconAtNanos;
  private long checkAtNanos; // on its own: beacons after commits put off the next beacon
  private long resendAtNanos = Long.MAX_VALUE;
  private boolean commitUntold; // no frame has carried the present commit yet

  /**
   * Takes over: appends an empty entry of its own term, and will send again all that is not known
   * to be committed.
   *
   * @param log this node's; all entries above {@code commit} are in it
   * @param durable how far it is on disk
   * @param commit how far it is known to be committed
   * @param keepFrom the last master's low water: what lies below is everywhere
   * @param applied reads the store's map as of {@code appliedRevision}
   */
  public Master(
      int self,
      List<NodeId> electorate,
      NodeId site,
      long term,
      EntryLog log,
      long durable,
      long commit,
      long keepFrom,
      Function<Key, Optional<Versioned>> applied,
      long appliedRevision,
      OrderOptions options,
      RecentRequests requests,
      Metrics metrics,
      long nowNanos) {
    this.self = self;
    this.electorate = electorate.size();
    this.term = term;
    this.log = log;
    this.options = options;
    this.requests = requests;
    this.metrics = metrics;
    this.durable = durable;
    this.commit = commit;
    this.sent = commit;
    this.beaconAtNanos = nowNanos;
    this.checkAtNanos = nowNanos;
    this.edgesKnownAtNanos = nowNanos + EDGE_SILENT_NANOS;
    this.keys = new KeyStates(applied, log.slice(appliedRevision + 1, log.last().revision()));
    this.cores = new Member[this.electorate];
    for (int slot = 0; slot < this.electorate; slot++) {
      cores[slot] = new Member(slot, false, electorate.get(slot), site, Filter.ALL, nowNanos);
    }
    long first = firstKept(keepFrom);
    this.buffer = new RetransmitBuffer(first);
    for (EncodedEntry entry : log.slice(first, log.last().revision())) {
      keep(entry);
    }
    this.firstOfTerm = log.last().revision() + 1;
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

  /** The first outputs of the term. */
  public List<Output> start(long nowNanos, long nowMillis) {
    var outputs = new ArrayList<Output>();
    append(
        new Entry(term, firstOfTerm, log.last().epoch(), nowMillis, Optional.empty(), List.of()),
        outputs);
    pump(outputs);
    return outputs;
  }

  public long commit() {
    return commit;
  }

  public long lowWater() {
    return buffer.lowWater();
  }

  /**
   * Whether publishes may be answered: an entry of this term is committed, so all older ones are.
   */
  public boolean isEstablished() {
    return commit >= firstOfTerm;
  }

  public long nextTimerNanos() {
    return Math.min(checkAtNanos, Math.min(beaconAtNanos, resendAtNanos));
  }

  // ---- publishing

  /**
   * Orders {@code request}, or refuses it with nothing written. The answer comes as an {@link
   * Output.Reply} of {@code ticket}, at once or later. The caller lets {@link #flush} follow.
   */
  public List<Output> publish(long ticket, PublishRequest request, long nowNanos, long nowMillis) {
    var outputs = new ArrayList<Output>();
    Optional<RecentRequest> done = request.requestId().flatMap(requests::find);
    if (done.isPresent()) {
      repeat(ticket, request, done.get(), nowNanos, outputs);
      return outputs;
    }
    try {
      Ordering.check(request.compares(), keys::find);
      long revision = log.last().revision() + 1;
      Entry entry =
          Ordering.entry(term, revision, log.last().epoch(), nowMillis, request, keys::find);
      EncodedEntry encoded = Ordering.encode(entry);
      if (buffer.sizeBytes() + encoded.sizeBytes() > options.bufferBytes()) {
        throw Ordering.overloaded(options.bufferBytes());
      }
      appendEncoded(encoded, outputs);
      boolean created = Ordering.created(entry);
      var outcome = new PublishOutcome.Written(entry.token(), entry.pairs().size(), created);
      await(ticket, outcome, request, nowNanos, outputs);
    } catch (io.widecast.model.WidecastException e) {
      outputs.add(
          new Output.Reply(ticket, new PublishOutcome.Refused(e.code(), e.detail(), e.extras())));
    }
    return outputs;
  }

  private void repeat(
      long ticket,
      PublishRequest request,
      RecentRequest done,
      long nowNanos,
      List<Output> outputs) {
    if (done.id().bodyHash() != request.requestId().orElseThrow().bodyHash()) {
      outputs.add(
          new Output.Reply(
              ticket,
              new PublishOutcome.Refused(
                  ErrorCode.IDEMPOTENCY_MISMATCH,
                  "this idempotency key named another publish less than ten minutes ago, at "
                      + done.token()
                      + "; use a new key for a new publish")));
      return;
    }
    metrics.increment(Metric.PUBLISHES_REPEATED);
    var outcome = new PublishOutcome.Written(done.token(), done.pairs(), done.created());
    await(ticket, outcome, request, nowNanos, outputs);
  }

  private void await(
      long ticket,
      PublishOutcome.Written outcome,
      PublishRequest request,
      long nowNanos,
      List<Output> outputs) {
    if (reached(request.ack(), outcome.token().revision(), nowNanos)) {
      outputs.add(new Output.Reply(ticket, outcome));
    } else {
      waiting.add(ticket, outcome, request.ack(), nowNanos + request.timeoutMillis() * 1_000_000);
    }
  }

  /** Sends what the window allows, after a batch of publishes or acknowledgements. */
  public List<Output> flush(long nowNanos) {
    var outputs = new ArrayList<Output>();
    pump(outputs);
    if (commitUntold) {
      beacon(outputs, nowNanos);
    }
    return outputs;
  }

  private void append(Entry entry, List<Output> outputs) {
    appendEncoded(Ordering.encode(entry), outputs);
  }

  private void appendEncoded(EncodedEntry encoded, List<Output> outputs) {
    log.append(encoded);
    requests.onAppended(encoded.entry());
    keys.onOrdered(encoded.entry());
    keep(encoded);
    metrics.increment(Metric.ENTRIES_ORDERED);
    outputs.add(new Output.Append(encoded));
  }

  /** Into the buffer, pending for every member that takes part and whose filter takes it. */
  private void keep(EncodedEntry entry) {
    var pending = new BitSet(electorate);
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

  // ---- sending

  private void pump(List<Output> outputs) {
    var batch = new ArrayList<EncodedEntry>();
    int batchBytes = 0;
    while (sent < log.last().revision() && windowBytes < WINDOW_BYTES) {
      EncodedEntry entry = log.get(++sent);
      windowBytes += entry.sizeBytes();
      if (batchBytes + entry.sizeBytes() > options.entriesBytes() && !batch.isEmpty()) {
        multicast(batch, outputs);
        batchBytes = 0;
      }
      if (entry.sizeBytes() > options.entriesBytes()) {
        announce(entry, outputs);
      } else {
        batch.add(entry);
        batchBytes += entry.sizeBytes();
      }
    }
    if (!batch.isEmpty()) {
      multicast(batch, outputs);
    }
  }

  private void multicast(List<EncodedEntry> batch, List<Output> outputs) {
    outputs.add(new Output.Multicast(new LanFrame.Entries(false, batch)));
    batch.clear();
    commitUntold = false;
  }

  private void announce(EncodedEntry entry, List<Output> outputs) {
    metrics.increment(Metric.OVERSIZE_TRIGGERS);
    outputs.add(new Output.Multicast(trigger(entry)));
  }

  private static LanFrame.Trigger trigger(EncodedEntry entry) {
    return new LanFrame.Trigger(
        entry.entry().token(), entry.entry().prevEpoch(), entry.sizeBytes(), LanFrame.crcOf(entry));
  }

  private void beacon(List<Output> outputs, long nowNanos) {
    // Highest of what was sent: what the window still holds back is not missing anywhere.
    var highest = new io.widecast.model.Token(log.epochAt(sent), sent);
    outputs.add(new Output.Multicast(new Beacon(highest, buffer.lowWater())));
    commitUntold = false;
    beaconAtNanos = nowNanos + BEACON_NANOS;
  }

  // ---- resending

  public List<Output> onRequest(int slot, List<Range> ranges, long nowNanos) {
    metrics.increment(Metric.RETRANSMIT_REQUESTS_RECEIVED);
    var outputs = new ArrayList<Output>();
    var refused = new ArrayList<Range>();
    boolean gone = false;
    for (Range range : ranges) {
      if (range.first() < log.first()) {
        gone = true;
      } else if (resend.size() + range.count() > RESEND_ENTRIES_MAX) {
        refused.add(range);
      } else {
        for (long r = range.first(); r <= Math.min(range.last(), sent); r++) {
          resend.merge(r, 1L << slot, (before, now) -> before | now);
        }
      }
    }
    if (gone) {
      metrics.increment(Metric.RETRANSMIT_GONE);
      outputs.add(new Output.Unicast(slot, new LanFrame.Gone(log.first())));
    }
    if (!refused.isEmpty()) {
      metrics.increment(Metric.RETRANSMIT_CANNOT);
      outputs.add(new Output.Unicast(slot, new LanFrame.Cannot(refused)));
    }
    if (!resend.isEmpty()) {
      resendAtNanos = Math.min(resendAtNanos, nowNanos + GATHER_NANOS);
    }
    return outputs;
  }

  /** To one asker by unicast, to several by multicast, once each. */
  private void resend(List<Output> outputs, long nowNanos) {
    var batch = new ArrayList<EncodedEntry>();
    int batchBytes = 0;
    long batchAskers = 0;
    long total = 0;
    while (!resend.isEmpty() && total < RESEND_BYTES_MAX) {
      Map.Entry<Long, Long> next = resend.pollFirstEntry();
      if (!log.holds(next.getKey())) {
        continue; // left the log since it was asked for; the next request will be told so
      }
      EncodedEntry entry = log.get(next.getKey());
      total += entry.sizeBytes();
      metrics.increment(Metric.ENTRIES_RESENT);
      boolean oversize = entry.sizeBytes() > options.entriesBytes();
      boolean fits = batchBytes + entry.sizeBytes() <= options.entriesBytes();
      if (!batch.isEmpty() && (oversize || !fits || batchAskers != next.getValue())) {
        resendTo(batchAskers, new LanFrame.Entries(true, batch), outputs);
        batch.clear();
        batchBytes = 0;
      }
      if (oversize) {
        resendTo(next.getValue(), trigger(entry), outputs);
      } else {
        batch.add(entry);
        batchBytes += entry.sizeBytes();
        batchAskers = next.getValue();
      }
    }
    if (!batch.isEmpty()) {
      resendTo(batchAskers, new LanFrame.Entries(true, batch), outputs);
    }
    resendAtNanos = resend.isEmpty() ? Long.MAX_VALUE : nowNanos + 2 * GATHER_NANOS;
  }

  private static void resendTo(long askers, LanFrame frame, List<Output> outputs) {
    outputs.add(
        Long.bitCount(askers) == 1
            ? new Output.Unicast(Long.numberOfTrailingZeros(askers), frame)
            : new Output.Multicast(frame));
  }

  // ---- acknowledgements

  /** Core node {@code slot} has everything up to {@code revision} on disk. */
  public List<Output> onAck(int slot, long revision, long nowNanos) {
    Member core = cores[slot];
    core.heardNanos = nowNanos;
    long acked = Math.min(revision, log.last().revision());
    if (core.state == State.STALE || core.state == State.JOINING) {
      core.state = State.SYNCING;
      core.progressNanos = nowNanos;
    }
    clear(core, acked, nowNanos);
    if (core.state == State.SYNCING && acked >= commit) {
      core.state = State.ACTIVE;
    }
    return advance(nowNanos);
  }

  /** This node's own log is on disk up to {@code revision}. */
  public List<Output> onDurable(long revision, long nowNanos) {
    durable = Math.max(durable, revision);
    cores[self].acked = durable;
    cores[self].heardNanos = nowNanos;
    return advance(nowNanos);
  }

  /** What the core node {@code slot} says of the edge streams it serves. */
  public List<Output> onEdgeReport(List<EdgeReport.Edge> report, long nowNanos) {
    for (EdgeReport.Edge told : report) {
      Member edge = edges.get(told.id());
      if (edge == null) {
        if (edges.size() >= EDGES_MAX) {
          continue; // served all the same, only not waited for
        }
        int slot = electorate + edgeSlots.nextClearBit(0);
        edgeSlots.set(slot - electorate);
        edge = new Member(slot, true, told.id(), told.site(), told.filter(), nowNanos);
        edges.put(told.id(), edge);
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
      clear(edge, Math.min(told.acked(), log.last().revision()), nowNanos);
    }
    return advance(nowNanos);
  }

  private void clear(Member member, long acked, long nowNanos) {
    if (acked > member.acked) {
      member.progressNanos = nowNanos;
    }
    for (long r = Math.max(member.acked + 1, buffer.lowWater()); r <= acked; r++) {
      RetransmitBuffer.Held held = buffer.find(r);
      if (held != null && buffer.clear(r, member.slot)) {
        member.pinnedBytes -= held.entry().sizeBytes();
      }
    }
    member.acked = Math.max(member.acked, acked);
    gauge();
  }

  /** Raises the commit where a majority allows it, and answers whom that lets answer. */
  private List<Output> advance(long nowNanos) {
    var acked = new long[electorate];
    for (int slot = 0; slot < electorate; slot++) {
      acked[slot] = slot == self ? durable : cores[slot].acked;
    }
    Arrays.sort(acked);
    long majority = Math.min(durable, acked[(electorate - 1) / 2]);
    if (majority > commit && majority >= firstOfTerm) {
      for (long r = commit + 1; r <= Math.min(majority, sent); r++) {
        windowBytes -= log.sizeBytesAt(r);
      }
      if (majority > sent) { // alone: nobody to send to, and nothing in flight
        sent = majority;
        windowBytes = 0;
      }
      commit = majority;
      commitUntold = true;
    }
    var outputs = new ArrayList<Output>();
    waiting.settle(
        (level, revision) -> reached(level, revision, nowNanos),
        (ticket, outcome) -> outputs.add(new Output.Reply(ticket, outcome)));
    return outputs;
  }

  private boolean reached(AckLevel level, long revision, long nowNanos) {
    if (level == AckLevel.MEMORY) {
      return true;
    }
    if (revision > commit) {
      return false;
    }
    if (level == AckLevel.DURABLE) {
      return true;
    }
    for (Member core : cores) {
      if (core.slot != self && core.isPending() && core.acked < revision) {
        return false; // a living core node lacks it
      }
    }
    return level == AckLevel.ALL || edgesHave(revision, nowNanos);
  }

  private boolean edgesHave(long revision, long nowNanos) {
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

  public List<Output> onTimer(long nowNanos) {
    var outputs = new ArrayList<Output>();
    if (nowNanos >= resendAtNanos) {
      resend(outputs, nowNanos);
    }
    if (nowNanos >= checkAtNanos) {
      checkAtNanos = nowNanos + CHECK_NANOS;
      makeStale(nowNanos);
      outputs.addAll(advance(nowNanos));
      waiting.expire(
          nowNanos, commit, (ticket, outcome) -> outputs.add(new Output.Reply(ticket, outcome)));
    }
    if (nowNanos >= beaconAtNanos) {
      pump(outputs);
      beacon(outputs, nowNanos);
    }
    return outputs;
  }

  /** Members that pin too much or for too long no longer hold anything up. */
  private void makeStale(long nowNanos) {
    for (Member core : cores) {
      if (core.slot != self) {
        makeStale(core, nowNanos);
      }
    }
    edges.values().forEach(edge -> makeStale(edge, nowNanos));
    edges
        .values()
        .removeIf(
            edge -> {
              boolean left =
                  edge.state == State.STALE && nowNanos - edge.heardNanos > 60 * EDGE_SILENT_NANOS;
              if (left) {
                edgeSlots.clear(edge.slot - electorate);
              }
              return left;
            });
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
      RetransmitBuffer.Held held = buffer.find(r);
      if (held != null && buffer.clear(r, member.slot)) {
        member.pinnedBytes -= held.entry().sizeBytes();
        metrics.increment(Metric.PROXY_ACKS);
      }
    }
    gauge();
  }

  // ---- what others ask

  /** The store's map has moved on by these entries. */
  public void onApplied(Function<Key, Optional<Versioned>> map, List<EncodedEntry> entries) {
    keys.onApplied(map, entries);
  }

  /** The answers that will not come from here: this node no longer orders. */
  public List<Output> stepDown() {
    return failWaiting(
        new PublishOutcome.Refused(
            ErrorCode.NO_MASTER,
            "the master changed before the publish was acknowledged; retry with the same"
                + " idempotency key"));
  }

  /** Gives everyone who waits this answer. */
  public List<Output> failWaiting(PublishOutcome.Refused outcome) {
    var outputs = new ArrayList<Output>();
    waiting.fail(outcome, (ticket, answer) -> outputs.add(new Output.Reply(ticket, answer)));
    return outputs;
  }

  /** How core node {@code slot} stands. */
  public State stateOf(int slot) {
    return slot == self ? State.ACTIVE : cores[slot].state;
  }

  /** Up to where core node {@code slot} has acknowledged. */
  public long ackedBy(int slot) {
    return slot == self ? durable : cores[slot].acked;
  }

  /** The edge nodes it knows, as they stand. */
  public List<EdgeStanding> edges() {
    return edges.values().stream()
        .map(
            edge ->
                new EdgeStanding(
                    new EdgeReport.Edge(
                        edge.id,
                        edge.site,
                        edge.filter,
                        edge.acked,
                        edge.state == State.ACTIVE,
                        edge.backlogBytes,
                        edge.http),
                    edge.state))
        .toList();
  }

  /** The slot of edge node {@code id} in pending sets; empty while it is not known. */
  public OptionalInt slotOf(NodeId id) {
    Member edge = edges.get(id);
    return edge == null ? OptionalInt.empty() : OptionalInt.of(edge.slot);
  }

  /** An edge node as last reported, and how it stands. */
  public record EdgeStanding(EdgeReport.Edge edge, State state) {}

  /** Bytes held for members; at most the configured buffer. */
  public long bufferBytes() {
    return buffer.sizeBytes();
  }

  /** How many entries are held for members. */
  public int bufferEntries() {
    return buffer.count();
  }

  /** The slots that {@code revision} is still kept for; empty when it has left the buffer. */
  public Collection<Integer> pendingAt(long revision) {
    RetransmitBuffer.Held held = buffer.find(revision);
    return held == null ? List.of() : held.pending().stream().boxed().toList();
  }

  private void gauge() {
    metrics.set(Gauge.BUFFER_BYTES, buffer.sizeBytes());
    metrics.set(Gauge.BUFFER_ENTRIES, buffer.count());
  }
}
