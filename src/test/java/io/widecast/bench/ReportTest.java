package io.widecast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

  @Test
  void theMedianOfEachColumnCounts() {
    Map<String, Object> medians =
        Report.medians(
            List.of(
                Map.of("p50", 3.0, "n", 10L, "filter", "**"),
                Map.of("p50", 1.0, "n", 30L, "filter", "**"),
                Map.of("p50", 2.0, "n", 20L, "filter", "**")));

    assertThat(medians).isEqualTo(Map.of("p50", 2.0, "n", 20L, "filter", "**"));
  }

  @Test
  void anEvenNumberOfRunsHasTheMiddleOfBoth() {
    assertThat(Report.medians(List.of(Map.of("n", 10L), Map.of("n", 21L))))
        .isEqualTo(Map.of("n", 16L));
  }
}
