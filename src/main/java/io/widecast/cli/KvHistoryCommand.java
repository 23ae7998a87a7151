package io.widecast.cli;

import io.vertx.core.json.JsonObject;
import io.widecast.client.WidecastClient;
import io.widecast.model.Key;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "history", description = "The versions of a key that are still kept, newest first.")
final class KvHistoryCommand implements Runnable {

  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  KvHistoryCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Key.parse(key);
    target.run(
        terminal,
        client -> {
          String path = "/v1/history/" + WidecastClient.encodeKey(key);
          JsonObject history = client.getJson(path).blockingGet();
          if (format.isJson()) {
            terminal.out().println(history.encodePrettily());
            return;
          }
          var table = new Table("EPOCH", "REVISION", "TYPE", "VERSION", "VALUE");
          for (JsonObject version : Json.objects(history, "versions")) {
            table.row(
                version.getValue("epoch"),
                version.getValue("revision"),
                version.getValue("type"),
                version.getValue("version", "-"),
                version.getValue("value", version.getValue("valueBase64", "")));
          }
          table.print(terminal.out());
        });
  }
}
