package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "city/FR/Paris", "/", "a//b", ".", "..", " ", "日本/東京", "\ud83d\ude00", "*"})
  void takesAnyTextWithoutControlCharacters(String text) {
    Key key = Key.parse(text);

    assertThat(key.toString()).isEqualTo(text);
    assertThat(Key.parseUtf8(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(key);
    assertThat(Key.of(text)).isEqualTo(key).hasSameHashCodeAs(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a\nb",
        "\u0000",
        "\u007f",
        "\u0085",
        "\ud83d",
        "a\ude00",
        "\ud83d\ud83d\ude00"
      })
  void refusesWhatIsEmptyOrHasControlCharactersOrLoneSurrogates(String text) {
    assertBadKey(() -> Key.parse(text));
  }

  @Test
  void countsBytesOfUtf8AndNotCharacters() {
    assertThat(Key.parse("ä".repeat(512)).sizeBytes()).isEqualTo(1024);
    assertBadKey(() -> Key.parse("ä".repeat(512) + "a"));
    assertThat(new Key(Bytes.wrap(new byte[1024])).sizeBytes()).isEqualTo(1024);
    for (int length : new int[] {0, 1025}) {
      assertThatThrownBy(() -> new Key(Bytes.wrap(new byte[length])))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesMalformedUtf8() {
    for (byte[] bytes :
        List.of(bytes(0xff), bytes(0xc0, 0x80), bytes(0xed, 0xa0, 0x80), bytes('a', 0xe2, 0x82))) {
      assertBadKey(() -> Key.parseUtf8(bytes));
    }
  }

  @Test
  void areOrderedByTheirBytesWithoutASign() {
    List<Key> ordered =
        List.of(
            Key.of("A"),
            Key.of("B"),
            Key.of("a"),
            Key.of("a/b"),
            Key.of("aa"),
            Key.of("é"),
            Key.of("\uffee"),
            Key.of("\ud83d\ude00"),
            new Key(Bytes.wrap(bytes(0xff))));

    assertThat(Stream.concat(ordered.stream().skip(4), ordered.stream().limit(4)).sorted())
        .containsExactlyElementsOf(ordered);
  }

  private static byte[] bytes(int... values) {
    var array = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      array[i] = (byte) values[i];
    }
    return array;
  }

  private static void assertBadKey(Runnable parsing) {
    assertThatThrownBy(parsing::run)
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_KEY));
  }
}
