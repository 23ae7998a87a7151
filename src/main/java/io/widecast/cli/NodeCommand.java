package io.widecast.cli;

import io.widecast.config.LoadedConfig;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "node", description = "Run one node until SIGTERM.")
final class NodeCommand implements Runnable {

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Its configuration.")
  private Path file;

  @Mixin private ConfigOptions overlay;

  private final Terminal terminal;

  NodeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    LoadedConfig loaded = overlay.read(file, terminal);
    NodeProcess.run(loaded.config(), terminal);
  }
}
