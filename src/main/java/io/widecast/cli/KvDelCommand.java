package io.widecast.cli;

import io.widecast.client.WriteOptions;
import io.widecast.model.Key;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "del", description = "Delete a key.")
final class KvDelCommand implements Runnable {

  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(
      names = "--if-match",
      paramLabel = "TOKEN",
      description = "Only if the key holds what this publish wrote.")
  private String ifMatch;

  @Mixin private WriteFlags flags;
  @Mixin private Target target;

  private final Terminal terminal;

  KvDelCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Key.parse(key);
    WriteOptions options = ifMatch == null ? flags.options() : flags.options().ifMatch(ifMatch);
    target.run(
        terminal,
        client ->
            terminal.out().println("deleted " + client.delete(key, options).blockingGet().token()));
  }
}
