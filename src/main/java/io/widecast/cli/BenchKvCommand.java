package io.widecast.cli;

import io.widecast.bench.KvBench;
import io.widecast.bench.KvOptions;
import io.widecast.model.AckLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "kv",
    description = {
      "Publishes until they are visible on every core node: latency at fixed rates,",
      "throughput with many in flight, import of an NDJSON file."
    })
final class BenchKvCommand implements Runnable {

  private static final int NODES_MAX = 32;

  @Option(
      names = "--endpoints",
      split = ",",
      paramLabel = "URL",
      description = "Running core nodes to measure (default: start some on this machine).")
  private List<String> endpoints = new ArrayList<>();

  @Option(
      names = {"--core-nodes", "--nodes"},
      defaultValue = "3",
      paramLabel = "N|N..M",
      description = "How many to start; a range measures each number (default: ${DEFAULT-VALUE}).")
  private String coreNodes;

  @Option(
      names = "--rate",
      split = ",",
      defaultValue = "1000,5000",
      paramLabel = "N",
      description = "Publishes a second, several with commas; 0 for none (default: 1000,5000).")
  private List<Integer> rates;

  @Option(
      names = "--in-flight",
      defaultValue = "256",
      paramLabel = "N",
      description = "Publishes unanswered at a time; 0 leaves it out (default: ${DEFAULT-VALUE}).")
  private int inFlight;

  @Option(
      names = "--cities",
      paramLabel = "FILE",
      description = "NDJSON file to import, .gz too; by default none.")
  private Path cities;

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

  @Option(
      names = "--ack",
      defaultValue = "durable",
      paramLabel = "LEVEL",
      description = "How far each must come (default: ${DEFAULT-VALUE}).")
  private String ack;

  @Option(
      names = "--loss",
      paramLabel = "PERCENT",
      description = "Datagrams that each started node loses on arrival, such as 1%%.")
  private String loss;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overlay the configuration of each started node.")
  private List<String> sets = new ArrayList<>();

  @Mixin private BenchFlags flags;

  @Spec private CommandSpec spec;

  private final Terminal terminal;

  BenchKvCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (seconds <= 0 || warmUpSeconds < 0 || runs < 1 || inFlight < 0) {
      throw new ParameterException(
          spec.commandLine(), "--duration and --runs are above 0, the others not below");
    }
    var settings = new ArrayList<>(sets);
    if (loss != null) {
      settings.add("faults.loss=" + loss);
    }
    var options =
        new KvOptions(
            endpoints,
            range(coreNodes),
            rates.stream().filter(rate -> rate > 0).toList(),
            inFlight,
            seconds,
            warmUpSeconds,
            runs,
            valueBytes,
            AckLevel.parse(ack).text(),
            Optional.ofNullable(cities),
            flags.javaOptions,
            settings);
    flags.run(terminal, progress -> KvBench.run(options, progress));
  }

  /** {@code 3}, or {@code 1..8} for each of them. */
  private List<Integer> range(String text) {
    if (text.matches("[0-9]{1,2}(\\.\\.[0-9]{1,2})?")) {
      String[] ends = text.split("\\.\\.");
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      if (first >= 1 && first <= last && last <= NODES_MAX) {
        return IntStream.rangeClosed(first, last).boxed().toList();
      }
    }
    throw new ParameterException(
        spec.commandLine(),
        "--core-nodes is a number or a range such as 1..8, at most " + NODES_MAX + ": " + text);
  }
}
