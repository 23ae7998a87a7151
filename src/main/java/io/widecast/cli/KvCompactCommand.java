package io.widecast.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "compact",
    aliases = "compaction", // as etcdctl has it
    description = "End the history below a revision at the node that is asked; snapshots stay.")
final class KvCompactCommand implements Runnable {

  @Parameters(paramLabel = "REVISION", description = "The lowest that can be read afterwards.")
  private long revision;

  @Mixin private Target target;

  private final Terminal terminal;

  KvCompactCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    target.run(
        terminal,
        client -> {
          JsonObject answer =
              client
                  .sendJson(
                      HttpMethod.POST, "/v1/compact", new JsonObject().put("revision", revision))
                  .blockingGet();
          terminal
              .out()
              .println("history begins at revision " + answer.getValue("compactRevision"));
        });
  }
}
