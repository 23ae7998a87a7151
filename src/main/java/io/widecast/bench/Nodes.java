package io.widecast.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * The nodes under measurement and the one event loop that measures them. Its methods wait, so they
 * are for the benchmark's own thread.
 */
final class Nodes implements AutoCloseable {

  private static final long READY_SECONDS_MAX = 60;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Vertx vertx =
      Vertx.vertx(
          new VertxOptions()
              .setEventLoopPoolSize(1)
              .setWorkerPoolSize(1)
              .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false))
              .setPreferNativeTransport(true));
  private final HttpClient http = vertx.createHttpClient();
  private final WebSocketClient sockets =
      vertx.createWebSocketClient(
          new WebSocketClientOptions()
              .setMaxConnections(Integer.MAX_VALUE)
              .setMaxFrameSize(16 << 20)
              .setMaxMessageSize(64 << 20));
  private final List<NodeProbe> probes;

  /**
   * @param endpoints base URLs
   */
  Nodes(List<String> endpoints) {
    this.probes = endpoints.stream().map(url -> new NodeProbe(vertx, http, url)).toList();
  }

  Vertx vertx() {
    return vertx;
  }

  WebSocketClient sockets() {
    return sockets;
  }

  List<String> endpoints() {
    return probes.stream().map(NodeProbe::http).toList();
  }

  /** Waits until every node says that it is ready; {@code alive} throws when one never will. */
  void awaitReady(Runnable alive) {
    for (NodeProbe probe : probes) {
      await(
          READY_SECONDS_MAX,
          probe.http() + " is not ready after " + READY_SECONDS_MAX + " s",
          () -> {
            alive.run();
            if (probe.isReady()) {
              return true;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            return false;
          });
    }
  }

  /** Waits until every node shows {@code revision}. */
  void awaitRevision(long revision, long secondsMax) {
    for (NodeProbe probe : probes) {
      await(
          secondsMax,
          probe.http() + " does not show revision " + revision + " after " + secondsMax + " s",
          () -> probe.position().revision() >= revision);
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(long secondsMax, String otherwise, Condition condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new BenchException(otherwise);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Base URL of the node that orders, or of the first where it is not one of ours. */
  String master() {
    JsonObject cluster = probes.get(0).cluster();
    String master = cluster.getString("master");
    for (Object site : cluster.getJsonArray("sites")) {
      for (Object node : ((JsonObject) site).getJsonArray("nodes")) {
        String url = ((JsonObject) node).getString("http", "");
        if (((JsonObject) node).getString("id").equals(master)
            && endpoints().contains(stripped(url))) {
          return stripped(url);
        }
      }
    }
    return endpoints().get(0);
  }

  private static String stripped(String url) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  Counters counters() {
    return new Counters(probes.stream().map(NodeProbe::counters).toList());
  }

  /** The counters of all nodes at one moment. */
  record Counters(List<Map<String, Double>> byNode) {

    /** Sum over all nodes of a counter's name as {@code Metric} spells it. */
    double total(String metric) {
      return sum("widecast_" + metric.replace('.', '_') + "_total");
    }

    /** Sum over all nodes of a gauge. */
    double level(String gauge) {
      return sum("widecast_" + gauge.replace('.', '_'));
    }

    private double sum(String name) {
      return byNode.stream().mapToDouble(node -> node.getOrDefault(name, 0.0)).sum();
    }
  }

  @Override
  public void close() {
    try {
      vertx.close().await(5, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return; // the process ends soon, and its threads with it
    }
  }
}
