package io.widecast.cli;

import io.widecast.node.Demo;
import io.widecast.node.DemoOptions;
import java.nio.file.Path;
import java.util.Optional;

/** The demo as a process. */
final class DemoProcess {

  private DemoProcess() {}

  static void run(int port, Optional<Path> file, Terminal terminal) {
    Demo.run(new DemoOptions(port, file, terminal.out()));
  }
}
