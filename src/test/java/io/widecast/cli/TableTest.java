package io.widecast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void alignsTextLeftAndNumbersRight() {
    var out = new ByteArrayOutputStream();

    new Table("NODE", "REVISION", "FILTER")
        .row("paris-1", 1042, "")
        .row("é", 7L, "city/**")
        .print(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            NODE     REVISION  FILTER
            paris-1      1042
            é               7  city/**
            """);
  }
}
