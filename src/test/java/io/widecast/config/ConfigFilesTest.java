package io.widecast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in {@code config/} as they are shipped. */
class ConfigFilesTest {

  private static final List<String> NODES =
      List.of("paris-1", "paris-2", "paris-3", "tokyo-1", "lima-1");

  static List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("config"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void loadsWithoutAWarning(Path file) {
    assertThat(ConfigReader.read(file, List.of(), Map.of()).warnings()).isEmpty();
  }

  @Test
  void theFiveNodesShareOneMachineWithoutSharingAPortOrADirectory() {
    var taken = new ArrayList<String>();
    for (String id : NODES) {
      NodeConfig config = node(id);
      assertThat(config.node().id().text()).isEqualTo(id);
      taken.add(config.node().data().toString());
      taken.add(config.http().host() + ":" + config.http().port());
      config.memberAddress().ifPresent(address -> taken.add(address.toString()));
      config.wan().listen().ifPresent(address -> taken.add(address.toString()));
    }

    assertThat(taken).doesNotHaveDuplicates();
  }

  @Test
  void theEdgeNodesKnowEveryCoreNodesListener() {
    List<HostPort> listeners =
        NODES.stream().flatMap(id -> node(id).wan().listen().stream()).toList();

    assertThat(node("tokyo-1").wan().home()).isEqualTo(listeners);
    assertThat(node("lima-1").wan().home()).isEqualTo(listeners);
    assertThat(listeners).hasSize(3);
  }

  private static NodeConfig node(String id) {
    return ConfigReader.read(Path.of("config", id + ".yaml"), List.of(), Map.of()).config();
  }
}
