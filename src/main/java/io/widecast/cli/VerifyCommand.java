package io.widecast.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.store.VerifyReport;
import io.widecast.store.log.FileDisk;
import io.widecast.store.log.StoreException;
import io.widecast.store.verify.OfflineVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    description =
        "Check a whole store: a running node's, or the data directory of one that is stopped."
            + " Fails on an alarm.")
final class VerifyCommand implements Runnable {

  private static final Duration TIME_FOR_EVERYTHING = Duration.ofHours(1);

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The node.data of a node that is stopped (default: ask the running node).")
  private Path directory;

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    JsonObject answer = directory == null ? online() : offline();
    if (format.isJson()) {
      terminal.out().println(answer.encodePrettily());
    } else {
      print(answer);
    }
    if (!answer.getBoolean("sound", false)) {
      throw new ExitException(ExitException.FAILED, null);
    }
  }

  private JsonObject online() {
    return target.call(
        terminal,
        TIME_FOR_EVERYTHING,
        client -> client.sendJson(HttpMethod.POST, "/v1/verify", new JsonObject()).blockingGet());
  }

  private JsonObject offline() {
    if (!Files.isDirectory(directory)) {
      throw new ExitException(ExitException.USAGE, directory + " is no directory");
    }
    try {
      return json(
          OfflineVerifier.verify(new FileDisk(directory), Runtime.getRuntime().maxMemory()));
    } catch (StoreException | IOException e) {
      throw new ExitException(ExitException.FAILED, e.getMessage());
    }
  }

  private static JsonObject json(VerifyReport report) {
    var alarms = new JsonArray();
    for (VerifyReport.Alarm alarm : report.alarms()) {
      alarms.add(
          new JsonObject()
              .put("kind", alarm.kind())
              .put("where", alarm.where())
              .put("detail", alarm.detail()));
    }
    return new JsonObject()
        .put("sound", report.sound())
        .put("revision", report.token().revision())
        .put("alarms", alarms);
  }

  private void print(JsonObject answer) {
    boolean sound = answer.getBoolean("sound", false);
    terminal
        .out()
        .println((sound ? "sound" : "NOT SOUND") + " at revision " + answer.getValue("revision"));
    var table = new Table("KIND", "WHERE", "DETAIL");
    var alarms = Json.objects(answer, "alarms");
    alarms.forEach(
        alarm ->
            table.row(alarm.getValue("kind"), alarm.getValue("where"), alarm.getValue("detail")));
    if (!alarms.isEmpty()) {
      table.print(terminal.out());
    }
  }
}
