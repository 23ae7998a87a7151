package io.widecast.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Publishes through the master, each visible when a WebSocket watcher on every core node has been
 * sent it:
 *
 * <ul>
 *   <li>with a fixed number in flight: publishes a second until the last is visible everywhere;
 *   <li>at fixed rates: latency from the moment a publish was due until it is visible everywhere;
 *   <li>an NDJSON file: time from the first byte until every node holds it all.
 * </ul>
 *
 * Bytes and datagrams come from the nodes' own counters.
 */
public final class KvBench {

  /** Bounds the memory of one run's bookkeeping. */
  private static final int PUBLISHES_MAX = 20_000_000;

  private final KvOptions options;
  private final Consumer<String> progress;
  private final Report report = new Report();
  private final Report.Section flat;
  private final Report.Section rates;
  private final Report.Section imports;

  private KvBench(KvOptions options, Consumer<String> progress) {
    this.options = options;
    this.progress = progress;
    String conditions =
        "ack %s, %d-byte values, medians of %d runs%s"
            .formatted(
                options.ack(),
                options.valueBytes(),
                options.runs(),
                options.settings().isEmpty() ? "" : ", " + String.join(" ", options.settings()));
    this.flat = report.section("As fast as it goes, " + conditions);
    this.rates =
        report.section("At a fixed rate, " + conditions + "; milliseconds from when it was due");
    this.imports = report.section("NDJSON file, until every core node holds it all");
  }

  /**
   * @param progress told what is being done, a line each
   * @throws BenchException when a node fails, a publish is refused, or something does not become
   *     visible
   */
  public static Report run(KvOptions options, Consumer<String> progress) {
    var bench = new KvBench(options, progress);
    if (!options.endpoints().isEmpty()) {
      bench.measure(options.endpoints(), () -> {});
    } else {
      for (int count : options.coreNodes()) {
        progress.accept("starting " + count + " core nodes");
        try (SpawnedNodes spawned =
            SpawnedNodes.start(count, options.javaOptions(), options.settings())) {
          List<String> endpoints = spawned.core().stream().map(SpawnedNodes.Node::http).toList();
          bench.measure(endpoints, spawned::checkAlive);
        }
      }
    }
    bench.report.sections().removeIf(section -> section.rows().isEmpty());
    return bench.report;
  }

  private void measure(List<String> endpoints, Runnable alive) {
    try (var nodes = new Nodes(endpoints)) {
      nodes.awaitReady(alive);
      publish(nodes, endpoints);
      options.cities().ifPresent(file -> importFile(nodes, NdjsonFile.read(file)));
      alive.run();
    }
  }

  /** With many in flight first: that compiles the nodes' code soonest. */
  private void publish(Nodes nodes, List<String> endpoints) {
    if (options.rates().isEmpty() && options.inFlight() == 0) {
      return;
    }
    try (Load load =
        Load.connect(
            nodes.vertx(),
            nodes.sockets(),
            nodes.master(),
            endpoints,
            options.valueBytes(),
            options.ack())) {
      if (options.inFlight() > 0) {
        inFlight(nodes, load);
      }
      options.rates().forEach(rate -> atRate(nodes, load, rate));
    }
  }

  private void atRate(Nodes nodes, Load load, int rate) {
    progress.accept("%,d publishes/s to %d nodes".formatted(rate, nodes.endpoints().size()));
    if (options.warmUpSeconds() > 0) {
      load.atRate(rate, options.warmUpSeconds());
    }
    var runs = new ArrayList<Map<String, Object>>();
    for (int run = 0; run < options.runs(); run++) {
      Nodes.Counters before = nodes.counters();
      Load.Result result = load.atRate(rate, options.seconds());
      var row = row(nodes);
      row.put("rate", (long) rate);
      row.put("ack p50", millis(result.ackNanos(), 50));
      row.put("ack p99", millis(result.ackNanos(), 99));
      row.put("visible p50", millis(result.visibleNanos(), 50));
      row.put("visible p99", millis(result.visibleNanos(), 99));
      row.put("visible p99.9", millis(result.visibleNanos(), 99.9));
      row.put("max", millis(result.visibleNanos(), 100));
      putCounters(row, before, nodes.counters(), result);
      runs.add(row);
      progress.accept("  run " + (run + 1) + ": " + Report.shown(row));
    }
    rates.rows().add(Report.medians(runs));
  }

