package io.widecast;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.config.ConfigReader;
import io.widecast.config.HostPort;
import io.widecast.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The container files agree with each other and with what a node accepts; no engine runs here. */
class DockerFilesTest {

  private static final Path DOCKER = Path.of("docker");

  @Test
  void everyServiceMountsAConfigurationThatFitsItsAddresses() throws IOException {
    for (Map.Entry<String, Object> service : map(compose().get("services")).entrySet()) {
      NodeConfig config = config(service.getKey());
      Map<String, Object> networks = map(map(service.getValue()).get("networks"));

      assertThat(map(service.getValue()).get("volumes").toString())
          .contains("./config/" + service.getKey() + ".yaml:/etc/widecast/node.yaml:ro")
          .contains(service.getKey() + ":/var/lib/widecast");
      assertThat(config.node().id()).hasToString(service.getKey());
      assertThat(config.node().data()).isEqualTo(Path.of("/var/lib/widecast"));
      assertThat(config.http().port()).isEqualTo(8080); // what the image's health check asks
      assertThat(config.memberAddress().map(HostPort::host))
          .contains(address(networks, config.node().site().text()));
      config
          .wan()
          .listen()
          .ifPresent(listen -> assertThat(listen.host()).isEqualTo(address(networks, "wan")));
    }
  }

  @Test
  void edgeNodesKnowTheAddressesThatCoreNodesListenOn() throws IOException {
    var listening = new TreeMap<String, String>();
    for (String name : map(compose().get("services")).keySet()) {
      config(name).wan().listen().ifPresent(at -> listening.put(name, at.toString()));
    }

    assertThat(listening).containsOnlyKeys("paris-1", "paris-2", "paris-3");
    for (String name : List.of("tokyo-1", "tokyo-2")) {
      assertThat(config(name).isCore()).isFalse();
      assertThat(config(name).wan().home())
          .extracting(HostPort::toString)
          .containsExactlyElementsOf(listening.values());
    }
  }

  @Test
  void portsAndAddressesAreOneOfAKindAndNetworksAndVolumesDeclared() throws IOException {
    Map<String, Object> compose = compose();
    var once = new TreeMap<String, String>();
    map(compose.get("services"))
        .forEach(
            (name, service) -> {
              String port = map(service).get("ports").toString();
              assertThat(once.put(port, name)).as(port).isNull();
              map(map(service).get("networks"))
                  .forEach(
                      (network, settings) -> {
                        String address = map(settings).get("ipv4_address").toString();
                        assertThat(once.put(address, name)).as(address).isNull();
                        assertThat(map(compose.get("networks")).get(network).toString())
                            .contains(address.substring(0, address.lastIndexOf('.')) + ".0/24");
                      });
              assertThat(map(compose.get("volumes"))).containsKey(name);
            });
  }

  @Test
  void theImageRunsAsNobodyInParticularAndTakesSignalsItself() throws IOException {
    List<String> lines = Files.readAllLines(DOCKER.resolve("Dockerfile"));

    assertThat(lines).contains("USER 10001:10001", "STOPSIGNAL SIGTERM");
    assertThat(lines).anyMatch(line -> line.startsWith("ENTRYPOINT [\"java\","));
    assertThat(lines).anyMatch(line -> line.startsWith("HEALTHCHECK "));
    assertThat(lines.stream().filter(line -> line.startsWith("FROM "))).hasSize(2);
    assertThat(lines).noneMatch(line -> line.startsWith("ADD ") || line.contains(":latest"));
  }

  private static NodeConfig config(String name) {
    Path file = DOCKER.resolve("config").resolve(name + ".yaml");
    return ConfigReader.read(file, List.of(), Map.of()).config();
  }

  private static String address(Map<String, Object> networks, String network) {
    return map(networks.get(network)).get("ipv4_address").toString();
  }

  private static Map<String, Object> compose() throws IOException {
    try (var in = Files.newInputStream(DOCKER.resolve("compose.yaml"))) {
      return map(new Yaml(new SafeConstructor(new LoaderOptions())).load(in));
    }
  }

  private static Map<String, Object> map(Object value) {
    var map = new TreeMap<String, Object>();
    ((Map<?, ?>) value).forEach((key, inner) -> map.put(key.toString(), inner));
    return map;
  }
}
