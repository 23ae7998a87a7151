package io.widecast.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What crosses the WAN to an edge node with a filter, compared with one that takes everything: a
 * file is imported at home while the edge node follows. Each filter gets nodes of its own, so that
 * the home site's counters are about that one edge node.
 */
public final class WanBench {

  private static final long LEVEL_SECONDS_MAX = 120;

  private WanBench() {}

  /**
   * @param progress told what is being done, a line each
   */
  public static Report run(WanOptions options, Consumer<String> progress) {
    NdjsonFile file = NdjsonFile.read(options.file());
    var report = new Report();
    Report.Section section =
        report.section(
            "Bytes to one edge node while %,d lines are imported at home".formatted(file.lines()));
    double all = 0;
    for (String filter : options.filters()) {
      progress.accept("an edge node with " + filter);
      Map<String, Object> row = measure(options, file, filter);
      double bytes = (Long) row.get("WAN bytes");
      all = all == 0 ? bytes : all;
      row.put("% of the first", 100 * bytes / Math.max(1, all));
      section.rows().add(row);
      progress.accept("  " + Report.shown(row));
    }
    return report;
  }

  private static Map<String, Object> measure(WanOptions options, NdjsonFile file, String filter) {
    try (SpawnedNodes spawned =
        SpawnedNodes.start(options.coreNodes(), options.javaOptions(), List.of())) {
      List<String> core = spawned.core().stream().map(SpawnedNodes.Node::http).toList();
      String edge = spawned.startEdge(filter).http();
      try (var nodes = new Nodes(Stream.concat(core.stream(), Stream.of(edge)).toList());
          var home = new Nodes(core);
          var remote = new Nodes(List.of(edge))) {
        nodes.awaitReady(spawned::checkAlive);
        Nodes.Counters before = home.counters();
        NdjsonFile.Import result = file.importInto(home, home.master(), "durable");
        remote.awaitRevision(result.lastRevision(), LEVEL_SECONDS_MAX);
        Nodes.Counters after = home.counters();
        return row(filter, before, after, remote.counters());
      }
    }
  }

  private static Map<String, Object> row(
      String filter, Nodes.Counters before, Nodes.Counters after, Nodes.Counters edge) {
    var row = new LinkedHashMap<String, Object>();
    row.put("filter", filter);
    row.put("keys at the edge", Math.round(edge.level("keys")));
    long sum = 0;
    for (String kind : List.of("entries", "copy", "control")) {
      String metric = "wan.bytes." + kind;
      long bytes = Math.round(after.total(metric) - before.total(metric));
      row.put(kind, bytes);
      sum += bytes;
    }
    row.put("WAN bytes", sum);
    return row;
  }
}
