package io.widecast.cli;

import io.widecast.client.ListedPair;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ls", description = "List keys in byte order, a line each.")
final class KvLsCommand implements Runnable {

  /** Rows whose widths are not known in advance: the list may be longer than memory. */
  private static final String LONG_ROW = "%10d  %7d  %8s  %s%n";

  private static final int ROWS_A_FLUSH = 500;

  @Parameters(
      arity = "0..1",
      defaultValue = "",
      paramLabel = "PREFIX",
      description = "Only keys that begin with it.")
  private String prefix;

  @Option(
      names = {"-l", "--long"},
      description = "With revision, version and time to live.")
  private boolean longRows;

  @Option(names = "--values", description = "With values; in JSON only.")
  private boolean values;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
  private Long limit;

  @Option(names = "--revision", paramLabel = "N", description = "As it stood at this revision.")
  private Long revision;

  @Option(names = "--snapshot", paramLabel = "NAME", description = "As it stands in a snapshot.")
  private String snapshot;

  @Mixin private Format format;
  @Mixin private Target target;

  private final Terminal terminal;

  KvLsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (longRows && !format.isJson()) {
      terminal.out().printf("%10s  %7s  %8s  %s%n", "REVISION", "VERSION", "TTL", "KEY");
    }
    target.run(
        terminal,
        client -> {
          long left = limit == null ? Long.MAX_VALUE : limit;
          long printed = 0;
          for (ListedPair pair : client.list(prefix, parameters()).take(left).blockingIterable()) {
            print(pair);
            if (++printed % ROWS_A_FLUSH == 0 && terminal.gone()) {
              return;
            }
          }
        });
  }

  private Map<String, String> parameters() {
    var parameters = new LinkedHashMap<String, String>();
    if (!(values && format.isJson())) {
      parameters.put("keysOnly", "true");
    }
    if (limit != null && limit < 1_000) {
      parameters.put("limit", Long.toString(Math.max(limit, 1)));
    }
    if (revision != null) {
      parameters.put("revision", revision.toString());
    }
    if (snapshot != null) {
      parameters.put("snapshot", snapshot);
    }
    return parameters;
  }

  private void print(ListedPair pair) {
    if (format.isJson()) {
      terminal.out().println(JsonLines.of(pair));
    } else if (longRows) {
      String ttl = pair.ttlSeconds().isPresent() ? pair.ttlSeconds().getAsLong() + "s" : "-";
      terminal.out().printf(LONG_ROW, pair.revision(), pair.version(), ttl, pair.key());
    } else {
      terminal.out().println(pair.key());
    }
  }
}
