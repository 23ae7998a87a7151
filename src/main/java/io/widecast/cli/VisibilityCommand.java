package io.widecast.cli;

import io.vertx.core.json.JsonObject;
import io.widecast.client.WidecastClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "visibility", description = "Which nodes show a revision, and since when.")
final class VisibilityCommand implements Runnable {

  @Parameters(paramLabel = "REVISION", description = "The publish, or its token.")
  private String revision;

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  VisibilityCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    target.run(
        terminal,
        client -> {
          JsonObject answer =
              client.getJson("/v1/visibility/" + WidecastClient.encode(revision)).blockingGet();
          if (format.isJson()) {
            terminal.out().println(answer.encodePrettily());
            return;
          }
          var table = new Table("NODE", "SITE", "STATE", "AT");
          for (JsonObject node : Json.objects(answer, "nodes")) {
            table.row(
                node.getValue("id"),
                node.getValue("site"),
                node.getValue("state"),
                node.getValue("at", "-"));
          }
          table.print(terminal.out());
        });
  }
}
