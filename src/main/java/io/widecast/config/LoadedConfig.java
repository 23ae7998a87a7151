package io.widecast.config;

import java.util.List;

/**
 * A usable configuration, and what should be said about it all the same.
 *
 * @param warnings a sentence each: injected faults, settings without effect
 */
public record LoadedConfig(NodeConfig config, List<String> warnings) {
  public LoadedConfig {
    warnings = List.copyOf(warnings);
  }
}
