package io.widecast.cli;

import io.vertx.core.json.JsonObject;
import io.widecast.client.WidecastClient;
import io.widecast.model.Key;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "history", description = "The versions of a key that are still kept, newest first.")
final class KvHistoryCommand implements Runnable {

  @Parameters(paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many, up to 1,000.")
  private Integer limit;

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
          if (limit != null) {
            path += "?limit=" + limit;
          }
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
                version.getBoolean("expired", false) ? "expire" : version.getValue("type"),
                version.getValue("version", "-"),
                shown(version));
          }
          table.print(terminal.out());
          if (history.getBoolean("more", false)) {
            terminal.out().println("… and older ones: --limit shows more");
          }
        });
  }

  /** On one line; a value of several would break the table. */
  private static String shown(JsonObject version) {
    Object value = version.getValue("value", version.getValue("valueBase64", ""));
    return String.valueOf(value).replaceAll("\\p{Cntrl}", "·");
  }
}
