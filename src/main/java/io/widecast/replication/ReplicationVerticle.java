package io.widecast.replication;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.net.SocketAddress;
import io.widecast.bus.AskHandOver;
import io.widecast.bus.AskRead;
import io.widecast.bus.AskRecovery;
import io.widecast.bus.AskRequests;
import io.widecast.bus.Bus;
import io.widecast.bus.Drainable;
import io.widecast.bus.EdgeReport;
import io.widecast.bus.HandedOver;
import io.widecast.bus.KnownRequests;
import io.widecast.bus.LogDurable;
import io.widecast.bus.LogWrite;
import io.widecast.bus.NodeStatus;
import io.widecast.bus.PublishBatch;
import io.widecast.bus.PublishOutcomes;
import io.widecast.bus.ReadAnswered;
import io.widecast.bus.Recovery;
import io.widecast.bus.SiteMembers;
import io.widecast.bus.StoreDamaged;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ClusterView;
import io.widecast.model.ErrorCode;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.net.CopyTaker;
import io.widecast.net.DatagramHandler;
import io.widecast.net.FaultyLanSockets;
import io.widecast.net.FrameSocket;
import io.widecast.net.LanSockets;
import io.widecast.net.PeerLink;
import io.widecast.replication.order.HandOver;
import io.widecast.store.Applied;
import io.widecast.store.AskView;
import io.widecast.store.StoreMessages;
import io.widecast.store.View;
import io.widecast.store.log.StoreException;
import io.widecast.wire.LanCodec;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import io.widecast.wire.WireException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link CoreNode}: owns the LAN's sockets, the timer and the connection to the master,
 * performs what the core decides, and decides nothing. One event loop.
 */
