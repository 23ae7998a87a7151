package io.widecast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the reference true; {@code -Dgolden.update} rewrites its two tables. */
class CountersReferenceTest {

  private static final Path REFERENCE = Path.of("docs/reference/counters.md");

  @Test
  void theTablesListEveryCounterAndGaugeWithItsNameAndMeaning() throws Exception {
    String counters =
        table(
            Arrays.stream(Metric.values())
                .map(
                    each ->
                        row(each.text(), prometheusName(each.text()) + "_total", each.meaning())));
    String gauges =
        table(
            Arrays.stream(Gauge.values())
                .map(each -> row(each.text(), prometheusName(each.text()), each.meaning())));
    String text = Files.readString(REFERENCE);
    String expected = replaced(replaced(text, "counters", counters), "gauges", gauges);
    if (System.getProperty("golden.update") != null) {
      Files.writeString(REFERENCE, expected);
      text = expected;
    }

    assertThat(text).isEqualTo(expected);
  }

  private static String replaced(String text, String name, String table) {
    String begin = "<!-- " + name + ": written by CountersReferenceTest -->\n";
    String end = "<!-- end of " + name + " -->\n";
    assertThat(text).contains(begin, end);
    int from = text.indexOf(begin) + begin.length();
    return text.substring(0, from) + table + text.substring(text.indexOf(end));
  }

  private static String table(Stream<String> rows) {
    return "| name | in Prometheus | meaning |\n| --- | --- | --- |\n"
        + rows.collect(Collectors.joining());
  }

  private static String row(String name, String prometheusName, String meaning) {
    return "| `" + name + "` | `" + prometheusName + "` | " + meaning + " |\n";
  }

  private static String prometheusName(String name) {
    return "widecast_" + name.replace('.', '_');
  }
}
