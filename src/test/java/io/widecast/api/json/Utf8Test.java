package io.widecast.api.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void agreesWithTheDecoderOfTheJdk(long seed) {
    var random = new Random(seed);
    byte[] text = "plain ASCII, then: äß€\uD83D\uDE00 and more".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = text.clone();
      for (int k = random.nextInt(3); k > 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) (random.nextInt(256));
      }
      int from = random.nextInt(bytes.length);
      int to = from + random.nextInt(bytes.length - from + 1);
      assertThat(Utf8.isValid(bytes, from, to)).isEqualTo(decodes(bytes, from, to));
    }
  }

  @Test
  void agreesWithTheDecoderOnEverySequenceOfTwoAndOnTheFirstOfThree() {
    for (int first = 0x80; first < 0x100; first++) {
      for (int second = 0; second < 0x100; second++) {
        byte[] two = {(byte) first, (byte) second};
        byte[] three = {(byte) first, (byte) second, (byte) 0x80};
        byte[] four = {(byte) first, (byte) second, (byte) 0x80, (byte) 0xBF};
        assertThat(Utf8.isValid(two)).isEqualTo(decodes(two, 0, 2));
        assertThat(Utf8.isValid(three)).isEqualTo(decodes(three, 0, 3));
        assertThat(Utf8.isValid(four)).isEqualTo(decodes(four, 0, 4));
      }
    }
  }

  private static boolean decodes(byte[] bytes, int from, int to) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
