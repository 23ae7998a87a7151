package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.widecast.bus.Bus;
import io.widecast.bus.Drainable;
import io.widecast.bus.NodeStatus;
import io.widecast.metrics.Metrics;
import io.widecast.store.Applied;
import io.widecast.store.AskView;
import io.widecast.store.StoreRequest;
import io.widecast.watch.WatchHub;
import io.widecast.watch.WatchLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves a node's clients. Starts once the store has told its view, so that every answer has a
 * position. Several instances may serve one port, each on its event loop: each owns the connections
 * that it accepted, with their watches and what they wait for.
 */
public final class ApiVerticle extends VerticleBase implements Drainable {

  static final int REQUEST_LINE_BYTES_MAX = 32 << 10; // long lists of patterns
  static final int HEADER_BYTES_MAX = 16 << 10;

  /** A negative number is one free port for all instances; 0 would be one for each. */
  private static final int SHARED_FREE_PORT = -1;

  /** Mass reconnects come at once. */
  private static final int ACCEPT_BACKLOG = 4096;

  /** A slow client has this long to read up to the close frame. */
  private static final int CLOSING_SECONDS = 60;

  private static final long DRAIN_SECONDS = 5;

  private final ApiOptions options;
  private final Metrics metrics;
  private final LatestView latest;
  private LocalNode node;
  private StoreAccess store;
  private Watches watches;
  private StreamHandler stream;
  private MetricsHandler metricsHandler;
  private HttpServer server;
  private final List<Applied> early = new ArrayList<>(); // came before the view that was asked for
  private final Connections connections = new Connections();

  /** The only instance of its node. */
  public ApiVerticle(ApiOptions options, Metrics metrics) {
    this(options, metrics, new LatestView());
  }

  private ApiVerticle(ApiOptions options, Metrics metrics, LatestView latest) {
    this.options = options;
    this.metrics = metrics;
    this.latest = latest;
  }

  /** Makes instances that serve one node together. */
  public static Supplier<ApiVerticle> instances(ApiOptions options, Metrics metrics) {
    var latest = new LatestView();
    return () -> new ApiVerticle(options, metrics, latest);
  }

  @Override
  public Future<?> start() {
    node =
        new LocalNode(
            options,
            latest,
            detail ->
                vertx.eventBus().send(Bus.STORE, new StoreRequest.Damaged(detail), Bus.LOCAL_ONLY));
    store = new StoreAccess(vertx);
    vertx.eventBus().localConsumer(Bus.APPLIED, this::onApplied);
    vertx.eventBus().localConsumer(Bus.STATUS, this::onStatus);
    return vertx
        .eventBus()
        .<Applied>request(Bus.VIEW, new AskView(), Bus.LOCAL_ONLY)
        .compose(answer -> listen(answer.body()));
  }

  private Future<?> listen(Applied first) {
    node.onView(first.view());
    long bookmarkNanos =
        TimeUnit.MILLISECONDS.toNanos(
            Math.max(1, options.bookmarkMillis() - 2 * Watches.TICK_MILLIS));
    var limits = WatchLimits.DEFAULT.withBookmarkNanos(bookmarkNanos);
    watches = new Watches(vertx, context, new WatchHub(limits, metrics, first.view()), store);
    early.forEach(watches::onApplied); // leaves out what the view holds
    early.clear();
    Router router = router();
    vertx.setPeriodic(Waiters.TICK_MILLIS, id -> node.onTick(System.nanoTime()));
    vertx.setPeriodic(Watches.TICK_MILLIS, id -> watches.onTick());
    vertx.setPeriodic(Connections.SWEEP_MILLIS, id -> connections.sweep());
    vertx.setPeriodic(StreamHandler.PING_MILLIS, id -> stream.ping());
    server =
        StrictServer.create(vertx, serverOptions())
            .connectionHandler(connections::onConnection)
            .requestHandler(
                request -> {
                  connections.onRequest(request);
                  router.handle(request);
                })
            .invalidRequestHandler(router::handleInvalid);
    return server.listen();
  }

  private HttpServerOptions serverOptions() {
    return new HttpServerOptions()
        .setHost(options.host())
        .setPort(options.port() == 0 ? SHARED_FREE_PORT : options.port())
        .setAcceptBacklog(ACCEPT_BACKLOG)
        .setTcpKeepAlive(true)
        .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
        .setMaxHeaderSize(HEADER_BYTES_MAX)
        .setWebSocketSubProtocols(List.of(StreamHandler.SUB_PROTOCOL))
        .setMaxWebSocketFrameSize(PublishHandler.BODY_BYTES_MAX)
        .setMaxWebSocketMessageSize(PublishHandler.BODY_BYTES_MAX)
        .setWebSocketClosingTimeout(CLOSING_SECONDS)
        // Compressed frames differ from socket to socket: nothing could be shared among watchers.
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false);
  }

  private Router router() {
    var writes = new Writes(new Publisher(vertx, context, metrics), node);
    var frames = new FrameJson();
    var reads = new Reads(vertx, node, store);
    var shared = new StreamSocket.Shared(reads, writes, watches, frames, new FlushQueue(context));
    stream = new StreamHandler(shared, connections);
    metricsHandler = new MetricsHandler(metrics);
    var handlers =
        new Routes.Handlers(
            new KvHandler(reads, writes),
            new ListHandler(reads),
            new PublishHandler(writes),
            new WatchHandler(vertx, node, watches, frames),
            stream,
            new ClusterHandler(vertx.eventBus(), node, watches.hub()::entry),
            new HistoryHandler(reads),
            new SnapshotHandler(reads),
            new StoreHandler(store),
            new HealthHandler(node, metrics),
            metricsHandler,
            new StaticFiles(vertx));
    return new Router(Routes.of(handlers), node, metrics);
  }

  private void onApplied(Message<Applied> message) {
    Applied applied = message.body();
    if (watches == null) {
      early.add(applied);
    } else {
      node.onView(applied.view());
      watches.onApplied(applied);
    }
  }

  private void onStatus(Message<NodeStatus> message) {
    node.onStatus(message.body(), System.currentTimeMillis());
  }

  /** For tests: how many connections are counted now. */
  int connections() {
    return connections.count();
  }

  /** The port that is listened on, once deployed. */
  public int port() {
    return server.actualPort();
  }

  /**
   * Lets the clients go: no longer ready, no new connections, WebSockets closed with code 4001,
   * watches over HTTP ended. Completes when requests under way have their answers, within {@value
   * #DRAIN_SECONDS} s.
   */
  @Override
  public Future<Void> drain() {
    return Future.future(
        promise ->
            context.runOnContext(
                v -> {
                  node.drain();
                  stream.drain();
                  watches.drain();
                  server.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS).onComplete(promise);
                }));
  }

  @Override
  public Future<?> stop() {
    if (metricsHandler != null) {
      metricsHandler.close();
    }
    store.close();
    return server == null ? Future.succeededFuture() : server.close();
  }
}
