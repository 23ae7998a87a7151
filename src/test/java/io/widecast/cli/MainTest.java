package io.widecast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.cli.Console.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no node: help, usage, configuration. */
class MainTest {

  private final Console console = new Console();

  @Test
  void helpListsEveryCommand() {
    Run run = console.run("--help");

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("demo", "node", "config", "kv", "publish", "watch", "cluster", "lag")
        .contains("visibility", "snapshot", "verify", "bench", "Exit codes:");
  }

  @Test
  void everyCommandHasHelpOfItsOwn() {
    for (Supplier<Object> command : Main.commands(Terminal.ofProcess()).values()) {
      assertThat(command.get()).isNotNull();
    }
    assertThat(console.run("kv", "put", "--help").out())
        .startsWith("Usage: widecast kv put")
        .contains("--if-match", "--if-absent", "--ttl", "--ack", "$WIDECAST_ENDPOINT");
    assertThat(console.run("bench", "kv", "--help").out()).contains("--in-flight", "--core-nodes");
  }

  @Test
  void saysItsVersion() {
    assertThat(console.run("--version").out()).startsWith("widecast ").contains("Java ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          | Which one? demo, node
          kv | Which one? put, get, del, ls, history
          frob | Unmatched argument at index 0: 'frob'
          kv get | Missing required parameter: 'KEY'
          node | Missing required option: '--config=FILE'
          kv ls -o xml | Invalid value for option '--output'
          kv get k --endpoint nonsense | an endpoint is http://host:port
          kv put k v --ack most | ack is one of memory, durable, all, edge; this is 'most'
          watch f* | a * stands for a whole segment
          watch ** --since 7 | a token is epoch.revision
          bench kv --core-nodes 0 | --core-nodes is a number or a range
          bench kv --runs 0 | --duration and --runs are above 0
          """)
  void badUsageIsOneSentenceAndExitCodeTwo(String line, String message) {
    Run run = console.run(line == null ? new String[0] : line.split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
  }

  @Test
  void aBadKeyIsFoundBeforeAnythingIsSent() {
    assertThat(console.run("kv", "get", "a\tb").code()).isEqualTo(2);
    assertThat(console.run("kv", "put", "", "v").err()).contains("a key has 1 to 1024 bytes");
  }

  @Test
  void configCheckSaysWhatWouldRun() {
    Run run = console.run("config", "check", "config/paris-2.yaml", "--set", "faults.loss=5%");

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("paris-2 of site paris, core node, electorate paris-1, paris-2, paris-3")
        .contains("http        127.0.0.1:8081\n")
        .contains("this one 127.0.0.1:5702")
        .contains("239.77.0.1:7400 on interface lo, fallback unicast")
        .contains("wan         listens on 127.0.0.1:7501");
    assertThat(run.err()).startsWith("warning: FAULT INJECTION IS ON: loss 5%");
  }

  @Test
  void configCheckKnowsAnEdgeNodeAndTheEnvironment() {
    console.environment.put("WIDECAST_HTTP_PORT", "9");

    Run run = console.run("config", "check", "config/tokyo-1.yaml");

    assertThat(run.out())
        .contains("tokyo-1 of site tokyo, edge node")
        .contains("127.0.0.1:9\n")
        .contains("follows 127.0.0.1:7500, 127.0.0.1:7501, 127.0.0.1:7502")
        .contains("filter      city/JP/**,city/IN/**");
  }

  @Test
  void configCheckNamesEveryProblemAndItsLine(@TempDir Path directory) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("bad.yaml"),
            "node: { id: a, site: b }\nhttp:\n  port: x\n  prt: 1\n");

    Run run = console.run("config", "check", file.toString());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(file + ":3: http.port: 'x' is not allowed; a port, 0..65535\n")
        .contains(file + ":4: http.prt: unknown key")
        .contains(file + ": wan.home: is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config check", "node --config"})
  void aFileThatIsNotThereIsABadConfiguration(String command) {
    Run run = console.run((command + " no-such.yaml").split(" "));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("no-such.yaml: does not exist\n");
  }

  @Test
  void verboseShowsWhereAFailureCameFrom() {
    console.environment.put("WIDECAST_ENDPOINT", "http://127.0.0.1:1");

    assertThat(console.run("publish", "no-such-file").err())
        .isEqualTo("no-such-file: no such file\n");
    assertThat(console.run("publish", "no-such-file", "--verbose").err()).contains("ExitException");
  }
}
