package io.widecast.cli;

import picocli.CommandLine.Option;

/** How an answer of several rows is printed. */
final class Format {

  enum Kind {
    TABLE,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      paramLabel = "table|json",
      description = "How to print it (default: ${DEFAULT-VALUE}).")
  private Kind kind;

  boolean isJson() {
    return kind == Kind.JSON;
  }
}
