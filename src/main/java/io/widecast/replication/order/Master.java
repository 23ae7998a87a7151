package io.widecast.replication.order;

import io.widecast.bus.EdgeReport;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.ClusterView.State;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.replication.log.EntryLog;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Range;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The core node that orders, for one term: gives each publish its revision, and knows what is
 * committed and who may be answered. {@link Members} keeps each entry until every member has it,
 * {@link Sending} multicasts it once, {@link Resends} sends it again on request.
 *
 * <p>A publish is decided at once, against everything ordered so far ({@link KeyStates}); its entry
 * goes to the log and to the multicaster side by side. An entry is committed when a majority of the
 * electorate, this node included, has it on disk, and it or a later one is of this term (Raft's
 * commit rule).
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

    /** Answer the read of that ticket. */
    record ReadReply(long ticket, ReadOutcome outcome) implements Output {}
  }

  private static final long CHECK_NANOS = 100_000_000L;

  private final long term;
  private final EntryLog log;
  private final OrderOptions options;
  private final RecentRequests requests;
  private final Metrics metrics;
  private final KeyStates keys;
  private final Members members;
  private final Sending sending;
  private final Resends resends;
  private final Pending waiting = new Pending();
  private final ReadIndex reads;
  private final long firstOfTerm; // revision of this term's empty entry
  private long commit;
  private long checkAtNanos; // on its own: beacons after commits put off the next beacon

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
    this.term = term;
    this.log = log;
    this.options = options;
    this.requests = requests;
    this.metrics = metrics;
    this.commit = commit;
    this.checkAtNanos = nowNanos;
    this.keys = new KeyStates(applied, log.slice(appliedRevision + 1, log.last().revision()));
    this.members =
        new Members(self, electorate, site, log, durable, keepFrom, options, metrics, nowNanos);
    this.sending = new Sending(log, commit, options.entriesBytes(), metrics, nowNanos);
    this.resends = new Resends(log, options.entriesBytes(), metrics);
    this.reads = new ReadIndex(self, electorate.size());
    this.firstOfTerm = log.last().revision() + 1;
  }

  /** The first outputs of the term. */
  public List<Output> start(long nowNanos, long nowMillis) {
    var outputs = new ArrayList<Output>();
    var empty =
        new Entry(term, firstOfTerm, log.last().epoch(), nowMillis, Optional.empty(), List.of());
    append(Ordering.encode(empty), outputs);
    sending.pump(outputs);
    return outputs;
  }

  public long commit() {
    return commit;
  }

  public long lowWater() {
    return members.lowWater();
  }

  /**
   * Whether publishes may be answered: an entry of this term is committed, so all older ones are.
   */
  public boolean isEstablished() {
    return commit >= firstOfTerm;
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
      if (!members.hasRoomFor(encoded.sizeBytes())) {
        throw Ordering.overloaded(options.bufferBytes());
      }
      append(encoded, outputs);
      boolean created = Ordering.created(entry);
      var outcome = new PublishOutcome.Written(entry.token(), entry.pairs().size(), created);
      await(ticket, outcome, request, nowNanos, outputs);
    } catch (WidecastException e) {
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
      outputs.add(new Output.Reply(ticket, RecentRequests.mismatch(done)));
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
    sending.pump(outputs);
    beginRound(outputs, nowNanos);
    sending.tellNews(members.lowWater(), outputs, nowNanos);
    return outputs;
  }

  private void append(EncodedEntry entry, List<Output> outputs) {
    log.append(entry);
    requests.onAppended(entry.entry());
    keys.onOrdered(entry.entry());
    members.keep(entry);
    metrics.increment(Metric.ENTRIES_ORDERED);
    outputs.add(new Output.Append(entry));
  }

  // ---- reads

  /**
   * How far a copy must be for a read that comes now. The answer comes as an {@link
   * Output.ReadReply} of {@code ticket}. The caller lets {@link #flush} follow.
   */
  public List<Output> read(long ticket, long nowNanos) {
    var outputs = new ArrayList<Output>();
    reads.add(ticket, nowNanos, answerOf(outputs));
    return outputs;
  }

  /** Not before what earlier terms committed is known to be: then {@link #commit} holds it. */
  private void beginRound(List<Output> outputs, long nowNanos) {
    if (isEstablished() && reads.isDue(nowNanos)) {
      reads.begin(new Token(log.epochAt(commit), commit), nowNanos);
      reads.settle(answerOf(outputs)); // alone
      if (reads.isUnderWay()) {
        sending.onRound(reads.round());
      }
    }
  }

  private static ReadIndex.Answer answerOf(List<Output> outputs) {
    return (ticket, outcome) -> outputs.add(new Output.ReadReply(ticket, outcome));
  }

  // ---- requests and acknowledgements

  /** Core node {@code slot} asks for entries again: they follow in a moment, refusals at once. */
  public List<Output> onRequest(int slot, List<Range> ranges, long nowNanos) {
    return resends.onRequest(slot, ranges, sending.sent(), nowNanos);
  }

  /**
   * Core node {@code slot} has everything up to {@code revision} on disk, and has heard of {@code
   * round}.
   */
  public List<Output> onAck(int slot, long revision, long round, long nowNanos) {
    members.onAck(slot, revision, commit, nowNanos);
    List<Output> outputs = advance(nowNanos);
    reads.onAck(slot, round);
    reads.settle(answerOf(outputs));
    return outputs;
  }

  /** Core node {@code slot} has lost its disk; its log ends at {@code revision} now. */
  public void onNewcomer(int slot, long revision) {
    members.onNewcomer(slot, revision);
  }

  /** This node's own log is on disk up to {@code revision}. */
  public List<Output> onDurable(long revision, long nowNanos) {
    members.onDurable(revision, nowNanos);
    return advance(nowNanos);
  }

  /** What a core node says of the edge streams that it serves. */
  public List<Output> onEdgeReport(List<EdgeReport.Edge> report, long nowNanos) {
    members.onEdgeReport(report, nowNanos);
    return advance(nowNanos);
  }

  /** Raises the commit where a majority allows it, and answers whom that lets answer. */
  private List<Output> advance(long nowNanos) {
    long majority = members.onMajority();
    sending.onMajority(majority);
    if (majority > commit && majority >= firstOfTerm) {
      commit = majority;
      sending.onCommit();
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
    return members.coresHave(revision)
        && (level == AckLevel.ALL || members.edgesHave(revision, nowNanos));
  }

  // ---- time

  /** When {@link #onTimer} is next due. */
  public long nextTimerNanos() {
    long roundNanos = isEstablished() ? reads.nextTimerNanos() : Long.MAX_VALUE;
    return Math.min(
        Math.min(checkAtNanos, roundNanos),
        Math.min(sending.nextTimerNanos(), resends.nextTimerNanos()));
  }

  /** Resends, looks after members and deadlines, and sends beacons: each when it is time. */
  public List<Output> onTimer(long nowNanos) {
    var outputs = new ArrayList<Output>();
    resends.onTimer(outputs, nowNanos);
    if (nowNanos >= checkAtNanos) {
      checkAtNanos = nowNanos + CHECK_NANOS;
      members.makeStale(nowNanos);
      outputs.addAll(advance(nowNanos));
      waiting.expire(
          nowNanos, commit, (ticket, outcome) -> outputs.add(new Output.Reply(ticket, outcome)));
      reads.expire(nowNanos, answerOf(outputs));
    }
    beginRound(outputs, nowNanos);
    sending.onTimer(members.lowWater(), outputs, nowNanos);
    return outputs;
  }

  // ---- what others ask

  /** The store's map has moved on by these entries. */
  public void onApplied(Function<Key, Optional<Versioned>> map, List<EncodedEntry> entries) {
    keys.onApplied(map, entries);
  }

  /** The answers that will not come from here: this node no longer orders. */
  public List<Output> stepDown() {
    List<Output> outputs =
        failWaiting(
            new PublishOutcome.Refused(
                ErrorCode.NO_MASTER,
                "the master changed before the publish was acknowledged; retry with the same"
                    + " idempotency key"));
    reads.fail(answerOf(outputs));
    return outputs;
  }

  /** Gives every publisher who waits this answer. */
  public List<Output> failWaiting(PublishOutcome.Refused outcome) {
    var outputs = new ArrayList<Output>();
    waiting.fail(outcome, (ticket, answer) -> outputs.add(new Output.Reply(ticket, answer)));
    return outputs;
  }

  /** How core node {@code slot} stands. */
  public State stateOf(int slot) {
    return members.stateOf(slot);
  }

  /** Up to where core node {@code slot} has acknowledged. */
  public long ackedBy(int slot) {
    return members.ackedBy(slot);
  }

  /** The edge nodes it knows, as they stand. */
  public List<EdgeStanding> edges() {
    return members.edges();
  }

  /** The slot of edge node {@code id} in pending sets; empty while it is not known. */
  public OptionalInt slotOf(NodeId id) {
    return members.slotOf(id);
  }

  /** Bytes held for members; at most the configured buffer. */
  public long bufferBytes() {
    return members.buffer().sizeBytes();
  }

  /** How many entries are held for members. */
  public int bufferEntries() {
    return members.buffer().count();
  }

  /** The slots that {@code revision} is still kept for; empty when it has left the buffer. */
  public Collection<Integer> pendingAt(long revision) {
    RetransmitBuffer.Held held = members.buffer().find(revision);
    return held == null ? List.of() : held.pending().stream().boxed().toList();
  }
}
