package io.widecast.replication;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ClusterView.State;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.replication.election.Election;
import io.widecast.replication.lan.LanReceiver;
import io.widecast.replication.lan.Peers;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.HandOver;
import io.widecast.replication.order.Master;
import io.widecast.replication.order.RecentRequests;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

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

  private static final String DISK_FULL_DETAIL =
      "the master's disk is full, so nothing can be made durable; free space under node.data and"
          + " retry";

  private final CoreOptions options;
  private final Metrics metrics;
  private final EntryLog log;
  private final LogPipeline disk;
  private final Election election;
  private final Votes votes;
  private final Following following;
  private final Peers peers;
  private final Progress progress;
  private final Turn turn;
  private final Joining joining;
  private final RecentRequests requests = new RecentRequests();

  private Master master; // null unless this node orders
  private HandOver handOver; // null unless this master is about to go
  private boolean mapLost; // nothing can be applied, or ordered, before a copy has come
  private long helloAtNanos;

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
    this.log = EntryLog.of(recovery);
    this.mapLost = recovery.mapLost();
    requests.onRecovered(recovery.requests());
    recovery.log().forEach(entry -> requests.onAppended(entry.entry()));
    this.disk = new LogPipeline(log.last().revision());
    this.progress = new Progress(recovery.applied(), map, log.last().revision());
    HardState state = recovery.hardState().in(log.last().epoch());
    this.votes = new Votes(recovery.hardState().term());
    this.election =
        new Election(
            options.self(),
            options.electorate().size(),
            state.term(),
            state.votedFor(),
            state.newcomer(),
            random,
            nowNanos);
    this.joining = new Joining(options, state, election, disk, log, random);
    var receiver = new LanReceiver(log, progress.applied(), random, metrics);
    this.peers = new Peers(options.self(), options.electorate().size());
    this.turn = new Turn(options, election, peers, disk, log, requests, this::knownCommit);
    this.following = new Following(election, receiver, disk, votes, turn, metrics);
    this.helloAtNanos = nowNanos;
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
      joining.onHello(from, packet.term(), hello);
      if (master != null && hello.nonce() != 0) {
        master.onNewcomer(from, hello.logEnd().revision());
      }
    }
    if (packet.term() > election.term()) {
      elect(election.onNewerTerm(packet.term(), nowNanos), nowNanos, nowMillis);
      disk.remember(joining.hardState()); // before any ACK in it
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
    if (frame instanceof LanFrame.Ack ack) {
      if (master != null) {
        election.onHeard(from, nowNanos);
        turn.order(master.onAck(from, ack.revision(), ack.round(), nowNanos), nowNanos);
      }
    } else if (frame instanceof LanFrame.RetransmitRequest request) {
      if (master != null) {
        turn.order(master.onRequest(from, request.ranges(), nowNanos), nowNanos);
      }
    } else if (frame instanceof LanFrame.VoteRequest request) {
      boolean mayVote = joining.mayVote(request);
      elect(
          election.onVoteRequest(from, request, log.last(), mayVote, nowNanos),
          nowNanos,
          nowMillis);
    } else if (frame instanceof LanFrame.HandOver) {
      if (!following.isCopying() && !mapLost && joining.isMember()) {
        elect(election.onHandOver(from, log.last(), nowNanos), nowNanos, nowMillis);
      }
    } else if (frame instanceof LanFrame.VoteReply reply) {
      elect(election.onVoteReply(from, reply, log.last(), nowNanos), nowNanos, nowMillis);
    } else if (!(frame instanceof LanFrame.Hello)) {
      following.onFrame(packet, nowNanos);
    }
    following.onCommit(packet);
  }

  /** Orders {@code request} if this node is the master; refuses it otherwise. */
  public void publish(long ticket, PublishRequest request, long nowNanos, long nowMillis) {
    if (master == null) {
      turn.refuse(
          ticket,
          ErrorCode.NO_MASTER,
          "no master is known now; a majority of the electorate must be up. Retry shortly");
    } else if (handOver != null) {
      turn.refuse(ticket, ErrorCode.NO_MASTER, "the master is handing over; retry at once");
    } else if (disk.isFull()) {
      turn.refuse(ticket, ErrorCode.DISK_FULL, DISK_FULL_DETAIL);
    } else {
      turn.order(master.publish(ticket, request, nowNanos, nowMillis), nowNanos);
    }
  }

  /**
   * How far a copy must be to show every write that was answered before: a {@link
   * CoreOutput.ReadReply} of {@code ticket} says it, if this node is the master and stays it.
   */
  public void read(long ticket, long nowNanos) {
    if (master == null) {
      turn.add(
          new CoreOutput.ReadReply(
              ticket,
              new ReadOutcome.Refused(
                  ErrorCode.NO_MASTER,
                  "no master is known now, so nobody can be sure; retry shortly, or read this"
                      + " node's own copy with consistency=local")));
    } else {
      turn.order(master.read(ticket, nowNanos), nowNanos);
    }
  }

  /** The {@link CoreOutput.WriteLog} is on disk. */
  public void onLogDurable(long nowNanos, long nowMillis) {
    LogWrite done = disk.onDurable();
    if (master != null) {
      turn.order(master.onDurable(disk.durable(), nowNanos), nowNanos);
    }
    following.onLogDurable();
    done.hardState().ifPresent(state -> elect(votes.onDurable(state), nowNanos, nowMillis));
  }

  /** The disk would not take the {@link CoreOutput.WriteLog}: it is tried again later, as it is. */
  public void onLogFailed(long nowNanos) {
    disk.onFailed(nowNanos);
    if (master != null) {
      turn.order(
          master.failWaiting(
              new PublishOutcome.Refused(ErrorCode.DISK_FULL, DISK_FULL_DETAIL, Map.of())),
          nowNanos);
    }
  }

  /** The store has applied {@code entries} and its map stands at {@code revision}. */
  public void onApplied(
      Function<Key, Optional<Versioned>> newMap, long revision, List<EncodedEntry> entries) {
    progress.onApplied(newMap, revision);
    if (master != null) {
      master.onApplied(newMap, entries);
    }
  }

  /** A report on edge streams, by the core node {@code slot} or this one. */
  public void onEdgeReport(EdgeReport report, long nowNanos) {
    if (master != null) {
      turn.order(master.onEdgeReport(report.edges(), nowNanos), nowNanos);
    }
  }

  /** What a {@link CoreOutput.Fetch} brought; entries of another master's log do no harm. */
  public void onFetched(long term, List<EncodedEntry> entries, long nowNanos) {
    if (master == null) {
      following.onFetched(term, entries, nowNanos);
    }
  }

  /**
   * The copy is on disk and applied; it stands at {@code position}.
   *
   * @param named the requests that came with it, by rising revision
   */
  public void onCopied(
      Token position,
      List<RecentRequest> named,
      Function<Key, Optional<Versioned>> newMap,
      long nowNanos) {
    mapLost = false;
    progress.onCopied(newMap, position);
    log.reset(position);
    requests.onCopied(named);
    following.onCopied(position, nowNanos);
  }

  /** What a node whose store is damaged does about it. */
  public enum Mending {
    /** It takes a copy from the master. */
    COPYING,
    /** It is the master, and hands over: told again, it takes a copy from the next one. */
    HANDING_OVER,
    /** No other node can give it all that is committed now: told again, it looks again. */
    ALONE
  }

  /** The store found its map damaged: another node's copy is to take its place. */
  public Mending onDamaged(long nowNanos, long nowMillis) {
    if (master == null) {
      if (election.master() < 0 || !holdsThisTerm()) {
        return Mending.ALONE;
      }
      following.onDamaged();
      return Mending.COPYING;
    }
    return handOver(nowNanos).isPresent() ? Mending.HANDING_OVER : Mending.ALONE;
  }

  /**
   * Whether an entry of this term is the last one here that is on its way to the disk or there. A
   * node takes nothing new while it waits for a copy, and the copy must reach what its disk has:
   * where the master needs this very disk for its majority, it could never commit an entry of its
   * term, and so nothing of what this disk has from earlier ones.
   */
  private boolean holdsThisTerm() {
    return log.epochAt(disk.written()) == election.term();
  }

  /**
   * Lets the node order that has most of what this master has ordered, among those that are level.
   * Until that one does, for {@link HandOver#PATIENCE_NANOS} at the most, publishes are refused.
   *
   * @return its slot; empty when this node is not the master, or nobody else is level
   */
  public OptionalInt handOver(long nowNanos) {
    if (handOver != null) {
      return OptionalInt.of(handOver.target());
    }
    OptionalInt best =
        IntStream.range(0, options.electorate().size())
            .filter(slot -> isLevel(slot))
            .reduce((a, b) -> master.ackedBy(b) > master.ackedBy(a) ? b : a);
    best.ifPresent(slot -> handOver = new HandOver(master, log, slot, nowNanos));
    return best;
  }

  /** As that, to one node; false when it is not level, or this node not the master. */
  public boolean handOverTo(int slot, long nowNanos) {
    if (handOver == null && isLevel(slot)) {
      handOver = new HandOver(master, log, slot, nowNanos);
    }
    return handOver != null && handOver.target() == slot;
  }

  private boolean isLevel(int slot) {
    return master != null
        && slot != options.self()
        && master.stateOf(slot) == State.ACTIVE
        && !peers.isNewcomer(slot);
  }

  public void onCopyFailed(long nowNanos) {
    following.onCopyFailed(nowNanos);
  }

  /** Call at {@link #nextTimerNanos}, or at any time. */
  public void onTimer(long nowNanos, long nowMillis) {
    // What is being copied takes the place of map and log: nothing to order by.
    boolean mayStand = !following.isCopying() && !mapLost && joining.mayStand();
    elect(election.onTimer(log.last(), mayStand, nowNanos), nowNanos, nowMillis);
    if (master != null) {
      turn.order(master.onTimer(nowNanos), nowNanos);
      handOverOn(nowNanos);
    } else {
      following.onTimer(nowNanos);
    }
    disk.retry(following.isCopying(), nowNanos).ifPresent(this::write);
    if (nowNanos >= helloAtNanos) {
      helloAtNanos = nowNanos + HELLO_NANOS;
      turn.multicast(hello(nowNanos), nowNanos);
    }
  }

  private void handOverOn(long nowNanos) {
    if (handOver == null) {
      return;
    }
    turn.order(handOver.onTimer(nowNanos), nowNanos);
    if (handOver.isOver(nowNanos)) {
      handOver = null; // nobody has taken it: this node orders on
    }
  }

  /** When {@link #onTimer} is next due. */
  public long nextTimerNanos() {
    long next = Math.min(Math.min(helloAtNanos, disk.nextTimerNanos()), election.nextTimerNanos());
    next = handOver == null ? next : Math.min(next, handOver.nextTimerNanos());
    return Math.min(next, master != null ? master.nextTimerNanos() : following.nextTimerNanos());
  }

  /** Everything that the inputs since the last call led to. */
  public List<CoreOutput> endTurn(long nowNanos) {
    if (master != null) {
      turn.order(master.flush(nowNanos), nowNanos);
    }
    commit();
    joining.joinIfPossible(progress.committed());
    if (master == null) {
      following.onBacklog(nowNanos);
    }
    disk.next(progress.committed(), keepFrom(), following.isCopying()).ifPresent(this::write);
    if (master == null) {
      following.acknowledge(joining.remembers());
    }
    long shown = Math.min(progress.applied(), progress.committed().revision());
    log.trim(Math.min(keepFrom(), shown + 1), options.logBytes());
    boolean behind = master == null && progress.committed().revision() < following.highest();
    progress.note(behind, nowNanos);
    return turn.end();
  }

  private void write(LogWrite write) {
    turn.add(new CoreOutput.WriteLog(write));
  }

  // ---- elections

  private void elect(List<Election.Output> decisions, long nowNanos, long nowMillis) {
    for (Election.Output output : decisions) {
      if (output instanceof Election.Output.Persist persist) {
        disk.remember(joining.hardState(persist.term(), persist.votedFor()));
        votes.await(persist);
      } else if (output instanceof Election.Output.Ask ask) {
        turn.multicast(ask.request(), nowNanos);
      } else if (output instanceof Election.Output.Answer answer) {
        turn.unicast(answer.slot(), answer.reply());
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
    following.stop();
    master =
        new Master(
            options.self(),
            options.electorate(),
            options.site(),
            election.term(),
            log,
            disk.durable(),
            following.commit(),
            following.keepFrom(),
            progress.map(),
            progress.applied(),
            options.order(),
            requests,
            metrics,
            nowNanos);
    metrics.increment(Metric.MASTER_CHANGES);
    turn.add(new CoreOutput.RoleChanged(true, options.self(), election.term()));
    turn.order(master.start(nowNanos, nowMillis), nowNanos);
  }

  private void stepDown(long nowNanos) {
    turn.order(master.stepDown(), nowNanos);
    following.resume(master.commit());
    master = null;
    handOver = null;
    turn.add(new CoreOutput.RoleChanged(false, -1, election.term()));
  }

  // ---- the end of a turn

  private void commit() {
    if (mapLost) {
      return;
    }
    progress
        .commit(Math.min(knownCommit(), disk.durable()), log)
        .ifPresent(
            committed -> {
              metrics.add(Metric.ENTRIES_COMMITTED, committed.entries().size());
              turn.add(new CoreOutput.Commit(committed));
            });
  }

  private long knownCommit() {
    return master != null ? master.commit() : following.commit();
  }

  private LanFrame hello(long nowNanos) {
    return new LanFrame.Hello(
        options.id(),
        options.unicastPort(),
        options.tcpPort(),
        options.http(),
        peers.heard(nowNanos),
        new Token(log.epochAt(disk.durable()), disk.durable()),
        progress.committed(),
        following.isCopying(),
        joining.nonce(),
        peers.echoes(nowNanos));
  }

  private long keepFrom() {
    return master != null ? master.lowWater() : following.keepFrom();
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
    return progress.committed();
  }

  /**
   * The named requests of the last ten minutes that a map as of {@code position} holds the work of,
   * by rising revision; empty while this node does not know that far.
   */
  public Optional<List<RecentRequest>> requestsUpTo(Token position) {
    return position.revision() <= progress.committed().revision()
        ? Optional.of(requests.upTo(position.revision()))
        : Optional.empty();
  }

  /**
   * Whether every entry found on disk at the start is applied or cut, and what a lost disk may have
   * had is there again, so that reads never go back.
   */
  public boolean isDecided() {
    return !mapLost && progress.isDecided() && !joining.isBehindAnEarlierLife(progress.applied());
  }

  /** Who has to be heard before this newcomer may vote, as bits; empty for a member. */
  public OptionalLong unheardBeforeVoting() {
    return joining.unheardBeforeVoting();
  }

  public boolean isCopying() {
    return following.isCopying();
  }

  /** How long this copy has been behind what it knows to exist, 0 when level. */
  public long lagNanos(long nowNanos) {
    return progress.lagNanos(nowNanos);
  }

  /** How far its own log is on disk. */
  public long durable() {
    return disk.durable();
  }
}
