package io.widecast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

  private static final String CORE =
      """
      node: { id: paris-1, site: paris }
      site:
        electorate: [paris-1, paris-2, paris-3]
      """;

  private static final String EDGE =
      """
      node: { id: tokyo-1, site: tokyo }
      wan: { home: ["127.0.0.1:7500"], filter: ["city/JP/**"] }
      """;

  @Test
  void readsTheContractsExample() {
    String yaml =
        """
        node:   { id: paris-1, site: paris, data: data/paris-1 }
        http:   { host: 127.0.0.1, port: 8080 }
        site:                                  # the LAN
          members: [127.0.0.1:5701, 127.0.0.1:5702, 127.0.0.1:5703]
          electorate: [paris-1, paris-2, paris-3]
        multicast: { group: 239.77.0.1, port: 7400, interface: auto, fallback: unicast }
        wan:
          listen: 127.0.0.1:7500
          home: []
          filter: ["**"]
        retransmit: { buffer: 64MiB, memberShare: 50%, staleAfter: 5s }
        store:  { fsync: group, history: 1h }
        faults: { seed: 0, loss: 0%, duplicate: 0%, reorder: 0%, delay: 0ms }
        """;

    LoadedConfig loaded = parse(yaml);

    NodeConfig config = loaded.config();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(config.isCore()).isTrue();
    assertThat(config.node())
        .isEqualTo(new NodeSection(id("paris-1"), id("paris"), Path.of("data/paris-1")));
    assertThat(config.http()).isEqualTo(new HttpSection("127.0.0.1", 8080, Optional.empty()));
    assertThat(config.memberAddress()).contains(new HostPort("127.0.0.1", 5701));
    assertThat(config.multicast().interfaceName()).isEmpty();
    assertThat(config.wan().listen()).contains(new HostPort("127.0.0.1", 7500));
    assertThat(config.retransmit())
        .isEqualTo(new RetransmitSection(64L << 20, 0.5, Duration.ofSeconds(5)));
    assertThat(config.store().history()).isEqualTo(Duration.ofHours(1));
    assertThat(config.faults().on()).isFalse();
    assertThat(config.cluster().name()).isEqualTo("widecast");
  }

  @Test
  void defaultsStandForWhatIsNotSaid() {
    NodeConfig core = parse(CORE).config();
    NodeConfig edge = parse(EDGE).config();

    assertThat(core.node().data()).isEqualTo(Path.of("data/paris-1"));
    assertThat(core.wan()).isEqualTo(new WanSection(Optional.empty(), List.of(), Filter.ALL));
    assertThat(core.memberAddress()).isEmpty();
    assertThat(edge.isCore()).isFalse();
    assertThat(edge.wan().filter().texts()).containsExactly("city/JP/**");
  }

  @Test
  void theEnvironmentBeatsTheFileAndSetBeatsBoth() {
    String yaml = CORE + "http: { port: 1 }\nretransmit: { memberShare: 10% }\n";
    var environment = Map.of("WIDECAST_HTTP_PORT", "2", "WIDECAST_RETRANSMIT_MEMBERSHARE", "20%");

    LoadedConfig loaded =
        ConfigReader.parse("f", yaml, List.of("http.port=3", "http.port=4"), environment);

    assertThat(loaded.config().http().port()).isEqualTo(4);
    assertThat(loaded.config().retransmit().memberShare()).isEqualTo(0.2);
  }

  @Test
  void listsOutsideTheFileHaveCommas() {
    var sets =
        List.of("site.electorate=", "wan.home=h:1, [::1]:2", "wan.filter=city/JP/**,price/*");

    NodeConfig config = ConfigReader.parse("f", CORE, sets, Map.of()).config();

    assertThat(config.isCore()).isFalse();
    assertThat(config.wan().home()).containsExactly(new HostPort("h", 1), new HostPort("::1", 2));
    assertThat(config.wan().filter().texts()).containsExactly("city/JP/**", "price/*");
  }

  @Test
  void reportsAllProblemsTogetherWithLineKeyValueAndWhatIsAllowed() {
    String yaml =
        """
        node: { id: Paris, site: paris }
        http:
          port: eighty
          colour: red
        site:
          electorate: paris-1
        retransmit: { staleAfter: 5, buffer: 64MB }
        wam: {}
        """;

    List<ConfigProblem> problems = problems(yaml, List.of("store.fsync=never", "a.b=1"));

    assertThat(problems)
        .extracting(ConfigProblem::toString)
        .containsExactlyInAnyOrder(
            "f:1: node.id: 'Paris' is not allowed; 1 to 64 of a-z 0-9 . _ -, beginning with a"
                + " letter or digit",
            "f:3: http.port: 'eighty' is not allowed; a port, 0..65535",
            "f:4: http.colour: unknown key; there are http.apiKeyFile, http.host, http.port",
            "f:6: site.electorate: 'paris-1' is not allowed; a list of node names",
            "f:7: retransmit.staleAfter: '5' is not allowed; a duration with its unit"
                + " (ms, s, m, h, d), 500ms..1h",
            "f:7: retransmit.buffer: '64MB' is not allowed; a size with its unit"
                + " (B, KiB, MiB, GiB), 4MiB..16GiB",
            "f:8: wam: unknown section; there are node, http, site, multicast, wan, retransmit,"
                + " store, faults, cluster",
            "--set: store.fsync: 'never' is not allowed; group (the only one)",
            "--set: a.b: unknown key");
  }

  @Test
  void aMisspelledVariableOfOursIsAProblemAnOrchestratorsIsNot() {
    var environment =
        Map.of(
            "WIDECAST_HTTP_PRT", "1",
            "WIDECAST_SERVICE_HOST", "10.0.0.1",
            "WIDECAST_ENDPOINT", "http://h",
            "PATH", "/bin");

    var e =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.parse("f", CORE, List.of(), environment));

    assertThat(e).hasMessageContaining("environment WIDECAST_HTTP_PRT: sets no key");
    assertThat(e.problems()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http.port=65536 | 'http.port: '65536' is not allowed; a port, 0..65535'
          http.port=-1 | 'http.port: '-1' is not allowed'
          http.host= | 'http.host: '' is not allowed'
          multicast.port=0 | 'multicast.port: '0' is not allowed; a port, 1..65535'
          multicast.group=10.0.0.1 | 'multicast.group: '10.0.0.1' is not allowed; an IPv4 multicast'
          multicast.group=239.77.0.1. | 'multicast.group: '239.77.0.1.' is not allowed'
          multicast.group=239.77.0.256 | 'is not allowed'
          multicast.group=224.0.0.1 | 'is not allowed'
          multicast.group=ff02::1 | 'is not allowed'
          multicast.interface=a b | 'multicast.interface: 'a b' is not allowed; auto, or the name'
          multicast.fallback=tcp | 'multicast.fallback: 'tcp' is not allowed; one of unicast, none'
          multicast.datagram=575 | 'auto, or bytes, 576..8972'
          multicast.peers=h | 'multicast.peers: 'h' is not host:port; a list of host:port'
          multicast.unicastPort=7400 | 'multicast.unicastPort: is the group's port too'
          wan.listen=127.0.0.1:99999 | 'wan.listen: '127.0.0.1:99999' has no port from 0 to 65535'
          wan.listen=::1:7500 | 'several colons: write an IPv6 address as [address]:port'
          retransmit.memberShare=0% | 'retransmit.memberShare: '0%' is not allowed; a percentage'
          retransmit.memberShare=101% | 'is not allowed; a percentage with its sign, 1%..100%'
          retransmit.memberShare=0.5 | 'is not allowed; a percentage with its sign'
          retransmit.staleAfter=2h | 'is not allowed; a duration'
          retransmit.staleAfter=999999999999d | 'is not allowed; a duration'
          retransmit.buffer=1MiB | 'is not allowed; a size'
          retransmit.buffer=999999999999GiB | 'is not allowed; a size'
          store.fsync=always | 'store.fsync: 'always' is not allowed; group'
          faults.loss=5 | 'faults.loss: '5' is not allowed; a percentage with its sign, 0%..100%'
          faults.seed=x | 'faults.seed: 'x' is not allowed; a whole number of 64 bits'
          faults.delay=2m | 'faults.delay: '2m' is not allowed'
          site.electorate=paris-1,paris-1 | 'site.electorate: 'paris-1' stands in it twice'
          site.electorate=lyon-1 | 'does not contain node.id 'paris-1''
          site.electorate= | 'wan.home: is missing, and so is site.electorate'
          wan.home=127.0.0.1:7500 | 'wan.home: a core node (site.electorate is given) has no home'
          wan.filter=city/** | 'wan.filter: a core node holds every key'
          wan.filter= | 'a filter has 1 to 64 patterns; this one has 0'
          wan.filter=f* | 'mixes it with other characters'
          site.members=h:1,h:2 | 'site.members: has 2 addresses for the 3 nodes of site.electorate'
          site.members=h:1,h:2,h:0 | 'site.members: 'h:0' has port 0'
          site.address=h:1 | 'site.address: has no meaning without site.members'
          wan.listen=127.0.0.1:8080 | 'wan.listen: '127.0.0.1:8080' is taken by http.port already'
          nonsense | '--set nonsense: is not key=value'
          node=1 | '--set: node: unknown key; there are node.data, node.id, node.site'
          """,
      quoteCharacter = '`')
  void refusesOneBadSetting(String set, String expected) {
    String wanted = expected.substring(1, expected.length() - 1);

    List<ConfigProblem> problems = problems(CORE, List.of(set));

    assertThat(problems).singleElement().asString().contains(wanted);
  }

  @Test
  void aNodeMustKnowWhichMemberItIs() {
    String members = "site.members=h:1,h:2";

    assertThat(problems(EDGE, List.of(members)))
        .singleElement()
        .hasToString("f: site.address: is missing: which of site.members [h:1, h:2] is this node?");
    assertThat(problems(EDGE, List.of(members, "site.address=h:3")))
        .singleElement()
        .asString()
        .contains("'h:3' is not one of site.members [h:1, h:2]");
    assertThat(problems(CORE, List.of("site.members=h:1,h:2,h:3", "site.address=h:2")))
        .singleElement()
        .asString()
        .contains("'h:2' is not the address of 'paris-1': by the order of site.electorate that is");
    assertThat(settings(EDGE, members, "site.address=h:2").memberAddress())
        .contains(new HostPort("h", 2));
    assertThat(settings(EDGE, "site.members=h:1").memberAddress()).contains(new HostPort("h", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: b: c",
        "node: [",
        "- 1",
        "just text",
        "wan: { filter: [**] }",
        "node: { id: x }\nnode: { id: y }",
        "node: { id: x, id: y }",
        "? [a]\n: b",
        "node: 7",
        "node: { id: }",
        "site: { electorate: [[a]] }",
        "site: { electorate: [~] }",
        "node: { id: { a: b } }",
        "\u0000",
        "a: &a [*a]",
        "--- 1\n--- 2\n",
        "!!javax.script.ScriptEngineManager []"
      })
  void refusesWhatIsNoConfiguration(String yaml) {
    assertThat(problems(yaml, List.of()))
        .anyMatch(problem -> problem.place().matches("f(:[0-9]+)?"))
        .noneMatch(problem -> problem.detail().isBlank() || problem.detail().contains("null"));
  }

  @Test
  void anUnquotedPatternGetsAHint() {
    assertThat(problems("node: {}\nwan: { filter: [**] }", List.of()))
        .first()
        .asString()
        .startsWith("f:2: not YAML:")
        .endsWith("put a pattern that begins with * in quotes: \"**\"");
  }

  @Test
  void injectedFaultsAreSaidLoudly() {
    var sets = List.of("faults.loss=1.5%", "faults.delay=20ms", "faults.seed=7");

    LoadedConfig loaded = ConfigReader.parse("f", CORE, sets, Map.of());

    assertThat(loaded.config().faults().on()).isTrue();
    assertThat(loaded.warnings())
        .containsExactly(
            "FAULT INJECTION IS ON: loss 1.5%, duplicate 0%, reorder 0%, delay 20ms, cut 0%,"
                + " seed 7");
  }

  @Test
  void whatHasNoEffectIsSaid() {
    var sets = List.of("wan.listen=127.0.0.1:1", "wan.filter=**");

    assertThat(ConfigReader.parse("f", EDGE, sets, Map.of()).warnings())
        .containsExactly(
            "wan.listen has no effect: an edge node serves no streams",
            "wan.filter is [\"**\"]: this edge node takes every key over the WAN");
  }

  @Test
  void saysWhyAFileCannotBeRead(@TempDir Path directory) throws Exception {
    Path absent = directory.resolve("absent.yaml");
    Path latin1 = Files.write(directory.resolve("latin1.yaml"), new byte[] {'a', (byte) 0xe9});
    Path large = Files.write(directory.resolve("large.yaml"), new byte[(1 << 20) + 1]);

    assertThat(unreadable(absent)).isEqualTo(absent + ": does not exist");
    assertThat(unreadable(directory)).isEqualTo(directory + ": is a directory; name the file");
    assertThat(unreadable(latin1)).isEqualTo(latin1 + ": is not UTF-8");
    assertThat(unreadable(large)).isEqualTo(large + ": is larger than 1048576 bytes");
  }

  private static String unreadable(Path file) {
    return catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.read(file, List.of(), Map.of()))
        .getMessage();
  }

  private static LoadedConfig parse(String yaml) {
    return ConfigReader.parse("f", yaml, List.of(), Map.of());
  }

  private static NodeConfig settings(String yaml, String... sets) {
    return ConfigReader.parse("f", yaml, List.of(sets), Map.of()).config();
  }

  private static List<ConfigProblem> problems(String yaml, List<String> sets) {
    return catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.parse("f", yaml, sets, Map.of()))
        .problems();
  }

  private static NodeId id(String text) {
    return new NodeId(text);
  }
}
