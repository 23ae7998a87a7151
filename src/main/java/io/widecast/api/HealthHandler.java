package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.widecast.api.json.JsonBytes;
import io.widecast.bus.NodeStatus;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metrics;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code /livez} and {@code /readyz}: whether to restart this node, and whether to send to it. */
final class HealthHandler {

  private final LocalNode node;
  private final Metrics metrics;

  HealthHandler(LocalNode node, Metrics metrics) {
    this.node = node;
    this.metrics = metrics;
  }

  /** The event loop answers: that is what there is to know. */
  void live(Exchange exchange) {
    exchange.sendJson(200, new JsonBytes(32).beginObject().name("live").bool(true).endObject());
  }

  void ready(Exchange exchange) {
    boolean verbose = exchange.query().flag("verbose");
    List<NodeStatus.Check> checks = checks();
    boolean ready = node.status().map(NodeStatus::ready).orElse(false) && !node.draining();
    if (!ready) {
      exchange.fail(notReady(checks, verbose));
      return;
    }
    var json = new JsonBytes(256).beginObject().name("ready").bool(true);
    if (verbose) {
      json.name("checks").beginArray();
      for (NodeStatus.Check check : checks) {
        json.beginObject().name("name").string(check.name());
        json.name("passes").bool(check.passes()).name("detail").string(check.detail()).endObject();
      }
      json.endArray();
    }
    exchange.response().putHeader(HttpHeaderNames.CACHE_CONTROL, "no-store");
    exchange.sendJson(200, json.endObject());
  }

  private List<NodeStatus.Check> checks() {
    var checks = new ArrayList<>(node.status().map(NodeStatus::checks).orElse(List.of()));
    checks.add(store());
    return checks;
  }

  /**
   * What the last check of the store found. An alarm is for a person: the node goes on serving what
   * it has, and only stops deleting and cleaning.
   */
  private NodeStatus.Check store() {
    long alarms = metrics.get(Gauge.ALARMS);
    return new NodeStatus.Check(
        "store",
        alarms == 0,
        alarms == 0
            ? "no alarm"
            : alarms
                + (alarms == 1 ? " alarm" : " alarms")
                + ": nothing is deleted or cleaned; /v1/store and /v1/verify say why");
  }

  private WidecastException notReady(List<NodeStatus.Check> checks, boolean verbose) {
    if (node.draining()) {
      return new WidecastException(ErrorCode.NOT_READY, "this node is shutting down: use another");
    }
    if (node.status().isEmpty()) {
      return new WidecastException(
          ErrorCode.NOT_READY, "this node is starting and has not joined its site yet: try again");
    }
    String failing =
        checks.stream()
            .filter(check -> !check.passes())
            .map(check -> check.name() + ": " + check.detail())
            .collect(Collectors.joining("; "));
    Map<String, Object> extras =
        checks.stream()
            .filter(check -> verbose)
            .collect(
                Collectors.toMap(c -> "check " + c.name(), NodeStatus.Check::passes, (a, b) -> a));
    return new WidecastException(ErrorCode.NOT_READY, "not ready: " + failing, extras);
  }
}
