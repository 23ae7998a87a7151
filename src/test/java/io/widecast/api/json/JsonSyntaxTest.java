package io.widecast.api.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the parser that publishes are read with, on texts that are sound, or nearly so. */
class JsonSyntaxTest {

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          "\"a\"",
          "\"\\u00e9\"",
          "\"\\x\"",
          "\"\\u12\"",
          "\"",
          "0",
          "01",
          "-",
          "-0.5e+3",
          "1.",
          "1E9",
          "+1",
          ".5",
          "1e",
          "true",
          "tru",
          "false",
          "null",
          "nul",
          " ",
          "\n",
          "\t",
          "\u00e9",
          "'",
          "NaN",
          "/",
          "{\"k\":",
          "\"k\":1,");

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void agreesWithTheParser(long seed) throws IOException {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      var text = new StringBuilder();
      for (int piece = random.nextInt(8); piece >= 0; piece--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);

      assertThat(JsonSyntax.isValue(json)).as("'" + text + "'").isEqualTo(parses(json));
    }
  }

  @Test
  void nestingHasTheParsersBound() throws IOException {
    for (int depth : List.of(JsonSyntax.DEPTH_MAX, JsonSyntax.DEPTH_MAX + 1)) {
      byte[] json = ("[".repeat(depth) + "]".repeat(depth)).getBytes(StandardCharsets.UTF_8);

      assertThat(JsonSyntax.isValue(json)).isEqualTo(depth <= JsonSyntax.DEPTH_MAX);
      assertThat(parses(json)).isEqualTo(depth <= JsonSyntax.DEPTH_MAX);
    }
  }

  private static boolean parses(byte[] json) throws IOException {
    try (JsonParser parser = JsonText.FACTORY.createParser(json)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      parser.finishToken();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
