package io.widecast.cli;

import io.reactivex.rxjava3.schedulers.Schedulers;
import io.widecast.client.WatchEvent;
import io.widecast.client.WatchFrame;
import io.widecast.client.WatchRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "watch",
    description = "Follow what happens to matching keys, until interrupted; resumes by itself.")
final class WatchCommand implements Runnable {

  private static final int FRAMES_AHEAD = 16;

  enum Kind {
    TEXT,
    JSON
  }

  @Parameters(
      arity = "1..*",
      paramLabel = "PATTERN",
      description = "* is one segment, ** one or more: 'city/FR/**'.")
  private List<String> patterns;

  @Option(
      names = "--since",
      defaultValue = WatchRequest.START,
      paramLabel = "TOKEN|start|now",
      description = "From where (default: start, the initial copy and then what happens).")
  private String since;

  @Option(
      names = "--format",
      defaultValue = "text",
      paramLabel = "json|text",
      description = "json: each frame as the API sends it, a line each (default: text).")
  private Kind format;

  @Option(names = "--no-values", description = "Keys only.")
  private boolean noValues;

  @Mixin private Target target;

  private final Terminal terminal;

  WatchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    var request = new WatchRequest(patterns, since, !noValues, true);
    target.run(
        terminal,
        client ->
            client
                .watch(request)
                .observeOn(Schedulers.single(), true, FRAMES_AHEAD) // printing may block
                .takeWhile(
                    frame -> {
                      print(frame);
                      return !terminal.gone();
                    })
                .ignoreElements()
                .blockingAwait());
  }

  private void print(WatchFrame frame) {
    if (format == Kind.JSON) {
      terminal.out().println(JsonLines.of(frame));
      return;
    }
    switch (frame.kind()) {
      case RESET -> terminal.out().println("# reset: forget everything, a new copy follows");
      case SNAPSHOT_END ->
          terminal.out().println("# copy complete at " + frame.token().orElseThrow());
      case EVENTS -> frame.events().forEach(this::print);
      case BOOKMARK -> {} // a person has nothing to do with it
      default -> throw new AssertionError(frame);
    }
    if (frame.skipped() > 0) {
      terminal.out().println("# too slow: " + frame.skipped() + " events replaced by newer ones");
    }
  }

  private void print(WatchEvent event) {
    String change = event.expired() ? "expire" : event.deleted() ? "delete" : "put   ";
    String value = event.value().map(JsonLines::shown).orElse("");
    terminal
        .out()
        .println((event.revision() + " " + change + " " + event.key() + " " + value).strip());
  }
}
