package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.WidecastException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSplitterTest {

  private final List<String> lines = new ArrayList<>();
  private final LineSplitter splitter =
      new LineSplitter(
          10,
          (bytes, from, to) ->
              lines.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void linesDoNotDependOnHowTheStreamIsCut(long seed) {
    var random = new Random(seed);
    byte[] stream = "a\n\nbcd\n0123456789\nlast".getBytes(StandardCharsets.UTF_8);

    for (int from = 0; from < stream.length; ) {
      int to = Math.min(stream.length, from + 1 + random.nextInt(8));
      splitter.add(Arrays.copyOfRange(stream, from, to));
      from = to;
    }
    splitter.end();

    assertThat(lines).containsExactly("a", "", "bcd", "0123456789", "last");
  }

  @Test
  void aLineBeyondTheLimitIsRefused() {
    splitter.add("01234567".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> splitter.add("89a".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(WidecastException.class);
    assertThatThrownBy(
            () ->
                new LineSplitter(3, (b, f, t) -> {}).add("0123\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(WidecastException.class);
  }

  @Test
  void aStreamThatEndsWithALineFeedHasNoLineAfterIt() {
    splitter.add("a\n".getBytes(StandardCharsets.UTF_8));
    splitter.end();

    assertThat(lines).containsExactly("a");
  }
}
