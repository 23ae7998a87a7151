package io.widecast.cli;

import io.widecast.bench.StoreBench;
import io.widecast.bench.StoreEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "store",
    description = "The store alone, in this process: put, get, scan, snapshots, space, reopening.")
final class BenchStoreCommand implements Runnable {

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      paramLabel = "N",
      description = "Random keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--key-bytes",
      defaultValue = "16",
      paramLabel = "N",
      description = "Size of a key (default: ${DEFAULT-VALUE}).")
  private int keyBytes;

  @Option(
      names = "--value-bytes",
      defaultValue = "100",
      paramLabel = "N",
      description = "Size of a value (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--batch",
      defaultValue = "100",
      paramLabel = "N",
      description = "Puts in one publish, with one fsync (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--overwrites",
      defaultValue = "3",
      paramLabel = "N",
      description = "How often everything is overwritten (default: ${DEFAULT-VALUE}).")
  private int overwrites;

  @Option(
      names = "--directory",
      defaultValue = "${sys:java.io.tmpdir}",
      paramLabel = "DIR",
      description = "Where to make its directory, which goes again (default: ${DEFAULT-VALUE}).")
  private Path directory;

  private final Terminal terminal;

  BenchStoreCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (keys < 1_000 || keyBytes < 8 || valueBytes < 1 || batch < 1 || batch > 1024) {
      throw new ExitException(
          ExitException.USAGE,
          "--keys is 1000 or more, --key-bytes 8 or more, --value-bytes 1 or more, --batch 1..1024");
    }
    var options = new StoreBench.Options(keys, keyBytes, valueBytes, batch, overwrites);
    var bench = new StoreBench(options, new PrintWriter(terminal.out(), true));
    try {
      for (StoreEngine engine : StoreBench.own()) {
        bench.run(engine, directory);
      }
    } catch (IOException e) {
      throw new ExitException(ExitException.FAILED, "the disk failed: " + e);
    }
  }
}
