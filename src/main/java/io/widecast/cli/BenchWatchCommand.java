package io.widecast.cli;

import io.widecast.bench.WatchBench;
import io.widecast.bench.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "watch",
    description = "Many WebSocket watchers on one node, each checked for order and gaps.")
final class BenchWatchCommand implements Runnable {

  @Option(
      names = "--endpoints",
      split = ",",
      paramLabel = "URL",
      description = "Running nodes, the watched one first (default: start some).")
  private List<String> endpoints = new ArrayList<>();

  @Option(
      names = {"--core-nodes", "--nodes"},
      defaultValue = "1",
      paramLabel = "N",
      description = "How many to start (default: ${DEFAULT-VALUE}).")
  private int coreNodes;

  @Option(
      names = "--watchers",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Watchers, all on one node (default: ${DEFAULT-VALUE}).")
  private int watchers;

  @Option(
      names = "--rate",
      defaultValue = "100",
      paramLabel = "N",
      description = "Publishes a second, each sent to every watcher (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--duration",
      defaultValue = "10",
      paramLabel = "SECONDS",
      description = "Of each run (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "10",
      paramLabel = "SECONDS",
      description = "Before the first run, not counted (default: ${DEFAULT-VALUE}).")
  private double warmUpSeconds;

  @Option(
      names = "--runs",
      defaultValue = "5",
      paramLabel = "N",
      description = "Of which the median counts (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--value-bytes",
      defaultValue = "100",
      paramLabel = "N",
      description = "Size of a value (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Mixin private BenchFlags flags;

  private final Terminal terminal;

  BenchWatchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    var options =
        new WatchOptions(
            endpoints,
            coreNodes,
            watchers,
            rate,
            seconds,
            warmUpSeconds,
            Math.max(1, runs),
            valueBytes,
            flags.javaOptions);
    flags.run(terminal, progress -> WatchBench.run(options, progress));
  }
}
