package io.widecast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void showsABarOnATerminalAndTakesItAway() throws Exception {
    try (var progress = new Progress(terminal(true), 8);
        InputStream in = progress.counting(new ByteArrayInputStream("a\nb\nc\nd\n".getBytes()))) {
      progress.lines(in.readNBytes(4));
    }

    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("\r[###############---------------]  50 %  2 lines, ")
        .endsWith(" \r");
  }

  @Test
  void isQuietOtherwise() {
    try (var progress = new Progress(terminal(false), 0)) {
      progress.lines("a\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(err.size()).isZero();
  }

  private Terminal terminal(boolean interactive) {
    var stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Terminal(
        InputStream.nullInputStream(), stream, stream, interactive, interactive, Map.of());
  }
}
