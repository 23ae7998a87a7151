package io.widecast.node;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.widecast.api.ApiOptions;
import io.widecast.api.ApiVerticle;
import io.widecast.bus.Bus;
import io.widecast.bus.Drainable;
import io.widecast.bus.LocalCodec;
import io.widecast.cluster.ClusterOptions;
import io.widecast.cluster.ClusterVerticle;
import io.widecast.config.HostPort;
import io.widecast.config.MulticastSection.Fallback;
import io.widecast.config.NodeConfig;
import io.widecast.config.StoreSection;
import io.widecast.faults.FaultProfile;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metrics;
import io.widecast.model.NodeId;
import io.widecast.net.LanOptions;
import io.widecast.net.WidecastTransport;
import io.widecast.replication.HomeStreamOptions;
import io.widecast.replication.HomeStreamVerticle;
import io.widecast.replication.ReplicationOptions;
import io.widecast.replication.ReplicationVerticle;
import io.widecast.replication.StreamServerOptions;
import io.widecast.replication.StreamServerVerticle;
import io.widecast.replication.expiry.ExpiryVerticle;
import io.widecast.store.SnapshotSchedule;
import io.widecast.store.StoreMessages;
import io.widecast.store.StoreOptions;
import io.widecast.store.StoreVerticle;
import io.widecast.store.log.StoreFormat;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: a Vert.x of its own, and the verticles that its configuration asks for. Several
 * can run in one process.
 */
public final class WidecastNode {

  private static final Logger LOG = LoggerFactory.getLogger(WidecastNode.class);

