package io.widecast.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "lag", description = "How far behind each node is.")
final class LagCommand implements Runnable {

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  LagCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    target.run(
        terminal,
        client -> {
          JsonArray rows = rows(client.getJson("/v1/cluster").blockingGet());
          if (format.isJson()) {
            terminal.out().println(rows.encodePrettily());
          } else {
            print(rows);
          }
        });
  }

  private static JsonArray rows(JsonObject cluster) {
    long newest = cluster.getLong("revision", 0L);
    var rows = new JsonArray();
    for (JsonObject site : Json.objects(cluster, "sites")) {
      for (JsonObject node : Json.objects(site, "nodes")) {
        long revision = node.getLong("revision", 0L);
        rows.add(
            new JsonObject()
                .put("id", node.getValue("id"))
                .put("site", site.getValue("id"))
                .put("state", node.getValue("state"))
                .put("revision", revision)
                .put("behind", Math.max(0, newest - revision))
                .put("lagMs", node.getLong("lagMs", 0L)));
      }
    }
    return rows;
  }

  private void print(JsonArray rows) {
    var table = new Table("NODE", "SITE", "STATE", "REVISION", "BEHIND", "LAG MS");
    for (Object row : rows) {
      JsonObject node = (JsonObject) row;
      table.row(
          node.getValue("id"),
          node.getValue("site"),
          node.getValue("state"),
          node.getValue("revision"),
          node.getValue("behind"),
          node.getValue("lagMs"));
    }
    table.print(terminal.out());
  }
}
