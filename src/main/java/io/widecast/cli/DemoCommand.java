package io.widecast.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "demo",
    description = {
      "Run a home site of three core nodes and two remote sites in this one process,",
      "load real cities and keep changing them, until interrupted."
    })
final class DemoCommand implements Runnable {

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "The first node's HTTP port (default: ${DEFAULT-VALUE}).")
  private int port;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "NDJSON to load, .gz too, instead of the 5,000 cities that are built in.")
  private Path file;

  private final Terminal terminal;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    DemoProcess.run(port, Optional.ofNullable(file), terminal);
  }
}
