package io.widecast.cli;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.widecast.client.WidecastClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "snapshot", description = "Point-in-time copies.")
final class SnapshotCommand extends Group {

  private static final String PATH = "/v1/snapshots";

  private final Terminal terminal;

  SnapshotCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(name = "create", description = "Take a snapshot.")
  void create(
      @Parameters(paramLabel = "NAME", description = "Its name.") String name,
      @Mixin Target target) {
    var body = new JsonObject().put("name", name);
    target.run(
        terminal, client -> print(client.sendJson(HttpMethod.POST, PATH, body).blockingGet()));
  }

  @Command(name = "list", description = "The snapshots there are.")
  void list(@Mixin Format format, @Mixin Target target) {
    target.run(
        terminal,
        client -> {
          JsonObject answer = client.getJson(PATH).blockingGet();
          if (format.isJson()) {
            print(answer);
            return;
          }
          var table = new Table("NAME", "REVISION", "CREATED", "KEYS", "BYTES", "STATE");
          for (JsonObject snapshot : Json.objects(answer, "snapshots")) {
            table.row(
                snapshot.getValue("name"),
                snapshot.getValue("revision"),
                snapshot.getValue("createdAt"),
                snapshot.getValue("keys", "-"),
                snapshot.getValue("bytes", "-"),
                snapshot.getValue("state", "-"));
          }
          table.print(terminal.out());
        });
  }

  @Command(name = "inspect", description = "Where a snapshot stands, and how large it is.")
  void inspect(
      @Parameters(paramLabel = "NAME", description = "The snapshot.") String name,
      @Mixin Target target) {
    target.run(terminal, client -> print(client.getJson(path(name)).blockingGet()));
  }

  @Command(name = "delete", description = "Delete a snapshot; its space is freed little by little.")
  void delete(
      @Parameters(paramLabel = "NAME", description = "The snapshot.") String name,
      @Mixin Target target) {
    target.run(
        terminal,
        client ->
            print(client.sendJson(HttpMethod.DELETE, path(name), new JsonObject()).blockingGet()));
  }

  @Command(name = "diff", description = "The keys that differ between two snapshots, a line each.")
  void diff(
      @Parameters(index = "0", paramLabel = "FROM", description = "The older.") String from,
      @Parameters(index = "1", defaultValue = "now", paramLabel = "TO", description = "The newer.")
          String to,
      @Mixin Target target) {
    String path =
        PATH + "/diff?from=" + WidecastClient.encode(from) + "&to=" + WidecastClient.encode(to);
    target.run(
        terminal,
        client -> {
          Buffer lines = client.getBody(path).blockingGet();
          terminal.out().write(lines.getBytes(), 0, lines.length());
        });
  }

  @Command(name = "save", description = "Download a snapshot into a file.")
  void save(
      @Parameters(index = "0", paramLabel = "NAME", description = "The snapshot.") String name,
      @Parameters(index = "1", paramLabel = "FILE", description = "A new file.") Path file,
      @Option(names = "--force", description = "Replace a file that is there.") boolean force,
      @Mixin Target target) {
    target.run(
        terminal,
        client -> {
          Buffer content = client.getBody(path(name) + "/download").blockingGet();
          try {
            Files.write(
                file,
                content.getBytes(),
                force ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
          } catch (IOException e) {
            throw new ExitException(ExitException.FAILED, "cannot write " + file + ": " + e);
          }
          terminal.out().println("saved " + content.length() + " bytes");
        });
  }

  private static String path(String name) {
    return PATH + "/" + WidecastClient.encode(name);
  }

  private void print(JsonObject json) {
    terminal.out().println(json.encodePrettily());
  }
}
