package io.widecast.replication;

import io.widecast.bus.Committed;
import io.widecast.bus.EdgeReport;
import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.replication.election.Election;
import io.widecast.replication.lan.LanReceiver;
import io.widecast.replication.lan.Peers;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master;
import io.widecast.replication.order.RecentRequests;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * A core node's whole replication, without I/O: election, the receiving half, and the master while
 * it is one, around one log. Time comes in, frames come in, {@link CoreOutput}s go out.
 *
 * <p>The caller gives inputs in any number and then calls {@link #endTurn}, which sends, writes and
 * commits what they led to: so several publishes share a datagram and an fsync without waiting for
 * each other. Not thread-safe. Source: systems.md S1.
 */
public final class CoreNode {

  public static final long NEVER = Long.MAX_VALUE;

  static final long HELLO_NANOS = 250_000_000L;

  /**
   * Terms rise by one; no absence is long enough for more than this, and no forgery can end them.
   */
  static final long TERM_JUMP_MAX = 1L << 32;

  private static final long LOG_RETRY_NANOS = 500_000_000L;
  private static final long BACKLOG_BYTES_MAX = 32 << 20; // waiting for a slow or full disk

  private final CoreOptions options;
  private final Metrics metrics;
  private final EntryLog log;
  private final LogPipeline disk;
  private final Election election;
  private final LanReceiver receiver;
  private final Peers peers;
  private final RecentRequests requests = new RecentRequests();
  private final TreeMap<HardStateKey, List<Election.Output>> afterPersist = new TreeMap<>();
  private final List<CoreOutput> outputs = new ArrayList<>();
  private final long recoveredEnd; // revision: reads wait until everything up to it is decided

  private Master master; // null unless this node orders
  private Function<Key, Optional<Versioned>> map;
  private long applied; // revision of map
  private Token committedOut; // position of the last Commit given out
  private long durableTerm; // the term on disk
  private long receiverTerm; // the term whose master the receiving half follows
  private boolean ackDue;
  private boolean diskFull;
  private boolean decided; // everything recovered is final or cut
  private long keepFrom = 1; // the master's low water
  private long helloAtNanos;
  private long retryAtNanos = NEVER;
  private long behindSinceNanos = NEVER;

  private record HardStateKey(long term, int votedFor) implements Comparable<HardStateKey> {
    @Override
    public int compareTo(HardStateKey other) {
      int byTerm = Long.compare(term, other.term);
      return byTerm != 0 ? byTerm : Integer.compare(votedFor, other.votedFor);
    }
  }

  /**
   * @param recovery what the store found on disk
   * @param map reads the store's map as recovered
   */
  public CoreNode(
      CoreOptions options,
      Recovery recovery,
      Function<Key, Optional<Versioned>> map,
      RandomGenerator random,
      Metrics metrics,
      long nowNanos) {
    this.options = options;
    this.metrics = metrics;
    this.map = map;
    this.applied = recovery.applied().revision();
    this.committedOut = recovery.applied();
    this.log = recoveredLog(recovery);
    requests.onRecovered(recovery.requests());
    recovery.log().forEach(entry -> requests.onAppended(entry.entry()));
    this.recoveredEnd = log.last().revision();
    this.decided = recoveredEnd <= applied;
    this.disk = new LogPipeline(recoveredEnd);
    this.durableTerm = recovery.hardState().term();
    this.election =
        new Election(
            options.self(),
            options.electorate().size(),
            Math.max(durableTerm, log.last().epoch()),
            recovery.hardState().term() >= log.last().epoch()
                ? recovery.hardState().votedFor()
                : -1,
            random,
            nowNanos);
    this.receiver = new LanReceiver(log, applied, random, metrics);
    this.peers = new Peers(options.self(), options.electorate().size());
    this.helloAtNanos = nowNanos;
  }

  private static EntryLog recoveredLog(Recovery recovery) {
    if (recovery.log().isEmpty()) {
      return new EntryLog(recovery.logEnd());
    }
    var first = recovery.log().get(0).entry();
    var log = new EntryLog(new Token(first.prevEpoch(), first.revision() - 1));
    recovery.log().forEach(log::append);
    return log;
  }

  // ---- inputs

  /** A datagram of another core node. */
  public void onPacket(LanPacket packet, boolean multicast, long nowNanos, long nowMillis) {
    int from = packet.sender();
    if (from >= options.electorate().size()) {
      metrics.increment(Metric.FRAMES_FOREIGN);
      return;
    }
    if (from == options.self()) {
      return; // our own multicast comes back to us
    }
    if (packet.term() > election.term() + TERM_JUMP_MAX) {
      metrics.increment(Metric.FRAMES_MALFORMED);
      return;
    }
    peers.onDatagram(from, multicast, nowNanos);
    LanFrame frame = packet.frame();
    if (frame instanceof LanFrame.Hello hello) {
      if (!hello.id().equals(options.electorate().get(from))) {
        metrics.increment(Metric.FRAMES_FOREIGN);
        return;
      }
      peers.onHello(from, hello, nowNanos);
    }
    if (packet.term() > election.term()) {
      elect(election.onNewerTerm(packet.term(), nowNanos), nowNanos, nowMillis);
      rememberTerm();
    } else if (packet.term() < election.term() && !(frame instanceof LanFrame.VoteRequest)) {
      if (!(frame instanceof LanFrame.Hello)) {
        metrics.increment(Metric.FRAMES_OLD_TERM);
      }
      return;
    }
    onFrame(from, packet, nowNanos, nowMillis);
  }

  private void onFrame(int from, LanPacket packet, long nowNanos, long nowMillis) {
    LanFrame frame = packet.frame();
    if (frame instanceof LanFrame.Entries entries) {
      onMaster(from, packet, nowNanos);
      receive(receiver.onEntries(entries.entries(), nowNanos));
    } else if (frame instanceof LanFrame.Beacon beacon) {
      onMaster(from, packet, nowNanos);
      keepFrom = Math.max(keepFrom, beacon.lowWater());
      receive(receiver.onBeacon(beacon, nowNanos));
      ackDue = true; // the master's lease counts on an answer
    } else if (frame instanceof LanFrame.Trigger trigger) {
      onMaster(from, packet, nowNanos);
      receive(receiver.onTrigger(trigger, nowNanos));
    } else if (frame instanceof LanFrame.Cannot cannot) {
      onMaster(from, packet, nowNanos);
      receiver.onCannot(cannot.ranges(), nowNanos);
    } else if (frame instanceof LanFrame.Gone gone) {
      onMaster(from, packet, nowNanos);
      receive(receiver.onGone(gone.lowWater()));
    } else if (frame instanceof LanFrame.Ack ack) {
      if (master != null) {
        election.onHeard(from, nowNanos);
        order(master.onAck(from, ack.revision(), nowNanos), nowNanos);
      }
    } else if (frame instanceof LanFrame.RetransmitRequest request) {
      if (master != null) {
        order(master.onRequest(from, request.ranges(), nowNanos), nowNanos);
      }
    } else if (frame instanceof LanFrame.VoteRequest request) {
      elect(election.onVoteRequest(from, request, log.last(), nowNanos), nowNanos, nowMillis);
    } else if (frame instanceof LanFrame.VoteReply reply) {
      elect(election.onVoteReply(from, reply, log.last(), nowNanos), nowNanos, nowMillis);
    } else if (!(frame instanceof LanFrame.Hello)) {
      throw new AssertionError(frame);
    }
    receiver.onCommit(knownCommit(packet));
  }

  /** Only what comes from this term's master says what is committed in our log. */
  private long knownCommit(LanPacket packet) {
    return packet.sender() == election.master() && packet.term() == election.term()
        ? packet.commit()
        : 0;
  }

  private void onMaster(int from, LanPacket packet, long nowNanos) {
    boolean news = election.master() != from;
    election.onMasterHeard(from, nowNanos);
    if (receiverTerm != packet.term()) {
      receiverTerm = packet.term();
      receiver.onNewTerm();
    }
    if (news) {
      metrics.increment(Metric.MASTER_CHANGES);
      outputs.add(new CoreOutput.RoleChanged(false, from, packet.term()));
    }
  }

  /** Orders {@code request} if this node is the master; refuses it otherwise. */
  public void publish(long ticket, PublishRequest request, long nowNanos, long nowMillis) {
    if (master == null) {
      refuse(
          ticket,
          ErrorCode.NO_MASTER,
          "no master is known now; a majority of the electorate must be up. Retry shortly");
    } else if (diskFull) {
      refuse(ticket, ErrorCode.DISK_FULL, DISK_FULL_DETAIL);
    } else {
      order(master.publish(ticket, request, nowNanos, nowMillis), nowNanos);
    }
  }

  private static final String DISK_FULL_DETAIL =
      "the master's disk is full, so nothing can be made durable; free space under node.data and"
          + " retry";

  private void refuse(long ticket, ErrorCode code, String detail) {
    outputs.add(
        new CoreOutput.Reply(
            ticket, new PublishOutcome.Refused(code, detail, Map.of("written", false))));
  }

  /** The {@link CoreOutput.WriteLog} is on disk. */
  public void onLogDurable(long nowNanos, long nowMillis) {
    LogWrite done = disk.onDurable();
    diskFull = false;
    if (master != null) {
      order(master.onDurable(disk.durable(), nowNanos), nowNanos);
    }
    ackDue = true;
    if (done.hardState().isPresent()) {
      HardState state = done.hardState().get();
      durableTerm = Math.max(durableTerm, state.term());
      var key = new HardStateKey(state.term(), state.votedFor());
      List<Election.Output> then = afterPersist.remove(key);
      afterPersist.headMap(key).clear();
      if (then != null) {
        elect(then, nowNanos, nowMillis);
      }
    }
  }

  /** The disk would not take the {@link CoreOutput.WriteLog}: it is tried again later, as it is. */
  public void onLogFailed(long nowNanos) {
    diskFull = true;
    retryAtNanos = nowNanos + LOG_RETRY_NANOS;
    if (master != null) {
      order(
          master.failWaiting(
              new PublishOutcome.Refused(ErrorCode.DISK_FULL, DISK_FULL_DETAIL, Map.of())),
          nowNanos);
    }
  }

  /** The store has applied {@code entries} and its map stands at {@code revision}. */
  public void onApplied(
      Function<Key, Optional<Versioned>> newMap, long revision, List<EncodedEntry> entries) {
    map = newMap;
    applied = revision;
    if (master != null) {
      master.onApplied(newMap, entries);
    }
  }

  /** A report on edge streams, by the core node {@code slot} or this one. */
  public void onEdgeReport(EdgeReport report, long nowNanos) {
    if (master != null) {
      order(master.onEdgeReport(report.edges(), nowNanos), nowNanos);
    }
  }

  /** What a {@link CoreOutput.Fetch} brought; entries of another master's log do no harm. */
  public void onFetched(long term, List<EncodedEntry> entries, long nowNanos) {
    if (master == null && term == election.term()) {
      metrics.add(Metric.OVERSIZE_FETCHES, entries.size());
      receive(receiver.onEntries(entries, nowNanos));
    }
  }

  /** The copy is on disk and applied; it stands at {@code position}. */
  public void onCopied(Token position, Function<Key, Optional<Versioned>> newMap, long nowNanos) {
    metrics.increment(Metric.COPIES_TAKEN);
    map = newMap;
    applied = position.revision();
    committedOut = position;
    log.reset(position);
    disk.reset(position);
    receive(receiver.onCopied(nowNanos));
    ackDue = true;
  }

  public void onCopyFailed(long nowNanos) {
    receiver.onCopyFailed(nowNanos);
  }

  /** Call at {@link #nextTimerNanos}, or at any time. */
  public void onTimer(long nowNanos, long nowMillis) {
    elect(election.onTimer(log.last(), nowNanos), nowNanos, nowMillis);
    if (master != null) {
      order(master.onTimer(nowNanos), nowNanos);
    } else {
      receive(receiver.onTimer(nowNanos));
    }
    if (nowNanos >= retryAtNanos) {
      retryLog(nowNanos);
    }
    if (nowNanos >= helloAtNanos) {
      helloAtNanos = nowNanos + HELLO_NANOS;
      multicast(hello(nowNanos), nowNanos);
    }
  }

  /** A write that failed goes again, but never behind a copy that may stand in for it. */
  private void retryLog(long nowNanos) {
    if (receiver.isCopying()) {
      retryAtNanos = nowNanos + LOG_RETRY_NANOS;
    } else {
      retryAtNanos = NEVER;
      outputs.add(new CoreOutput.WriteLog(disk.inFlight()));
    }
  }

  /** When {@link #onTimer} is next due. */
  public long nextTimerNanos() {
    long next = Math.min(Math.min(helloAtNanos, retryAtNanos), election.nextTimerNanos());
    return Math.min(next, master != null ? master.nextTimerNanos() : receiver.nextTimerNanos());
  }

  /** Everything that the inputs since the last call led to. */
  public List<CoreOutput> endTurn(long nowNanos) {
    if (master != null) {
      order(master.flush(nowNanos), nowNanos);
    }
    commit();
    if (master == null) {
      receive(receiver.onBacklog(disk.backlogBytes() > BACKLOG_BYTES_MAX, nowNanos));
    }
    disk.next(committedOut, keepFrom(), receiver.isCopying())
        .ifPresent(write -> outputs.add(new CoreOutput.WriteLog(write)));
    acknowledge();
    log.trim(
        Math.min(keepFrom(), Math.min(applied, committedOut.revision()) + 1), options.logBytes());
    noteBehind(nowNanos);
    var turn = List.copyOf(outputs);
    outputs.clear();
    return turn;
  }

  // ---- what the halves decided

  private void order(List<Master.Output> orders, long nowNanos) {
    for (Master.Output order : orders) {
      if (order instanceof Master.Output.Append append) {
        disk.append(append.entry());
      } else if (order instanceof Master.Output.Multicast send) {
        multicast(send.frame(), nowNanos);
      } else if (order instanceof Master.Output.Unicast send) {
        outputs.add(new CoreOutput.Unicast(send.slot(), packet(send.frame())));
      } else if (order instanceof Master.Output.Reply reply) {
        outputs.add(new CoreOutput.Reply(reply.ticket(), reply.outcome()));
      } else {
        throw new AssertionError(order);
      }
    }
  }

  private void receive(List<LanReceiver.Output> received) {
    for (LanReceiver.Output output : received) {
      if (output instanceof LanReceiver.Output.Append append) {
        disk.append(append.entries());
        append.entries().forEach(entry -> requests.onAppended(entry.entry()));
      } else if (output instanceof LanReceiver.Output.Cut cut) {
        disk.cut(cut.revision());
        requests.onCut(cut.revision());
      } else if (output instanceof LanReceiver.Output.Ask ask) {
        toMaster(ask.request());
      } else if (output instanceof LanReceiver.Output.Fetch fetch) {
        if (election.master() >= 0) {
          outputs.add(new CoreOutput.Fetch(election.master(), fetch.range()));
        }
      } else if (output instanceof LanReceiver.Output.NeedCopy) {
        outputs.add(new CoreOutput.TakeCopy(election.master()));
      } else {
        throw new AssertionError(output);
      }
    }
  }

  private void elect(List<Election.Output> decisions, long nowNanos, long nowMillis) {
    for (Election.Output output : decisions) {
      if (output instanceof Election.Output.Persist persist) {
        disk.remember(new HardState(persist.term(), persist.votedFor()));
        afterPersist.put(new HardStateKey(persist.term(), persist.votedFor()), persist.then());
      } else if (output instanceof Election.Output.Ask ask) {
        multicast(ask.request(), nowNanos);
      } else if (output instanceof Election.Output.Answer answer) {
        outputs.add(new CoreOutput.Unicast(answer.slot(), packet(answer.reply())));
      } else if (output instanceof Election.Output.CountOwnVote own) {
        elect(election.onOwnVoteDurable(own.term(), nowNanos), nowNanos, nowMillis);
      } else if (output instanceof Election.Output.BecomeMaster) {
        becomeMaster(nowNanos, nowMillis);
      } else if (output instanceof Election.Output.StepDown) {
        stepDown(nowNanos);
      } else {
        throw new AssertionError(output);
      }
    }
  }

  private void becomeMaster(long nowNanos, long nowMillis) {
    receiver.onNewTerm(); // what came from the last master and was not in order is nothing now
    master =
        new Master(
            options.self(),
            options.electorate(),
            options.site(),
            election.term(),
            log,
            disk.durable(),
            receiver.commit(),
            keepFrom,
            map,
            applied,
            options.order(),
            requests,
            metrics,
            nowNanos);
    metrics.increment(Metric.MASTER_CHANGES);
    outputs.add(new CoreOutput.RoleChanged(true, options.self(), election.term()));
    order(master.start(nowNanos, nowMillis), nowNanos);
  }

  private void stepDown(long nowNanos) {
    order(master.stepDown(), nowNanos);
    receiver.onOwnLogMatched(master.commit());
    receiver.onCommit(master.commit());
    master = null;
    outputs.add(new CoreOutput.RoleChanged(false, -1, election.term()));
  }

  /**
   * Term and vote as they are now go to disk with the next write, before anything is acknowledged.
   */
  private void rememberTerm() {
    disk.remember(new HardState(election.term(), election.votedFor()));
  }

  private void commit() {
    long known = master != null ? master.commit() : receiver.commit();
    long upTo = Math.min(known, disk.durable());
    if (upTo > committedOut.revision()) {
      List<EncodedEntry> entries = log.slice(committedOut.revision() + 1, upTo);
      committedOut = new Token(log.epochAt(upTo), upTo);
      metrics.add(Metric.ENTRIES_COMMITTED, entries.size());
      outputs.add(new CoreOutput.Commit(new Committed(entries, committedOut)));
    }
    decided |= applied >= Math.min(recoveredEnd, log.last().revision());
  }

  private void acknowledge() {
    if (ackDue && master == null && election.master() >= 0 && durableTerm >= election.term()) {
      ackDue = false;
      toMaster(new LanFrame.Ack(Math.min(receiver.matched(), disk.durable())));
    }
  }

  private void toMaster(LanFrame frame) {
    if (election.master() >= 0 && master == null) {
      outputs.add(new CoreOutput.Unicast(election.master(), packet(frame)));
    }
  }

  /** To the group, and to each member that the group does not reach. */
  private void multicast(LanFrame frame, long nowNanos) {
    LanPacket packet = packet(frame);
    outputs.add(new CoreOutput.Multicast(packet));
    long unreached = options.unicastFallback() ? peers.unreached(nowNanos) : 0;
    for (long bits = unreached; bits != 0; bits &= bits - 1) {
      outputs.add(new CoreOutput.Unicast(Long.numberOfTrailingZeros(bits), packet));
    }
  }

  private LanPacket packet(LanFrame frame) {
    long known = master != null ? master.commit() : receiver.commit();
    return new LanPacket(options.self(), election.term(), known, frame);
  }

  private LanFrame hello(long nowNanos) {
    return new LanFrame.Hello(
        options.id(),
        options.unicastPort(),
        options.tcpPort(),
        options.http(),
        peers.heard(nowNanos),
        log.last(),
        committedOut,
        receiver.isCopying());
  }

  private long keepFrom() {
    return master != null ? master.lowWater() : keepFrom;
  }

  private void noteBehind(long nowNanos) {
    boolean behind = master == null && committedOut.revision() < receiver.highest();
    if (!behind) {
      behindSinceNanos = NEVER;
    } else if (behindSinceNanos == NEVER) {
      behindSinceNanos = nowNanos;
    }
  }

  // ---- what others ask

  public boolean isMaster() {
    return master != null;
  }

  /** The master while this node is it, for looking at. */
  public Optional<Master> master() {
    return Optional.ofNullable(master);
  }

  /** Slot of the master as far as known, else -1. */
  public int masterSlot() {
    return election.master();
  }

  public long term() {
    return election.term();
  }

  public Peers peers() {
    return peers;
  }

  /** The newest entries, for fetches by others. */
  public EntryLog log() {
    return log;
  }

  public Token committed() {
    return committedOut;
  }

  /**
   * Whether every entry found on disk at the start is applied or cut, so that reads never go back.
   */
  public boolean isDecided() {
    return decided;
  }

  public boolean isCopying() {
    return receiver.isCopying();
  }

  /** How long this copy has been behind what it knows to exist, 0 when level. */
  public long lagNanos(long nowNanos) {
    return behindSinceNanos == NEVER ? 0 : Math.max(0, nowNanos - behindSinceNanos);
  }

  /** How far its own log is on disk. */
  public long durable() {
    return disk.durable();
  }
}
