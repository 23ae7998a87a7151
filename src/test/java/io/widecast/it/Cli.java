package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command of the packaged jar, in a process of its own, that has ended.
 *
 * @param output both streams
 */
record Cli(int exitCode, String output) {

  static Cli run(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-jar", Processes.jar().toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(Processes.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return new Cli(process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Runs what has to succeed. */
  static String succeed(String... arguments) {
    Cli cli = run(arguments);
    assertThat(cli.exitCode()).as(String.join(" ", arguments) + ": " + cli.output()).isZero();
    return cli.output();
  }
}
