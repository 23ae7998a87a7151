package io.widecast.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "handover", description = "Let another core node order; writes go on at once.")
final class ClusterHandoverCommand implements Runnable {

  @Parameters(paramLabel = "NODE", description = "The next master.")
  private String node;

  @Mixin private Target target;

  private final Terminal terminal;

  ClusterHandoverCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    String master =
        target.call(terminal, client -> master(client.getJson("/v1/cluster").blockingGet()));
    target.runAt(
        master,
        terminal,
        client -> {
          JsonObject answer =
              client
                  .sendJson(
                      HttpMethod.POST, "/v1/cluster/handover", new JsonObject().put("to", node))
                  .blockingGet();
          terminal
              .out()
              .println(
                  answer.getValue("master") + " is the master, epoch " + answer.getValue("epoch"));
        });
  }

  /** Where the master answers HTTP, as the node that was asked knows it. */
  private static String master(JsonObject cluster) {
    for (JsonObject site : Json.objects(cluster, "sites")) {
      for (JsonObject member : Json.objects(site, "nodes")) {
        String http = member.getString("http", "");
        if (member.getValue("id").equals(cluster.getValue("master")) && !http.isEmpty()) {
          return http;
        }
      }
    }
    throw new ExitException(1, "no master is known now; see 'widecast cluster', and retry");
  }
}
