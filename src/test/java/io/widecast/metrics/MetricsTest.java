package io.widecast.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricsTest {

  @Test
  void countsEachByItself() {
    var metrics = new Metrics();

    for (Metric metric : Metric.values()) {
      metrics.increment(metric);
      metrics.add(metric, metric.ordinal());
    }

    for (Metric metric : Metric.values()) {
      assertThat(metrics.get(metric)).isEqualTo(1 + metric.ordinal());
    }
  }

  @Test
  void levelsRiseAndFallEachByItself() {
    var metrics = new Metrics();

    for (Gauge gauge : Gauge.values()) {
      metrics.set(gauge, 10);
      metrics.add(gauge, -gauge.ordinal());
    }

    for (Gauge gauge : Gauge.values()) {
      assertThat(metrics.get(gauge)).isEqualTo(10 - gauge.ordinal());
    }
  }

  @Test
  void losesNoIncrementOfAnyThread() {
    var metrics = new Metrics();

    IntStream.range(0, 100_000)
        .parallel()
        .forEach(
            i -> {
              metrics.increment(Metric.DATAGRAMS_SENT);
              metrics.add(Gauge.WATCHES, i % 2 == 0 ? 3 : -3);
            });

    assertThat(metrics.get(Metric.DATAGRAMS_SENT)).isEqualTo(100_000);
    assertThat(metrics.get(Gauge.WATCHES)).isZero();
  }

  @Test
  void namesAreWordsBetweenDotsAndUsedOnce() {
    Stream<String> names =
        Stream.concat(
            Arrays.stream(Metric.values()).map(Metric::text),
            Arrays.stream(Gauge.values()).map(Gauge::text));

    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+(\\.[a-z]+)*"));
    assertThat(Metric.values()).allSatisfy(each -> assertThat(each.meaning()).isNotBlank());
    assertThat(Gauge.values()).allSatisfy(each -> assertThat(each.meaning()).isNotBlank());
  }
}
