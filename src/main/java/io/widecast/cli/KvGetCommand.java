package io.widecast.cli;

import io.widecast.client.StoredValue;
import io.widecast.model.Key;
import io.widecast.model.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Print what a key holds, byte for byte.")
final class KvGetCommand implements Runnable {

  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(names = "--min", paramLabel = "TOKEN", description = "Wait until the node is this far.")
  private String min;

  @Option(names = "--timeout", paramLabel = "DURATION", description = "How long to wait for that.")
  private String timeout;

  @Option(
      names = "--consistency",
      paramLabel = "local|master",
      description =
          "local (default): this node's copy as it is; master: sees every write answered before.")
  private String consistency;

  @Option(names = "--revision", paramLabel = "N", description = "As it stood at this revision.")
  private Long revision;

  @Option(names = "--snapshot", paramLabel = "NAME", description = "As it stands in a snapshot.")
  private String snapshot;

  @Option(names = "--token", description = "Print the token of the write to stderr.")
  private boolean token;

  @Mixin private Target target;

  private final Terminal terminal;

  KvGetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Key.parse(key);
    target.run(
        terminal,
        client -> {
          StoredValue stored = client.get(key, parameters()).blockingGet();
          if (stored == null) {
            throw new ExitException(ExitException.NOT_FOUND, "no such key: " + key);
          }
          print(stored);
        });
  }

  private Map<String, String> parameters() {
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("min", min);
    parameters.put("timeout", timeout);
    parameters.put("consistency", consistency);
    parameters.put("revision", revision == null ? null : revision.toString());
    parameters.put("snapshot", snapshot);
    parameters.values().removeIf(text -> text == null);
    return parameters;
  }

  private void print(StoredValue stored) {
    Value value = stored.value();
    terminal.out().write(value.bytes().unsafeArray(), 0, value.bytes().length());
    boolean endsLine =
        value.bytes().length() > 0 && value.bytes().at(value.bytes().length() - 1) == '\n';
    if (terminal.outIsTerminal() && !endsLine) {
      terminal.out().println(); // for the prompt that follows; a pipe gets the bytes alone
    }
    if (token) {
      terminal.err().println(stored.token());
    }
  }
}