  private void inFlight(Nodes nodes, Load load) {
    progress.accept(
        "%d in flight to %d nodes".formatted(options.inFlight(), nodes.endpoints().size()));
    if (options.warmUpSeconds() > 0) {
      load.inFlight(options.inFlight(), options.warmUpSeconds(), PUBLISHES_MAX);
    }
    var runs = new ArrayList<Map<String, Object>>();
    for (int run = 0; run < options.runs(); run++) {
      Nodes.Counters before = nodes.counters();
      Load.Result result = load.inFlight(options.inFlight(), options.seconds(), PUBLISHES_MAX);
      var row = row(nodes);
      row.put("in flight", (long) options.inFlight());
      row.put("visible/s", Math.round(result.publishes() / result.seconds()));
      row.put("ack p50", millis(result.ackNanos(), 50));
      row.put("ack p99", millis(result.ackNanos(), 99));
      row.put("visible p99", millis(result.visibleNanos(), 99));
      row.put("left out", result.skipped());
      putCounters(row, before, nodes.counters(), result);
      runs.add(row);
      progress.accept("  run " + (run + 1) + ": " + Report.shown(row));
    }
    flat.rows().add(Report.medians(runs));
  }

  private void importFile(Nodes nodes, NdjsonFile file) {
    progress.accept("importing %,d lines".formatted(file.lines()));
    long warmNanos = System.nanoTime() + (long) (options.warmUpSeconds() * 1e9);
    while (System.nanoTime() < warmNanos) {
      file.importInto(nodes, nodes.master(), options.ack());
    }
    var runs = new ArrayList<Map<String, Object>>();
    for (int run = 0; run < options.runs(); run++) {
      Nodes.Counters before = nodes.counters();
      NdjsonFile.Import result = file.importInto(nodes, nodes.master(), options.ack());
      var row = row(nodes);
      row.put("lines", (long) file.lines());
      row.put("answered s", result.answeredSeconds());
      row.put("everywhere s", result.everywhereSeconds());
      row.put("lines/s", Math.round(file.lines() / result.everywhereSeconds()));
      Nodes.Counters after = nodes.counters();
      row.put("keys", Math.round(after.level("keys") / nodes.endpoints().size()));
      row.put("fsyncs", Math.round(after.total("log.fsyncs") - before.total("log.fsyncs")));
      runs.add(row);
      progress.accept("  run " + (run + 1) + ": " + Report.shown(row));
    }
    imports.rows().add(Report.medians(runs));
  }

  private static Map<String, Object> row(Nodes nodes) {
    var row = new LinkedHashMap<String, Object>();
    row.put("nodes", (long) nodes.endpoints().size());
    return row;
  }

  /** What the network and the disks had to do for one value. */
  private static void putCounters(
      Map<String, Object> row, Nodes.Counters before, Nodes.Counters after, Load.Result result) {
    int publishes = Math.max(1, result.publishes());
    row.put("multicast B/value", delta(before, after, "multicast.bytes.sent") / publishes);
    row.put("unicast B/value", delta(before, after, "unicast.bytes.sent") / publishes);
    row.put("datagrams/value", delta(before, after, "datagrams.sent") / publishes);
    row.put("fsyncs/value", delta(before, after, "log.fsyncs") / publishes);
    row.put("faults", Math.round(delta(before, after, "faults.injected")));
    row.put("resent", Math.round(delta(before, after, "entries.resent")));
  }

  private static double delta(Nodes.Counters before, Nodes.Counters after, String metric) {
    return after.total(metric) - before.total(metric);
  }

  private static double millis(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e6;
  }
}
