package io.widecast.cli;

import io.widecast.bench.Machine;
import io.widecast.bench.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all measurements have in common. */
final class BenchFlags {

  @Option(
      names = "--java-options",
      split = " ",
      paramLabel = "OPTIONS",
      description = "For the JVMs of the nodes that are started, such as '-Xmx256m'.")
  List<String> javaOptions = new ArrayList<>();

  @Mixin private Format format;

  /** Runs a measurement, telling stderr how it goes, and prints what it found. */
  void run(Terminal terminal, Function<Consumer<String>, Report> measurement) {
    Report report = measurement.apply(line -> terminal.err().println(line));
    if (format.isJson()) {
      terminal.out().println(BenchJson.of(report));
      return;
    }
    terminal.out().println(Machine.describe());
    for (Report.Section section : report.sections()) {
      terminal.out().println();
      terminal.out().println(section.title());
      print(section, terminal);
    }
  }

  private static void print(Report.Section section, Terminal terminal) {
    if (section.rows().isEmpty()) {
      return;
    }
    var table = new Table(section.rows().get(0).keySet().toArray(String[]::new));
    for (Map<String, Object> row : section.rows()) {
      table.row(row.values().stream().map(Report::shown).toArray());
    }
    table.print(terminal.out());
  }
}
