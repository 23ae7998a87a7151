package io.widecast.cli;

import io.widecast.config.ConfigReader;
import io.widecast.config.LoadedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What overlays a configuration file. */
final class ConfigOptions {

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overlay one key, such as http.port=8081; elements of a list have commas.")
  private List<String> sets = new ArrayList<>();

  /** Reads {@code file} and says on stderr what should be known about it. */
  LoadedConfig read(Path file, Terminal terminal) {
    LoadedConfig loaded = ConfigReader.read(file, sets, terminal.environment());
    loaded.warnings().forEach(warning -> terminal.err().println("warning: " + warning));
    return loaded;
  }
}