  /**
   * Waking another thread costs more than most of what is done there, so a node's verticles share
   * one event loop on small machines; several nodes on one machine share its cores anyway.
   */
  private static final int EVENT_LOOPS =
      Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));

  /** A part that has not come to rest by then is ended as it is. */
  private static final long DRAIN_SECONDS_MAX = 5;

  private final NodeConfig config;
  private final Vertx vertx;
  private final Metrics metrics = new Metrics();
  private final StoreVerticle store;
  private final ApiVerticle api;
  private final List<Drainable> draining = new ArrayList<>(); // whoever asks before who answers
  private final Deque<String> deployments = new ArrayDeque<>(); // the newest first
  private StreamServerVerticle streams; // core nodes only
  private ReplicationVerticle replication; // core nodes only

  private WidecastNode(NodeConfig config) {
    this.config = config;
    this.vertx =
        WidecastTransport.vertx(
                new VertxOptions()
                    .setEventLoopPoolSize(EVENT_LOOPS)
                    .setInternalBlockingPoolSize(2)
                    .setWorkerPoolSize(2))
            .build();
    Bus.registerCodecs(vertx);
    StoreMessages.registerCodecs(vertx);
    LocalCodec.register(vertx, StreamFrame.Fetch.class);
    LocalCodec.register(vertx, StreamFrame.Fetched.class);
    this.store = new StoreVerticle(storeOptions(), snapshotSchedule(), metrics);
    this.api =
        new ApiVerticle(
            new ApiOptions(
                    config.http().host(),
                    config.http().port(),
                    config.node().id(),
                    config.node().site())
                .withApiKey(config.http().apiKeyFile().map(WidecastNode::firstLine)),
            metrics);
  }

  /**
   * Starts a node; it serves HTTP when the future completes, and tells by {@code /readyz} when its
   * copy can be read. A part that cannot start fails the future, and everything started is closed.
   */
  public static Future<WidecastNode> start(NodeConfig config) {
    if (config.faults().on()) {
      LOG.warn("FAULTS ARE INJECTED into this node's channels, on purpose: {}", config.faults());
    }
    var node = new WidecastNode(config);
    Promise<WidecastNode> started = Promise.promise(); // of no event loop, since those may be gone
    node.deploy("the store in " + config.node().data(), node.store)
        .compose(deployed -> node.deploy(node.httpName(), node.api))
        .compose(deployed -> config.isCore() ? node.startCore() : node.startEdge())
        .compose(deployed -> node.joinSite())
        .onSuccess(deployed -> started.complete(node))
        .onFailure(failure -> node.close().onComplete(closed -> started.fail(failure)));
    return started.future();
  }

  /**
   * @param part what to call it, should it fail
   */
  private Future<Void> deploy(String part, Deployable verticle) {
    return vertx
        .deployVerticle(verticle)
        .onSuccess(deployments::push)
        .recover(
            failure ->
                Future.failedFuture(
                    new IllegalStateException(
                        part + " did not start: " + reason(failure), failure)))
        .mapEmpty();
  }

  private static String reason(Throwable failure) {
    if (failure instanceof FileSystemException || failure.getMessage() == null) {
      return failure.toString(); // the message alone may be no more than the file's name
    }
    return failure.getMessage();
  }

  private String httpName() {
    return "HTTP on " + new HostPort(config.http().host(), config.http().port());
  }

  private StoreOptions storeOptions() {
    Path data = config.node().data();
    NodeId id = config.node().id();
    StoreOptions options =
        config.isCore() ? StoreOptions.core(data, id) : StoreOptions.edge(data, id);
    return options
        .withPeers(!config.isCore() || config.site().electorate().size() > 1)
        .withHistory(config.store().history(), options.historyBytes())
        .withSizes(options.segmentBytes(), config.store().checkpointBytes())
        .withFormat(
            config.store().format() == StoreSection.Format.REDO_LOG
                ? StoreFormat.Kind.REDO_LOG
                : StoreFormat.Kind.CONTAINER);
  }

  private SnapshotSchedule snapshotSchedule() {
    return new SnapshotSchedule(
        config.store().snapshotEvery().toMillis(), config.store().snapshotsKept());
  }

  private Future<Void> startCore() {
    streams = new StreamServerVerticle(streamServerOptions(), metrics);
    replication =
        new ReplicationVerticle(replicationOptions(), streams::lanPort, this::httpUrl, metrics);
    var expiry = new ExpiryVerticle(config.node().id(), metrics);
    draining.addAll(List.of(api, expiry, streams, replication, store));
    return deploy(wanName(), streams)
        .compose(deployed -> deploy("the LAN's replication", replication))
        .compose(deployed -> deploy("expiry", expiry));
  }

  private String wanName() {
    return config
        .wan()
        .listen()
        .map(address -> "streams on " + lanHost() + " and, for edge nodes, " + address)
        .orElse("streams on " + lanHost());
  }

  private Future<Void> startEdge() {
    var home = new HomeStreamVerticle(homeStreamOptions(), this::httpUrl, metrics);
    draining.addAll(List.of(api, home, store));
    return deploy("the stream from home", home);
  }

  /** Joins the cluster manager's view of the site, in the background, where one is configured. */
  private Future<Void> joinSite() {
    Optional<HostPort> address = config.memberAddress();
    if (address.isEmpty()) {
      return Future.succeededFuture();
    }
    return deploy(
        "membership",
        new ClusterVerticle(
            new ClusterOptions(
                config.node().id(),
                config.node().site(),
                config.cluster().name(),
                address.get().host(),
                address.get().port(),
                config.site().members().stream().map(HostPort::toString).toList(),
                this::httpUrl,
                () -> replication == null ? 0 : replication.unicastPort())));
  }

  private StreamServerOptions streamServerOptions() {
    Optional<HostPort> wan = config.wan().listen();
    return new StreamServerOptions(
        config.node().id(),
        lanHost(),
        wan.map(HostPort::host),
        wan.map(HostPort::port).orElse(0),
        streamCluster(),
        tailBytes(),
        wanFaults(),
        config.faults().seed());
  }

  private ReplicationOptions replicationOptions() {
    List<NodeId> electorate = config.site().electorate();
    long buffer = config.retransmit().bufferBytes();
    return new ReplicationOptions(
        electorate.indexOf(config.node().id()),
        electorate,
        config.node().site(),
        StreamCodec.clusterNumber(
            config.cluster().name(), electorate.stream().map(NodeId::text).toList()),
        streamCluster(),
        lanOptions(),
        config.multicast().peers().stream()
            .map(peer -> new InetSocketAddress(peer.host(), peer.port()))
            .toList(),
        tailBytes(),
        buffer,
        Math.max(1, (long) (buffer * config.retransmit().memberShare())),
        config.retransmit().staleAfter().toNanos(),
        config.multicast().fallback() == Fallback.UNICAST,
        lanFaults(),
        config.faults().seed());
  }

  private LanOptions lanOptions() {
    return new LanOptions(
        config.multicast().group(),
        config.multicast().port(),
        config.multicast().interfaceName().orElse(LanOptions.AUTO),
        lanHost(),
        config.multicast().unicastPort(),
        WidecastTransport.SOCKET_BUFFER_BYTES,
        config.multicast().datagramBytes().orElse(0));
  }

  /** Newest entries kept in memory for those that are behind, twice; the log on disk has more. */
  private long tailBytes() {
    return Math.min(config.retransmit().bufferBytes(), Runtime.getRuntime().maxMemory() / 32);
  }

  private HomeStreamOptions homeStreamOptions() {
    return new HomeStreamOptions(
        config.node().id(),
        config.node().site(),
        config.wan().filter(),
        config.wan().home().stream()
            .map(home -> new HomeStreamOptions.Address(home.host(), home.port()))
            .toList(),
        streamCluster(),
        wanFaults(),
        config.faults().seed());
  }

  /** Where this node's LAN sockets are: as its site lists it, else where it serves HTTP. */
  private String lanHost() {
    return config.memberAddress().map(HostPort::host).orElse(config.http().host());
  }

  private long streamCluster() {
    return StreamCodec.clusterNumber(config.cluster().name(), List.of());
  }

  private FaultProfile lanFaults() {
    var faults = config.faults();
    return new FaultProfile(
        faults.loss(), faults.duplicate(), faults.reorder(), 0, faults.delay().toNanos());
  }

  private FaultProfile wanFaults() {
    return new FaultProfile(0, 0, 0, config.faults().cut(), config.faults().delay().toNanos());
  }

  private static String firstLine(Path file) {
    try {
      return Files.readAllLines(file).stream().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new UncheckedIOException("http.apiKeyFile cannot be read: " + file, e);
    }
  }

  /** The port that HTTP is served on. */
  public int httpPort() {
    return api.port();
  }

  /** Base URL of the HTTP port, for other nodes to show. */
  public String httpUrl() {
    boolean any = config.http().host().equals("0.0.0.0") || config.http().host().equals("::");
    String host =
        any ? config.memberAddress().map(HostPort::host).orElse("127.0.0.1") : config.http().host();
    return "http://" + host + ":" + api.port();
  }

  /** The port for edge nodes; -1 when this node serves none. */
  public int wanPort() {
    return streams == null ? -1 : streams.wanPort();
  }

  public NodeId id() {
    return config.node().id();
  }

  /** Revision of this node's copy. */
  public long revision() {
    return metrics.get(Gauge.REVISION);
  }

  /** How many keys its copy has. */
  public long keys() {
    return metrics.get(Gauge.KEYS);
  }

  public Metrics metrics() {
    return metrics;
  }

  /**
   * Fails when the node can no longer keep its promises, because its store cannot: it is of no more
   * use then, and has only to be closed. Never succeeds.
   */
  public Future<Void> failure() {
    return store.failure();
  }

  /**
   * Lets clients go elsewhere, answers what is under way, stops replicating, makes a last
   * checkpoint, and ends.
   */
  public Future<Void> drainAndClose() {
    Future<Void> rested = Future.succeededFuture();
    for (Drainable part : draining) {
      rested = rested.eventually(() -> part.drain().timeout(DRAIN_SECONDS_MAX, TimeUnit.SECONDS));
    }
    Promise<Void> closed = Promise.promise();
    rested
        .eventually(this::undeployNext)
        .onComplete(undeployed -> close().onComplete(done -> closed.complete()));
    return closed.future();
  }

  /**
   * Ends as it is, for a node that has failed. The future completes on a thread of its own, because
   * the event loops are gone by then.
   */
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    new Thread(() -> vertx.close().onComplete(done -> closed.complete()), "node-close").start();
    return closed.future();
  }

  private Future<Void> undeployNext() {
    String deployment = deployments.poll();
    return deployment == null
        ? Future.succeededFuture()
        : vertx.undeploy(deployment).eventually(this::undeployNext);
  }
}
