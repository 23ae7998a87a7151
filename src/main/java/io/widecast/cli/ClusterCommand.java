package io.widecast.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "cluster", description = "Who is there: sites, nodes, roles, filters.")
final class ClusterCommand implements Runnable {

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  ClusterCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    target.run(
        terminal,
        client -> {
          JsonObject cluster = client.getJson("/v1/cluster").blockingGet();
          if (format.isJson()) {
            terminal.out().println(cluster.encodePrettily());
          } else {
            print(cluster);
          }
        });
  }

  private void print(JsonObject cluster) {
    terminal
        .out()
        .printf(
            "epoch %s, revision %s, master %s%n%n",
            cluster.getValue("epoch"),
            cluster.getValue("revision"),
            cluster.getValue("master") == null ? "none" : cluster.getValue("master"));
    var table = new Table("SITE", "NODE", "ROLE", "STATE", "REVISION", "BACKLOG", "FILTER");
    for (JsonObject site : Json.objects(cluster, "sites")) {
      for (JsonObject node : Json.objects(site, "nodes")) {
        table.row(
            site.getValue("id") + (site.getBoolean("home", false) ? " (home)" : ""),
            node.getValue("id"),
            node.getValue("role"),
            node.getValue("state"),
            node.getValue("revision"),
            node.getValue("wanBacklog", "-"),
            filter(node));
      }
    }
    table.print(terminal.out());
  }

  private static String filter(JsonObject node) {
    Object filter = node.getValue("filter");
    return filter instanceof JsonArray array
        ? array.stream().map(String::valueOf).collect(Collectors.joining(" "))
        : "";
  }
}
