package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.widecast.bus.Bus;
import io.widecast.bus.NodeStatus;
import io.widecast.metrics.Metrics;
import io.widecast.store.Applied;
import io.widecast.store.AskView;
import java.util.List;
import java.util.Optional;

/**
 * Serves a node's clients. Starts when the store has told its view, so that every answer has a
 * position. Several instances may serve one port: each owns the connections it accepted.
 */
public final class ApiVerticle extends VerticleBase {

  static final int REQUEST_LINE_BYTES_MAX = 32 << 10; // long lists of patterns
  static final int HEADER_BYTES_MAX = 16 << 10;

  /** Mass reconnects come at once. */
  private static final int ACCEPT_BACKLOG = 4096;

  private final ApiOptions options;
  private final Metrics metrics;
  private final LatestView latest;
  private LocalNode node;
  private MetricsHandler metricsHandler;
  private HttpServer server;

  public ApiVerticle(ApiOptions options, Metrics metrics) {
    this(options, metrics, new LatestView());
  }

  private ApiVerticle(ApiOptions options, Metrics metrics, LatestView latest) {
    this.options = options;
    this.metrics = metrics;
    this.latest = latest;
  }

  @Override
  public Future<?> start() {
    node = new LocalNode(options, latest);
    vertx.eventBus().localConsumer(Bus.APPLIED, this::onApplied);
    vertx.eventBus().localConsumer(Bus.STATUS, this::onStatus);
    vertx.setPeriodic(Waiters.TICK_MILLIS, id -> node.onTick(System.nanoTime()));
    return vertx
        .eventBus()
        .<Applied>request(Bus.VIEW, new AskView(), Bus.LOCAL_ONLY)
        .compose(
            answer -> {
              onApplied(answer);
              return listen();
            });
  }

  private Future<?> listen() {
    Router router = router();
    server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setAcceptBacklog(ACCEPT_BACKLOG)
                .setTcpKeepAlive(true)
                .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEADER_BYTES_MAX));
    return server
        .requestHandler(router::handle)
        .invalidRequestHandler(router::handleInvalid)
        .listen();
  }

  private Router router() {
    var writes = new Writes(new Publisher(vertx, context, metrics), node);
    metricsHandler = new MetricsHandler(metrics);
    var handlers =
        new Routes.Handlers(
            new KvHandler(node, writes),
            new ListHandler(node),
            new PublishHandler(writes),
            new ClusterHandler(node, revision -> Optional.empty()),
            new HealthHandler(node),
            metricsHandler,
            new StaticFiles(vertx));
    List<Route> routes = Routes.of(handlers);
    return new Router(routes, node, metrics);
  }

  private void onApplied(Message<Applied> message) {
    node.onView(message.body().view());
  }

  private void onStatus(Message<NodeStatus> message) {
    node.onStatus(message.body(), System.currentTimeMillis());
  }

  /** The port that is listened on, once deployed. */
  public int port() {
    return server.actualPort();
  }

  @Override
  public Future<?> stop() {
    if (metricsHandler != null) {
      metricsHandler.close();
    }
    return server == null ? Future.succeededFuture() : server.close();
  }
}
