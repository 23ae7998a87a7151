package io.widecast.cli;

import io.widecast.bench.WanBench;
import io.widecast.bench.WanOptions;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "wan",
    description = "Bytes that cross the WAN to an edge node, for one filter after the other.")
final class BenchWanCommand implements Runnable {

  @Option(
      names = "--cities",
      required = true,
      paramLabel = "FILE",
      description = "NDJSON file to import at home, .gz too.")
  private Path cities;

  @Option(
      names = "--filters",
      split = ",",
      defaultValue = "**,city/FR/**",
      paramLabel = "PATTERN",
      description = "Compared with the first (default: ${DEFAULT-VALUE}).")
  private List<String> filters;

  @Option(
      names = {"--core-nodes", "--nodes"},
      defaultValue = "1",
      paramLabel = "N",
      description = "Core nodes in the home site (default: ${DEFAULT-VALUE}).")
  private int coreNodes;

  @Mixin private BenchFlags flags;

  private final Terminal terminal;

  BenchWanCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    var options = new WanOptions(filters, coreNodes, cities, flags.javaOptions);
    flags.run(terminal, progress -> WanBench.run(options, progress));
  }
}
