package io.widecast.bench;

import io.widecast.client.ClientOptions;
import io.widecast.client.WidecastClient;
import io.widecast.model.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Many WebSocket watchers on one node, each sent every publish. The node is a process of its own;
 * this one holds the watchers and the publisher. Afterwards every watcher's map is compared with
 * what the node lists.
 */
public final class WatchBench {

  private WatchBench() {}

  /**
   * @param progress told what is being done, a line each
   * @throws BenchException when a watcher is closed, or does not come to the end
   */
  public static Report run(WatchOptions options, Consumer<String> progress) {
    if (!options.endpoints().isEmpty()) {
      return measure(options, options.endpoints(), () -> {}, progress);
    }
    progress.accept("starting " + options.coreNodes() + " core nodes");
    try (SpawnedNodes spawned =
        SpawnedNodes.start(options.coreNodes(), options.javaOptions(), List.of())) {
      List<String> endpoints = spawned.core().stream().map(SpawnedNodes.Node::http).toList();
      return measure(options, endpoints, spawned::checkAlive, progress);
    }
  }

  private static Report measure(
      WatchOptions options, List<String> endpoints, Runnable alive, Consumer<String> progress) {
    try (var nodes = new Nodes(endpoints)) {
      nodes.awaitReady(alive);
      String watchAt = endpoints.get(0);
      progress.accept("connecting " + options.watchers() + " watchers to " + watchAt);
      try (Watchers watchers =
          Watchers.connect(
              nodes.vertx(),
              nodes.sockets(),
              nodes.master(),
              watchAt,
              options.watchers(),
              options.valueBytes())) {
        return measure(options, nodes, watchers, watchAt, progress);
      }
    }
  }

  private static Report measure(
      WatchOptions options,
      Nodes nodes,
      Watchers watchers,
      String watchAt,
      Consumer<String> progress) {
    if (options.warmUpSeconds() > 0) {
      watchers.run(options.rate(), options.warmUpSeconds());
    }
    var runs = new ArrayList<Map<String, Object>>();
    for (int run = 0; run < options.runs(); run++) {
      Watchers.Result result = watchers.run(options.rate(), options.seconds());
      var row = new LinkedHashMap<String, Object>();
      row.put("watchers", (long) options.watchers());
      row.put("publishes/s", (long) options.rate());
      row.put("messages/s", Math.round(result.events() / result.seconds()));
      row.put("p50", result.nanos().getValueAtPercentile(50) / 1e6);
      row.put("p99", result.nanos().getValueAtPercentile(99) / 1e6);
      row.put("max", result.nanos().getMaxValue() / 1e6);
      row.put("left out", watchers.skipped());
      row.put("wrong", watchers.wrong(truth(nodes, watchAt)));
      runs.add(row);
      progress.accept("  run " + (run + 1) + ": " + Report.shown(row));
    }
    var report = new Report();
    report
        .section(
            "Watchers on one of %d nodes, %d-byte values, medians of %d runs; milliseconds from when"
                    .formatted(nodes.endpoints().size(), options.valueBytes(), options.runs())
                + " a publish was due; wrong: watchers out of order or with another map than the node")
        .rows()
        .add(Report.medians(runs));
    return report;
  }

  /** Number of the last publish by key, as the node itself lists it; -1 for an absent key. */
  private static int[] truth(Nodes nodes, String endpoint) {
    int[] truth = new int[Watchers.KEYS];
    Arrays.fill(truth, -1);
    try (var client = WidecastClient.create(nodes.vertx(), ClientOptions.of(endpoint))) {
      client
          .list("bench/", Map.of())
          .blockingForEach(
              pair -> {
                Value value = pair.value().orElseThrow();
                int key = Integer.parseInt(pair.key().substring("bench/".length()));
                if (key < truth.length) {
                  String text = value.bytes().toUtf8();
                  truth[key] = Integer.parseInt(text.substring(0, FrameScan.DIGITS));
                }
              });
    }
    return truth;
  }
}
