package io.widecast.replication;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.widecast.bus.AskRead;
import io.widecast.bus.AskRequests;
import io.widecast.bus.Bus;
import io.widecast.bus.Drainable;
import io.widecast.bus.EdgeReport;
import io.widecast.bus.KnownRequests;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.bus.NodeStatus;
import io.widecast.bus.PublishBatch;
import io.widecast.bus.PublishOutcomes;
import io.widecast.bus.ReadAnswered;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.net.CopySender;
import io.widecast.net.FrameSocket;
import io.widecast.replication.wan.EdgeStream;
import io.widecast.replication.wan.EntryWindow;
import io.widecast.resync.ChangedRows;
import io.widecast.store.Applied;
import io.widecast.store.AskView;
import io.widecast.store.CopyView;
import io.widecast.store.StoreMessages;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import io.widecast.store.log.StoreException;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a core node's connections: a filtered stream for each edge node, from this node's own
 * ordered copy, and what other core nodes ask for. Each edge's {@link EdgeStream} decides; this
 * verticle owns the sockets. One event loop.
 */
public final class StreamServerVerticle extends VerticleBase implements Drainable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamServerVerticle.class);

  private static final int CONNECTIONS_MAX = 2_048;
  private static final long GREETING_MILLIS = 5_000;
  private static final long PUMP_MILLIS = 20;
  private static final long REPORT_MILLIS = 200; // even when nothing changed: it lives
  private static final int LOG_READ_BYTES = 1 << 20;
  private static final int READS_MAX = 4_096; // of one session, without an answer
  private static final ReadOutcome.Refused TOO_MANY_READS =
      new ReadOutcome.Refused(
          ErrorCode.OVERLOADED, "more than " + READS_MAX + " reads wait for an answer: try again");
  private static final long EDGES_TOLD_NANOS = 1_000_000_000L;

  private final StreamServerOptions options;
  private final Metrics metrics;
  private final StreamCodec codec;
  private final Map<FrameSocket, Session> sessions = new LinkedHashMap<>();
  private NetServer lanServer;
  private NetServer wanServer;
  private View view;
  private final List<Waiting> waiting = new ArrayList<>(); // for the view to come as far

  /** To be done once the view is at a position. */
  private record Waiting(Token at, FrameSocket socket, Runnable action) {}

  private EntryWindow window;
  private final Promise<Void> answered = Promise.promise(); // every forwarded publish, at the end
  private long ticks = -1; // timer
  private boolean draining;
  private int forwarding;
  private int connections;
  private boolean reportDue;
  private long reportedNanos;
  private long edgesToldNanos;
  private int streamsOpened;

  /** A connection that has greeted. */
  private final class Session {
    private final FrameSocket socket;
    private final StreamFrame.Greeting greeting;
    private final EdgeStream stream; // null for a core node
    private int reads; // that have no answer yet

    private Session(FrameSocket socket, StreamFrame.Greeting greeting) {
      this.socket = socket;
      this.greeting = greeting;
      this.stream =
          greeting
              .filter()
              .map(filter -> new EdgeStream(filter, greeting.position(), System.nanoTime()))
              .orElse(null);
    }
  }

  public StreamServerVerticle(StreamServerOptions options, Metrics metrics) {
    this.options = options;
    this.metrics = metrics;
    this.codec = new StreamCodec(options.cluster());
  }

  /** The port for core nodes, once started. */
  public int lanPort() {
    return lanServer.actualPort();
  }

  /** The port for edge nodes, once started; -1 when this node serves none. */
  public int wanPort() {
    return wanServer == null ? -1 : wanServer.actualPort();
  }

  @Override
  public Future<?> start() {
    EventBus bus = vertx.eventBus();
    bus.<Applied>localConsumer(Bus.APPLIED, message -> onApplied(message.body()));
    bus.<NodeStatus>localConsumer(Bus.STATUS, message -> onStatus(message.body()));
    return bus.<Applied>request(Bus.VIEW, new AskView(), Bus.LOCAL_ONLY)
        .compose(
            found -> {
              if (view == null) {
                view = found.body().view();
                window = new EntryWindow(view.token(), options.windowBytes());
              }
              ticks = vertx.setPeriodic(PUMP_MILLIS, id -> onTick());
              return listen(options.lanHost(), 0, false);
            })
        .compose(
            server -> {
              lanServer = server;
              return options.wanHost().isPresent()
                  ? listen(options.wanHost().get(), options.wanPort(), true)
                  : Future.<NetServer>succeededFuture(null);
            })
        .onSuccess(server -> wanServer = server);
  }

  /** Publishes that came before this get their answers; then the connections are closed. */
  @Override
  public Future<Void> drain() {
    return Future.future(
        promise ->
            context.runOnContext(
                nothing -> {
                  draining = true;
                  vertx.cancelTimer(ticks);
                  sessions.keySet().forEach(FrameSocket::pause);
                  forwardingEnds();
                  answered.future().eventually(this::disconnect).onComplete(promise);
                }));
  }

  private void forwardingEnds() {
    if (draining && forwarding == 0) {
      answered.tryComplete();
    }
  }

  private Future<Void> disconnect() {
    List<Future<Void>> closed = sessions.keySet().stream().map(FrameSocket::close).toList();
    return Future.join(closed)
        .eventually(lanServer::close)
        .eventually(() -> wanServer == null ? Future.succeededFuture() : wanServer.close())
        .mapEmpty();
  }

  private Future<NetServer> listen(String host, int port, boolean wan) {
    return vertx
        .createNetServer(new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(1024))
        .connectHandler(socket -> onConnect(socket, wan))
        .listen(port, host);
  }

  // ---- connections

  private void onConnect(NetSocket netSocket, boolean wan) {
    if (draining || connections >= CONNECTIONS_MAX) {
      netSocket.close();
      return;
    }
    connections++;
    var socket = new FrameSocket(vertx, netSocket, codec, metrics, faults(wan));
    long deadline = vertx.setTimer(GREETING_MILLIS, id -> socket.close());
    socket.closeHandler(() -> onClosed(socket, deadline));
    socket.handler(
        frame -> {
          vertx.cancelTimer(deadline);
          if (frame instanceof StreamFrame.Greeting greeting) {
            greet(socket, greeting, wan);
          } else {
            metrics.increment(Metric.FRAMES_MALFORMED);
            socket.close();
          }
        });
  }

  private Optional<FaultInjector> faults(boolean wan) {
    return !wan || options.faults().isNone()
        ? Optional.empty()
        : Optional.of(
            FaultInjector.of(
                options.faults(),
                options.faultSeed(),
                options.id() + "/wan-server-" + streamsOpened++));
  }

  private void onClosed(FrameSocket socket, long deadline) {
    connections--;
    vertx.cancelTimer(deadline);
    waiting.removeIf(one -> one.socket == socket);
    Session session = sessions.remove(socket);
    if (session != null && session.stream != null) {
      LOG.info("edge {} disconnected", session.greeting.id());
    }
    gauge();
  }

  private void greet(FrameSocket socket, StreamFrame.Greeting greeting, boolean wan) {
    if (wan && greeting.filter().isEmpty()) {
      socket.send(
          new StreamFrame.Refusal(
              "this is a port for edge nodes; core nodes find each other on the LAN"));
      socket.close();
      return;
    }
    if (greeting.filter().isPresent()) {
      replaceOlder(greeting);
    }
    var session = new Session(socket, greeting);
    sessions.put(socket, session);
    socket.handler(frame -> onFrame(session, frame));
    if (session.stream != null) {
      LOG.info(
          "edge {} of {} connected at {}, filter {}",
          greeting.id(),
          greeting.site(),
          greeting.position(),
          session.stream.filter());
      socket.onDrained(() -> pump(session));
      perform(session, session.stream.start(window, System.nanoTime()));
      reportDue = true;
    }
    gauge();
  }

  /** A node that comes again has lost its former connection, even if that is not seen here yet. */
  private void replaceOlder(StreamFrame.Greeting greeting) {
    for (Session other : List.copyOf(sessions.values())) {
      if (other.greeting.id().equals(greeting.id()) && other.stream != null) {
        other.socket.send(
            new StreamFrame.Refusal("a newer connection of " + greeting.id() + " replaces this"));
        other.socket.close();
        sessions.remove(other.socket);
      }
    }
  }

  private void onFrame(Session session, StreamFrame frame) {
    if (frame instanceof StreamFrame.Publish publish) {
      forward(session, publish);
    } else if (frame instanceof StreamFrame.Ack ack && session.stream != null) {
      session.stream.onAck(ack.position());
      reportDue = true;
      pump(session);
    } else if (frame instanceof StreamFrame.Fetch fetch && session.stream == null) {
      vertx
          .eventBus()
          .<StreamFrame.Fetched>request(Bus.FETCH, fetch, Bus.LOCAL_ONLY)
          .onSuccess(fetched -> session.socket.send(fetched.body()));
    } else if (frame instanceof StreamFrame.AskCopy ask && session.stream == null) {
      onceHere(ask.atLeast(), session, () -> sendCopyToCore(session, ask.held()));
    } else if (frame instanceof StreamFrame.Read read) {
      read(session, read);
    } else if (frame instanceof StreamFrame.Report report && session.stream == null) {
      vertx.eventBus().send(Bus.EDGES, report.report(), fromCore());
    } else {
      metrics.increment(Metric.FRAMES_MALFORMED);
      session.socket.close();
    }
  }

  private void forward(Session session, StreamFrame.Publish publish) {
    DeliveryOptions delivery =
        session.stream == null ? fromCore() : new DeliveryOptions(Bus.LOCAL_ONLY);
    forwarding++;
    delivery.setSendTimeout(io.widecast.model.PublishRequest.TIMEOUT_MILLIS_MAX);
    vertx
        .eventBus()
        .<PublishOutcomes>request(Bus.PUBLISH, new PublishBatch(publish.requests()), delivery)
        .onSuccess(
            outcomes ->
                session.socket.send(
                    new StreamFrame.Outcomes(publish.number(), outcomes.body().outcomes())))
        .onFailure(
            failure -> {
              LOG.warn("a forwarded publish was not answered: {}", failure.getMessage());
              session.socket.close(); // its sender then knows that the outcome is open
            })
        .onComplete(
            answer -> {
              forwarding--;
              forwardingEnds();
            });
  }

  // ---- reads at the master

  /** Core nodes ask the master how far they must be; edge nodes may want a key read as well. */
  private void read(Session session, StreamFrame.Read read) {
    if (session.reads >= READS_MAX) {
      session.socket.send(new StreamFrame.ReadDone(read.number(), TOO_MANY_READS));
      return;
    }
    session.reads++;
    DeliveryOptions delivery =
        session.stream == null ? fromCore() : new DeliveryOptions(Bus.LOCAL_ONLY);
    vertx
        .eventBus()
        .<ReadAnswered>request(Bus.READ, new AskRead(Optional.empty()), delivery)
        .compose(answered -> readKey(session, read.key(), answered.body().outcome()))
        .recover(failure -> Future.succeededFuture(refusal(failure)))
        .onSuccess(
            outcome -> {
              session.reads--;
              session.socket.send(new StreamFrame.ReadDone(read.number(), outcome));
            });
  }

  private Future<ReadOutcome> readKey(Session session, Optional<Key> key, ReadOutcome outcome) {
    if (key.isEmpty() || !(outcome instanceof ReadOutcome.At at)) {
      return Future.succeededFuture(outcome);
    }
    Promise<ReadOutcome> promise = Promise.promise();
    onceHere(at.index(), session, () -> findHere(key.get()).onComplete(promise));
    return promise.future();
  }

  /** Nearly always it is in memory, and needs no worker. */
  private Future<ReadOutcome> findHere(Key key) {
    View now = view;
    Optional<Optional<Versioned>> known = now.findNow(key);
    Future<Optional<Versioned>> found =
        known.isPresent()
            ? Future.succeededFuture(known.get())
            : vertx.executeBlocking(() -> now.find(key), false);
    return found.map(versioned -> new ReadOutcome.At(now.token(), versioned));
  }

  private ReadOutcome refusal(Throwable failure) {
    WidecastException cause;
    if (failure instanceof StoreException met) {
      LOG.error("a read for an edge node met damage: {}", met.getMessage());
      var damaged = new StoreRequest.Damaged(met.getMessage()); // so that it is mended
      vertx.eventBus().send(Bus.STORE, damaged, Bus.LOCAL_ONLY);
      cause = StoreMessages.damaged(met);
    } else {
      cause = StoreMessages.refusal(failure);
    }
    return new ReadOutcome.Refused(cause.code(), cause.detail());
  }

  private static DeliveryOptions fromCore() {
    return new DeliveryOptions(Bus.LOCAL_ONLY).addHeader(Bus.FROM_CORE, "true");
  }

  // ---- streams

  private void onApplied(Applied applied) {
    view = applied.view();
    if (window == null) {
      window = new EntryWindow(view.token(), options.windowBytes());
    } else if (applied.jumped()) {
      window.onJump(view.token());
      for (Session session : List.copyOf(sessions.values())) {
        if (session.stream != null) {
          perform(session, session.stream.onJump(window));
        }
      }
    } else {
      window.onApplied(applied.entries(), view.token());
      List.copyOf(sessions.values()).forEach(this::pump);
    }
    runWaiting();
  }

  private void onTick() {
    List.copyOf(sessions.values()).forEach(this::pump);
    long nowNanos = System.nanoTime();
    if (reportDue || nowNanos - reportedNanos > REPORT_MILLIS * 1_000_000) {
      report(nowNanos);
    }
  }

  private void pump(Session session) {
    if (session.stream != null && !session.socket.isFull()) {
      perform(session, session.stream.pump(window, System.nanoTime()));
    }
  }

  private void perform(Session session, List<EdgeStream.Output> outputs) {
    for (EdgeStream.Output output : outputs) {
      if (output instanceof EdgeStream.Output.Send send) {
        int bytes = session.socket.send(send.frame());
        boolean entries =
            send.frame() instanceof StreamFrame.Entries frame && !frame.entries().isEmpty();
        metrics.add(entries ? Metric.WAN_BYTES_ENTRIES : Metric.WAN_BYTES_CONTROL, bytes);
      } else if (output instanceof EdgeStream.Output.ReadLog read) {
        readLog(session, read.revision());
      } else if (output instanceof EdgeStream.Output.SendCopy) {
        sendCopyToEdge(session);
      } else {
        throw new AssertionError(output);
      }
    }
  }

  private void readLog(Session session, long after) {
    vertx
        .eventBus()
        .<LogSlice>request(Bus.LOG_READ, new LogRead(after, LOG_READ_BYTES), Bus.LOCAL_ONLY)
        .onComplete(
            read -> {
              boolean complete = read.succeeded() && read.result().body().complete();
              List<io.widecast.model.EncodedEntry> entries =
                  complete ? read.result().body().entries() : List.of();
              if (sessions.containsKey(session.socket)) {
                perform(
                    session, session.stream.onLog(complete, entries, window, System.nanoTime()));
              }
            });
  }

  private void sendCopyToEdge(Session session) {
    Holding theirs = session.greeting.held();
    onceHere(
        theirs.first(),
        session,
        () ->
            holdView(
                session,
                theirs,
                held -> sendCopy(session, held, List.of(), session.stream.filter())));
  }

  /** Another core node may have to order next, and then to know who asked for what. */
  private void sendCopyToCore(Session session, Holding theirs) {
    if (session.socket.isClosed()) {
      return; // it did not wait for this node to come as far
    }
    holdView(
        session,
        theirs,
        held ->
            vertx
                .eventBus()
                .<KnownRequests>request(
                    Bus.REQUESTS, new AskRequests(held.view().token()), Bus.LOCAL_ONLY)
                .onSuccess(known -> sendCopy(session, held, known.body().requests(), Filter.ALL))
                .onFailure(
                    failure -> {
                      release(held);
                      refuseCopy(session, failure);
                    }));
  }

  /** A copy is of a snapshot that is held, never of the map that moves on. */
  private void holdView(Session session, Holding theirs, Consumer<CopyView> then) {
    vertx
        .eventBus()
        .<CopyView>request(Bus.STORE, new StoreRequest.ViewToCopy(theirs), Bus.LOCAL_ONLY)
        .onSuccess(
            answer -> {
              CopyView held = answer.body();
              if (session.socket.isClosed()) {
                release(held);
              } else {
                onceHere(held.view().token(), session, () -> then.accept(held));
              }
            })
        .onFailure(failure -> refuseCopy(session, failure));
  }

  /** The store may be a step ahead of what it has told. */
  private void onceHere(Token at, Session session, Runnable action) {
    if (view.token().compareTo(at) >= 0) {
      action.run();
    } else {
      waiting.add(new Waiting(at, session.socket, action));
    }
  }

  private void runWaiting() {
    for (Waiting one : List.copyOf(waiting)) {
      if (view.token().compareTo(one.at) >= 0) {
        waiting.remove(one);
        one.action.run();
      }
    }
  }

  private void refuseCopy(Session session, Throwable failure) {
    String who = session.greeting == null ? "a node" : session.greeting.id().toString();
    LOG.warn("{} gets no copy: {}", who, failure.getMessage());
    session.socket.close(); // it then asks again
  }

  private void release(CopyView held) {
    if (held.hold() != 0) {
      vertx.eventBus().send(Bus.STORE, new StoreRequest.Release(held.hold()), Bus.LOCAL_ONLY);
    }
  }

  private void sendCopy(
      Session session, CopyView held, List<RecentRequest> requests, Filter filter) {
    metrics.increment(Metric.COPIES_SERVED);
    ChangedRows rows = held.rows(filter);
    Metric counter = session.stream == null ? Metric.LAN_BYTES_COPY : Metric.WAN_BYTES_COPY;
    new CopySender(
            vertx,
            session.socket,
            new StreamFrame.CopyBegin(held.view().token(), held.changed()),
            rows::next,
            requests,
            bytes -> metrics.add(counter, bytes),
            at -> onCopySent(session, at),
            () -> release(held))
        .start();
  }

  private void onCopySent(Session session, Token at) {
    if (session.stream == null || !sessions.containsKey(session.socket)) {
      return;
    }
    session.socket.onDrained(() -> pump(session));
    perform(session, session.stream.onCopySent(at, window, System.nanoTime()));
    reportDue = true;
  }

  // ---- reports

  private void report(long nowNanos) {
    reportDue = false;
    reportedNanos = nowNanos;
    var edges = new ArrayList<EdgeReport.Edge>();
    long backlog = 0;
    for (Session session : sessions.values()) {
      if (session.stream == null) {
        continue;
      }
      backlog += session.stream.inFlightBytes();
      edges.add(
          new EdgeReport.Edge(
              session.greeting.id(),
              session.greeting.site(),
              session.stream.filter(),
              session.stream.acked().revision(),
              session.stream.isLevel(),
              session.stream.inFlightBytes(),
              session.greeting.http()));
    }
    metrics.set(Gauge.WAN_BACKLOG_BYTES, backlog);
    if (!edges.isEmpty()) {
      vertx.eventBus().publish(Bus.EDGES, new EdgeReport(edges), Bus.LOCAL_ONLY);
    }
  }

  /** Everybody connected learns who is there: core nodes at once, edge nodes once a second. */
  private void onStatus(NodeStatus status) {
    long nowNanos = System.nanoTime();
    boolean edgesToo = nowNanos - edgesToldNanos > EDGES_TOLD_NANOS;
    edgesToldNanos = edgesToo ? nowNanos : edgesToldNanos;
    var frame = new StreamFrame.Status(status);
    for (Session session : sessions.values()) {
      if (session.socket.isFull() || session.stream != null && !edgesToo) {
        continue;
      }
      int bytes = session.socket.send(frame);
      if (session.stream != null) {
        metrics.add(Metric.WAN_BYTES_CONTROL, bytes);
      }
    }
  }

  private void gauge() {
    metrics.set(
        Gauge.WAN_STREAMS,
        sessions.values().stream().filter(session -> session.stream != null).count());
  }
}