public final class ReplicationVerticle extends VerticleBase implements Drainable {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicationVerticle.class);

  private static final long HAND_OVER_CHECK_MILLIS = 2;
  private static final long STATUS_MILLIS = 250;

  private static final ReadOutcome.Refused UNREACHABLE =
      new ReadOutcome.Refused(
          ErrorCode.NO_MASTER,
          "the master cannot be reached from here now, so nobody can be sure; retry shortly, or read"
              + " this node's own copy with consistency=local");

  private static final ReadOutcome.Refused ENDING =
      new ReadOutcome.Refused(ErrorCode.NO_MASTER, "this node is ending: try another");

  private final ReplicationOptions options;
  private final Supplier<Integer> tcpPort;
  private final Supplier<String> http;
  private final Metrics metrics;
  private final LanCodec codec;
  private final Publishes publishes = new Publishes();
  private final Map<Long, Consumer<ReadOutcome>> reads = new HashMap<>(); // by ticket
  private final IndexAsks indexAsks = new IndexAsks(this::askMaster, UNREACHABLE);
  private long nextRead; // ticket
  private View map; // as last applied
  private Future<?> loading = Future.succeededFuture(); // of what the master looks at
  private final Map<Integer, InetSocketAddress> addresses = new HashMap<>(); // by slot
  private final Set<InetSocketAddress> hinted = new LinkedHashSet<>(); // greeted until heard
  private CoreNode core;
  private CoreStatus status;
  private LanSockets sockets;
  private PeerLink link;
  private CopyTaker copyTaker;
  private StreamFrame.Greeting greeting; // of this node, to other core nodes
  private Optional<ClusterView> told = Optional.empty(); // by the master
  private boolean turnEnds; // endTurn is on its way
  private boolean handingOver; // this node, the master, has been asked to
  private boolean ending; // takes no publishes any more
  private boolean draining; // says nothing any more
  private Future<?> writing = Future.succeededFuture(); // the last of the log's writes
  private long statusTimerId = -1;
  private long timerId = -1;
  private long timerDueNanos = CoreNode.NEVER;

  /**
   * @param tcpPort where this node serves streams on the LAN, known once it is bound
   * @param http base URL of this node's HTTP port
   */
  public ReplicationVerticle(
      ReplicationOptions options,
      Supplier<Integer> tcpPort,
      Supplier<String> http,
      Metrics metrics) {
    this.options = options;
    this.tcpPort = tcpPort;
    this.http = http;
    this.metrics = metrics;
    this.codec = new LanCodec(options.lanCluster());
  }

  @Override
  public Future<?> start() {
    EventBus bus = vertx.eventBus();
    return LanSockets.open(vertx, options.lan(), metrics)
        .compose(
            opened -> {
              sockets = withFaults(opened);
              return bus.<Recovery>request(Bus.RECOVERY, new AskRecovery(), Bus.LOCAL_ONLY);
            })
        .compose(
            recovery ->
                bus.<Applied>request(Bus.VIEW, new AskView(), Bus.LOCAL_ONLY)
                    .map(view -> build(recovery.body(), view.body())))
        .onSuccess(
            nothing -> {
              listen(bus);
              sockets
                  .multicastProblem()
                  .ifPresent(problem -> LOG.warn("multicast is not used: {}", problem));
              options.peers().stream().filter(peer -> !peer.isUnresolved()).forEach(hinted::add);
              statusTimerId = vertx.setPeriodic(STATUS_MILLIS, id -> tellStatus());
              endTurn();
            });
  }

  private LanSockets withFaults(LanSockets opened) {
    if (options.faults().isNone()) {
      return opened;
    }
    return new FaultyLanSockets(
        vertx,
        opened,
        FaultInjector.of(
            options.faults(),
            options.faultSeed(),
            options.electorate().get(options.self()) + "/lan"),
        metrics);
  }

  private Void build(Recovery recovery, Applied applied) {
    int entriesBytes = sockets.datagramBytesMax() - LanCodec.ENTRIES_OVERHEAD_BYTES;
    var coreOptions =
        new CoreOptions(
            options.self(),
            options.electorate(),
            options.site(),
            sockets.unicastPort(),
            tcpPort.get(),
            http.get(),
            options.tailBytes(),
            options.unicastFallback(),
            options.order(entriesBytes));
    map = applied.view();
    core =
        new CoreNode(
            coreOptions,
            recovery,
            states(applied.view()),
            new SplittableRandom(System.nanoTime()),
            metrics,
            System.nanoTime());
    status = new CoreStatus(coreOptions);
    greeting =
        new StreamFrame.Greeting(
            coreOptions.id(),
            options.site(),
            Optional.empty(),
            Token.NONE,
            Holding.NOTHING,
            http.get());
    var streamCodec = new StreamCodec(options.streamCluster());
    link =
        new PeerLink(vertx, streamCodec, metrics, greeting, this::onLinkFrame, indexAsks::onLost);
    copyTaker = new CopyTaker(vertx, streamCodec, metrics);
    return null;
  }

  private void listen(EventBus bus) {
    bus.localConsumer(Bus.PUBLISH, this::onPublish);
    bus.localConsumer(Bus.READ, this::onAskRead);
    bus.<Applied>localConsumer(Bus.APPLIED, message -> onApplied(message.body()));
    bus.<EdgeReport>localConsumer(Bus.EDGES, this::onEdges);
    bus.<StoreDamaged>localConsumer(Bus.DAMAGED, message -> onDamaged(message.body()));
    bus.<SiteMembers>localConsumer(Bus.MEMBERS, message -> onMembers(message.body()));
    bus.<StreamFrame.Fetch>localConsumer(Bus.FETCH, this::onFetch);
    bus.<AskRequests>localConsumer(Bus.REQUESTS, this::onAskRequests);
    bus.<AskHandOver>localConsumer(Bus.HAND_OVER, this::onAskHandOver);
    sockets.handler(
        new DatagramHandler() {
          @Override
          public void onDatagram(byte[] data, InetSocketAddress sender, boolean multicast) {
            ReplicationVerticle.this.onDatagram(data, sender, multicast);
          }

          @Override
          public void onBurstEnd() {
            endTurn();
          }
        });
  }

  /** This node's UDP port, once started. */
  public int unicastPort() {
    return sockets.unicastPort();
  }

  /** The others hear no more of this node; what it is writing gets to its disk. */
  @Override
  public Future<Void> drain() {
    return Future.future(
        promise ->
            context.runOnContext(
                nothing -> {
                  ending = true;
                  vertx.cancelTimer(statusTimerId);
                  handOver()
                      .eventually(
                          () -> {
                            draining = true;
                            return disconnect();
                          })
                      .eventually(() -> writing)
                      .onComplete(promise);
                }));
  }

  /** Somebody else orders before this node goes, if somebody can. */
  private Future<Void> handOver() {
    if (core == null || core.handOver(System.nanoTime()).isEmpty()) {
      return Future.succeededFuture();
    }
    handingOver = true;
    endTurn();
    return once(() -> !core.isMaster(), HandOver.PATIENCE_NANOS);
  }

  /** When {@code reached}, or after {@code nanos}. */
  private Future<Void> once(BooleanSupplier reached, long nanos) {
    Promise<Void> promise = Promise.promise();
    long deadline = System.nanoTime() + nanos;
    vertx.setPeriodic(
        HAND_OVER_CHECK_MILLIS,
        id -> {
          if (reached.getAsBoolean() || System.nanoTime() >= deadline) {
            vertx.cancelTimer(id);
            promise.complete();
          }
        });
    return promise.future();
  }

  private void onAskHandOver(Message<AskHandOver> message) {
    NodeId to = message.body().to();
    int slot = options.electorate().indexOf(to);
    if (slot < 0) {
      refuse(
          message,
          ErrorCode.BAD_REQUEST,
          to + " is no core node of this site; these are: " + options.electorate());
    } else if (!core.isMaster()) {
      refuse(
          message,
          ErrorCode.NO_MASTER,
          core.masterSlot() < 0
              ? "no master is known now; retry shortly"
              : options.electorate().get(core.masterSlot()) + " is the master: ask that node");
    } else if (slot == options.self()) {
      message.reply(new HandedOver(to, core.term()), Bus.LOCAL_ONLY);
    } else if (!core.handOverTo(slot, System.nanoTime())) {
      refuse(
          message,
          ErrorCode.NOT_READY,
          to + " is not level with the master, or another change is under way; retry shortly");
    } else {
      handingOver = true;
      endTurn();
      once(() -> core.masterSlot() == slot, 2 * HandOver.PATIENCE_NANOS)
          .onSuccess(over -> answerHandOver(message, slot));
    }
  }

  private void answerHandOver(Message<AskHandOver> message, int slot) {
    if (core.masterSlot() == slot) {
      message.reply(new HandedOver(message.body().to(), core.term()), Bus.LOCAL_ONLY);
    } else {
      refuse(
          message,
          ErrorCode.NO_MASTER,
          message.body().to() + " has not taken over in time; /v1/cluster says who orders");
    }
  }

  private static void refuse(Message<?> message, ErrorCode code, String detail) {
    StoreMessages.refuse(message, new WidecastException(code, detail));
  }

  @Override
  public Future<?> stop() {
    return ending ? Future.succeededFuture() : disconnect();
  }

  private Future<Void> disconnect() {
    vertx.cancelTimer(timerId);
    Future<Void> linkClosed =
        link == null ? Future.succeededFuture() : link.close().eventually(copyTaker::close);
    return sockets == null ? linkClosed : linkClosed.eventually(sockets::close);
  }

  // ---- inputs

  private void onDatagram(byte[] data, InetSocketAddress sender, boolean multicast) {
    if (LanCodec.isFrom(options.self(), data) && sender.getPort() == sockets.unicastPort()) {
      return; // a multicast comes back to its sender
    }
    try {
      LanPacket packet = codec.decode(data);
      if (packet.sender() == options.self()) {
        return;
      }
      metrics.increment(Metric.DATAGRAMS_RECEIVED);
      if (packet.sender() < options.electorate().size()) {
        addresses.put(packet.sender(), sender);
        hinted.remove(sender);
      }
      core.onPacket(packet, multicast, System.nanoTime(), System.currentTimeMillis());
      if (packet.sender() == core.masterSlot()) {
        followMaster();
      }
    } catch (WireException e) { // anyone can send to a group: counted, never logged one by one
      FrameSocket.count(metrics, e);
    }
  }

  private void onPublish(Message<PublishBatch> message) {
    if (ending) {
      refuseAll(
          message, new WidecastException(ENDING.code(), ENDING.detail(), Map.of("written", false)));
      return;
    }
    boolean fromCore = message.headers().contains(Bus.FROM_CORE);
    if (!core.isMaster() && !fromCore && core.masterSlot() >= 0) {
      link.publish(message.body().requests())
          .onSuccess(outcomes -> message.reply(new PublishOutcomes(outcomes), Bus.LOCAL_ONLY))
          .onFailure(failure -> refuseAll(message, failure));
      return;
    }
    onceInMemory(message.body().requests(), () -> order(message));
  }

  private void order(Message<PublishBatch> message) {
    publishes.begin(
        message.body().requests(),
        outcomes -> message.reply(new PublishOutcomes(outcomes), Bus.LOCAL_ONLY),
        (ticket, request) ->
            core.publish(ticket, request, System.nanoTime(), System.currentTimeMillis()));
    endTurnSoon();
  }

  /**
   * The master looks at what its keys hold before it orders, and must not wait for a disk while it
   * does: what is not in memory is read on a worker first. Requests keep their order.
   */
  private void onceInMemory(List<PublishRequest> requests, Runnable action) {
    View now = map;
    if (now.hasStatesInMemory() && loading.isComplete()) {
      action.run();
      return;
    }
    List<Key> missing = new ArrayList<>();
    for (PublishRequest request : requests) {
      request.compares().forEach(compare -> addIfMissing(now, compare.key(), missing));
      request.drafts().forEach(draft -> addIfMissing(now, draft.key(), missing));
    }
    if (missing.isEmpty() && loading.isComplete()) {
      action.run();
      return;
    }
    loading =
        loading
            .transform(
                before ->
                    vertx.executeBlocking(
                        () -> {
                          missing.forEach(now::findState);
                          return null;
                        },
                        false))
            .transform(
                over -> { // should one have failed, the master meets the same failure itself
                  action.run();
                  return Future.succeededFuture();
                });
  }

  /** Where keys stand, for the master, which refuses a write of what it cannot know that of. */
  private static Function<Key, Optional<Versioned>> states(View view) {
    return key -> {
      try {
        return view.findState(key);
      } catch (StoreException damage) {
        WidecastException refusal = StoreMessages.damaged(damage);
        throw new WidecastException(refusal.code(), refusal.detail(), Map.of("written", false));
      }
    };
  }

  private static void addIfMissing(View now, Key key, List<Key> missing) {
    if (now.findStateNow(key).isEmpty()) {
      missing.add(key);
    }
  }

  private static void refuseAll(Message<PublishBatch> message, Throwable failure) {
    WidecastException cause =
        failure instanceof WidecastException known
            ? known
            : new WidecastException(ErrorCode.NO_MASTER, "the master cannot be reached now");
    PublishOutcome refused =
        new PublishOutcome.Refused(cause.code(), cause.detail(), cause.extras());
    var outcomes = new ArrayList<PublishOutcome>();
    message.body().requests().forEach(request -> outcomes.add(refused));
    message.reply(new PublishOutcomes(outcomes), Bus.LOCAL_ONLY);
  }

  /** The key is of no use: a core node holds every key. */
  private void onAskRead(Message<AskRead> message) {
    Consumer<ReadOutcome> answer =
        outcome -> message.reply(new ReadAnswered(outcome), Bus.LOCAL_ONLY);
    if (ending) {
      answer.accept(ENDING);
    } else if (core.isMaster() || message.headers().contains(Bus.FROM_CORE)) {
      reads.put(nextRead, answer);
      core.read(nextRead++, System.nanoTime());
      endTurnSoon();
    } else {
      indexAsks.add(answer);
    }
  }

  private boolean askMaster(long number) {
    return link.send(new StreamFrame.Read(number, Optional.empty()));
  }

  private void onApplied(Applied applied) {
    map = applied.view();
    if (!applied.jumped()) {
      core.onApplied(states(applied.view()), applied.view().token().revision(), applied.entries());
      endTurnSoon();
    } // a copy is taken in by onCopied, once it is on disk
  }

  private void onDamaged(StoreDamaged damaged) {
    CoreNode.Mending mending = core.onDamaged(System.nanoTime(), System.currentTimeMillis());
    switch (mending) {
      case COPYING -> LOG.warn("taking a whole copy to mend the store: {}", damaged.detail());
      case HANDING_OVER -> {
        handingOver = true;
        LOG.warn("the store is damaged: another node is to order, so that it can be mended");
      }
      case ALONE ->
          LOG.warn("the store is damaged, and no other node can mend it now: {}", damaged.detail());
      default -> throw new AssertionError(mending);
    }
    endTurnSoon();
  }

  private void onEdges(Message<EdgeReport> message) {
    if (core.isMaster()) {
      core.onEdgeReport(message.body(), System.nanoTime());
      endTurnSoon();
    } else if (!message.headers().contains(Bus.FROM_CORE)) {
      StreamFrame.Report.split(message.body()).forEach(link::send);
    }
  }

  private void onMembers(SiteMembers members) {
    for (SiteMembers.Member member : members.members()) {
      int slot = options.electorate().indexOf(member.id());
      boolean useful = slot >= 0 && slot != options.self() && member.unicastPort() > 0;
      if (useful && !addresses.containsKey(slot)) {
        hinted.add(new InetSocketAddress(member.host(), member.unicastPort()));
      }
    }
  }

  /** Another core node wants entries by number. */
  private void onFetch(Message<StreamFrame.Fetch> message) {
    LanFrame.Range range = message.body().range();
    long first = Math.max(range.first(), core.log().first());
    long last = Math.min(range.last(), core.log().last().revision());
    long term = core.isMaster() ? core.term() : 0;
    var entries = new ArrayList<io.widecast.model.EncodedEntry>();
    long bytes = 0;
    for (long revision = first; revision <= last && bytes < StreamFrame.BATCH_BYTES; revision++) {
      entries.add(core.log().get(revision));
      bytes += core.log().get(revision).sizeBytes();
    }
    message.reply(new StreamFrame.Fetched(term, entries), Bus.LOCAL_ONLY);
  }

  /** A copy of the map goes to another core node, which must know the requests in it. */
  private void onAskRequests(Message<AskRequests> message) {
    core.requestsUpTo(message.body().at())
        .ifPresentOrElse(
            known -> message.reply(new KnownRequests(known), Bus.LOCAL_ONLY),
            () ->
                message.fail(ErrorCode.NOT_READY.ordinal(), "this node has just taken one itself"));
  }

  private void onLinkFrame(StreamFrame frame) {
    if (frame instanceof StreamFrame.Fetched fetched) {
      core.onFetched(fetched.term(), fetched.entries(), System.nanoTime());
      endTurnSoon();
    } else if (frame instanceof StreamFrame.ReadDone done) {
      indexAsks.onAnswer(done.number(), done.outcome());
    } else if (frame instanceof StreamFrame.Status news) {
      told = Optional.of(news.status().cluster());
    } else if (frame instanceof StreamFrame.Refusal refusal) {
      LOG.warn("the master refuses this node's connection: {}", refusal.detail());
    } // parts of a copy come on a connection of their own
  }

  // ---- turns

  private void endTurnSoon() {
    if (!turnEnds) {
      turnEnds = true;
      context.runOnContext(nothing -> endTurn());
    }
  }

  private void endTurn() {
    turnEnds = false;
    if (draining) {
      return;
    }
    perform(core.endTurn(System.nanoTime()));
    schedule();
  }

  private void schedule() {
    long due = core.nextTimerNanos();
    if (due >= timerDueNanos) {
      return; // the timer set is early enough; what it finds undone it sets anew
    }
    if (timerId >= 0) {
      vertx.cancelTimer(timerId);
    }
    timerDueNanos = due;
    long delayNanos = Math.max(0, due - System.nanoTime());
    timerId = vertx.setTimer(Math.max(1, (delayNanos + 999_999) / 1_000_000), id -> onTimer());
  }

  private void onTimer() {
    timerId = -1;
    timerDueNanos = CoreNode.NEVER;
    core.onTimer(System.nanoTime(), System.currentTimeMillis());
    endTurn();
  }

  // ---- outputs

  private void perform(List<CoreOutput> outputs) {
    for (CoreOutput output : outputs) {
      if (output instanceof CoreOutput.Multicast send) {
        multicast(send.packet());
      } else if (output instanceof CoreOutput.Unicast send) {
        InetSocketAddress to = addresses.get(send.slot());
        if (to != null) {
          sockets.unicast(codec.encode(send.packet()), to);
        }
      } else if (output instanceof CoreOutput.WriteLog write) {
        write(write.write());
      } else if (output instanceof CoreOutput.Commit commit) {
        vertx.eventBus().send(Bus.COMMITTED, commit.committed(), Bus.LOCAL_ONLY);
      } else if (output instanceof CoreOutput.Reply reply) {
        publishes.answer(reply.ticket(), reply.outcome());
      } else if (output instanceof CoreOutput.ReadReply reply) {
        reads.remove(reply.ticket()).accept(reply.outcome());
      } else if (output instanceof CoreOutput.Fetch fetch) {
        link.send(new StreamFrame.Fetch(fetch.range()));
      } else if (output instanceof CoreOutput.TakeCopy copy) {
        takeCopy(copy.atLeast());
      } else if (output instanceof CoreOutput.RoleChanged role) {
        onRole(role);
      } else {
        throw new AssertionError(output); // Java 17 does not check this chain: a test does
      }
    }
  }

  private void multicast(LanPacket packet) {
    byte[] datagram = codec.encode(packet);
    sockets.multicast(datagram);
    if (packet.frame() instanceof LanFrame.Hello) {
      // A greeting goes everywhere, so that nodes find each other where multicast does not work.
      addresses.values().forEach(to -> sockets.unicast(datagram, to));
      hinted.forEach(to -> sockets.unicast(datagram, to));
    }
  }

  private void write(LogWrite write) {
    writing =
        vertx
            .eventBus()
            .<LogDurable>request(Bus.LOG, write, Bus.LOCAL_ONLY)
            .onSuccess(durable -> core.onLogDurable(System.nanoTime(), System.currentTimeMillis()))
            .onFailure(this::onNotWritten)
            .onComplete(done -> endTurn());
  }

  private void onNotWritten(Throwable failure) {
    if (StoreMessages.refusal(failure).code() == ErrorCode.INTERNAL) {
      return; // the store has failed for good, and whoever runs the node ends it
    }
    LOG.warn("the log was not written, and is tried again: {}", failure.getMessage());
    core.onLogFailed(System.nanoTime());
  }

  private void takeCopy(Token atLeast) {
    LOG.info("too far behind: taking a copy from the master, or what has changed");
    masterAddress()
        .map(address -> copyTaker.take(address, greeting, atLeast))
        .orElse(Future.failedFuture("it is not known where the master is"))
        .compose(
            requests ->
                vertx
                    .eventBus()
                    .<Applied>request(Bus.VIEW, new AskView(), Bus.LOCAL_ONLY)
                    .onSuccess(applied -> copied(applied.body().view(), requests)))
        .onFailure(
            failure -> {
              LOG.warn("no copy was to be had, trying again: {}", failure.getMessage());
              core.onCopyFailed(System.nanoTime());
            })
        .onComplete(done -> endTurn());
  }

  private void copied(View view, List<RecentRequest> requests) {
    LOG.info("copy taken, at {}, with {} named requests", view.token(), requests.size());
    core.onCopied(view.token(), requests, states(view), System.nanoTime());
  }

  private void onRole(CoreOutput.RoleChanged role) {
    told = Optional.empty();
    if (role.master()) {
      LOG.info("this node is the master, term {}", role.term());
      link.drop();
    } else if (role.masterSlot() >= 0) {
      LOG.info(
          "the master is {}, term {}", options.electorate().get(role.masterSlot()), role.term());
      followMaster();
    } else {
      if (handingOver) {
        LOG.info("this node has handed over, and no longer orders");
      } else {
        LOG.warn("this node no longer orders, and no master is known");
      }
      link.drop();
    }
    handingOver = false;
    tellStatus();
  }

  /** Keeps the connection to the master where its greetings say it listens. */
  private void followMaster() {
    masterAddress().ifPresent(address -> link.follow(address.host(), address.port()));
  }

  /** Where the master listens for core nodes; empty when this is it, or it has not greeted. */
  private Optional<SocketAddress> masterAddress() {
    int slot = core.masterSlot();
    InetSocketAddress address = addresses.get(slot);
    if (address == null || core.isMaster()) {
      return Optional.empty();
    }
    String host = address.getAddress().getHostAddress();
    return core.peers()
        .hello(slot)
        .map(hello -> SocketAddress.inetSocketAddress(hello.tcpPort(), host));
  }

  private void tellStatus() {
    long nowNanos = System.nanoTime();
    NodeStatus now =
        status.of(core, link.isConnected(), told, nowNanos, System.currentTimeMillis());
    metrics.set(
        Gauge.UNICAST_MEMBERS,
        options.unicastFallback() ? Long.bitCount(core.peers().unreached(nowNanos)) : 0);
    vertx.eventBus().publish(Bus.STATUS, now, Bus.LOCAL_ONLY);
  }
}
