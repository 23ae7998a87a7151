package io.widecast.cli;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.widecast.client.WidecastClient;
import io.widecast.store.snapfile.SnapshotFileHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "snapshot", description = "Point-in-time copies.")
final class SnapshotCommand extends Group {

  private static final String PATH = "/v1/snapshots";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

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
                state(snapshot));
          }
          table.print(terminal.out());
        });
  }

  private static String state(JsonObject snapshot) {
    Double progress = snapshot.getDouble("progress");
    String state = String.valueOf(snapshot.getValue("state", "-"));
    return progress == null ? state : "%s, %d %%".formatted(state, Math.round(100 * progress));
  }

  @Command(
      name = "inspect",
      description = "Where a snapshot stands, or what is in the file of one: reads and checks it.")
  void inspect(
      @Parameters(paramLabel = "FILE|NAME", description = "A file, else a node's snapshot.")
          String what,
      @Mixin Target target) {
    Path file = Path.of(what);
    if (Files.isRegularFile(file)) {
      print(SnapshotFiles.json(file, SnapshotFiles.checked(file)));
    } else if (NAME.matcher(what).matches()) {
      target.run(terminal, client -> print(client.getJson(path(what)).blockingGet()));
    } else {
      throw new ExitException(ExitException.USAGE, "there is no file " + what);
    }
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
          for (Buffer lines : client.stream(path).blockingIterable()) {
            terminal.out().write(lines.getBytes(), 0, lines.length());
            if (terminal.gone()) {
              return;
            }
          }
        });
  }

  @Command(
      name = "save",
      description = "Download a snapshot into a file, and check that all of it has come.")
  void save(
      @Parameters(index = "0", paramLabel = "NAME", description = "The snapshot.") String name,
      @Parameters(index = "1", paramLabel = "FILE", description = "A new file.") Path file,
      @Option(names = "--force", description = "Replace a file that is there.") boolean force,
      @Mixin Target target) {
    if (!force && Files.exists(file)) {
      throw new ExitException(
          ExitException.FAILED, "cannot write " + file + ": it is there; --force replaces it");
    }
    target.run(
        terminal,
        client -> {
          SnapshotFileHeader header =
              SnapshotFiles.save(client.stream(path(name) + "/download"), file);
          terminal.out().printf("saved %s: %,d keys at %s%n", file, header.rows(), header.token());
        });
  }

  @Command(
      name = "restore",
      description = {
        "Begin a new cluster with a snapshot: write the data directory of one of its core nodes.",
        "Do so for each core node, from the same file with the same --epoch, then start them; edge"
            + " nodes start with empty directories."
      })
  void restore(
      @Parameters(paramLabel = "FILE", description = "What snapshot save wrote.") Path file,
      @Option(
              names = "--data",
              required = true,
              paramLabel = "DIR",
              description = "The node's data directory, node.data: empty or not there yet.")
          Path directory,
      @Option(
              names = "--node",
              required = true,
              paramLabel = "ID",
              description = "The node's name, node.id.")
          String node,
      @Option(
              names = "--epoch",
              paramLabel = "N",
              description =
                  "What the new cluster's epochs begin above (default: 1,000 above the snapshot's).")
          Long epoch) {
    var restored = SnapshotFiles.restore(file, directory, node, epoch);
    terminal
        .out()
        .printf(
            "restored %,d keys at %s into %s for node %s; new tokens have epochs above %d%n",
            restored.header().rows(), restored.header().token(), directory, node, restored.term());
  }

  private static String path(String name) {
    return PATH + "/" + WidecastClient.encode(name);
  }

  private void print(JsonObject json) {
    terminal.out().println(json.encodePrettily());
  }
}
