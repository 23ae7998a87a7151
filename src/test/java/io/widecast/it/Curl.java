package io.widecast.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Requests by curl: a client that nobody here wrote. */
final class Curl {

  private static final String END_OF_HEAD = "\r\n\r\n";

  /**
   * What curl got.
   *
   * @param headers by their names in lower case
   */
  record Answer(int status, String protocol, Map<String, String> headers, String body) {

    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private Curl() {}

  static boolean isInstalled() {
    try {
      return new ProcessBuilder("curl", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Runs curl. An answer that does not end within {@code secondsMax} is what came by then.
   *
   * @param arguments as on its command line
   */
  static Answer run(int secondsMax, List<String> arguments) {
    var command = new ArrayList<>(List.of("curl", "-sS", "-i", "-N"));
    command.addAll(List.of("--max-time", Integer.toString(secondsMax)));
    command.addAll(arguments);
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return parse(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static Answer parse(String text) {
    String rest = text;
    while (rest.matches("(?s)HTTP/[0-9.]+ 1\\d\\d.*")) { // 100 Continue
      rest = rest.substring(rest.indexOf(END_OF_HEAD) + END_OF_HEAD.length());
    }
    int end = rest.indexOf(END_OF_HEAD);
    if (end < 0) {
      throw new AssertionError("no answer: '" + text + "'");
    }
    String[] lines = rest.substring(0, end).split("\r\n");
    String[] first = lines[0].split(" ");
    var headers = new TreeMap<String, String>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    return new Answer(
        Integer.parseInt(first[1]), first[0], headers, rest.substring(end + END_OF_HEAD.length()));
  }
}
