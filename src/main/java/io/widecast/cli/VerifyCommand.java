package io.widecast.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "verify", description = "Let a node check its whole store; fails on an alarm.")
final class VerifyCommand implements Runnable {

  private static final Duration TIME_FOR_EVERYTHING = Duration.ofHours(1);

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    JsonObject answer =
        target.call(
            terminal,
            TIME_FOR_EVERYTHING,
            client ->
                client.sendJson(HttpMethod.POST, "/v1/verify", new JsonObject()).blockingGet());
    if (format.isJson()) {
      terminal.out().println(answer.encodePrettily());
    } else {
      print(answer);
    }
    if (!answer.getBoolean("sound", false)) {
      throw new ExitException(ExitException.FAILED, null);
    }
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
