package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {

  @ParameterizedTest
  @ValueSource(strings = {"3.1042", "0.0", "1.0", "9223372036854775807.9223372036854775807"})
  void isReadAsItIsWritten(String text) {
    assertThat(Token.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "3",
        "3.",
        ".3",
        "3.4.5",
        "-3.4",
        "+3.4",
        "3.+4",
        "3.-4",
        " 3.4",
        "3.4 ",
        "a.b",
        "3.4e2",
        "3,4",
        "٣.٤",
        "9223372036854775808.1",
        "1.9223372036854775808",
        "start",
        "0x3.4"
      })
  void anythingElseIsABadToken(String text) {
    assertThatThrownBy(() -> Token.parse(text))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_TOKEN));
  }

  @Test
  void showsOnlyTheBeginningOfALongOne() {
    assertThatThrownBy(() -> Token.parse("x".repeat(100_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
  }

  @Test
  void epochsCompareFirst() {
    List<Token> ordered =
        List.of(Token.NONE, new Token(1, 9), new Token(2, 3), new Token(2, 4), new Token(10, 1));

    assertThat(Stream.concat(ordered.stream().skip(2), ordered.stream().limit(2)).sorted())
        .containsExactlyElementsOf(ordered);
  }

  @Test
  void isNeverNegative() {
    assertThatThrownBy(() -> new Token(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Token(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
