package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTest {

  @Test
  void holdsUpToAMebibyte() {
    assertThat(new Value(Bytes.EMPTY, Value.TEXT).bytes().length()).isZero();
    assertThat(new Value(Bytes.wrap(new byte[1 << 20]), Value.TEXT).bytes().length())
        .isEqualTo(1 << 20);
    assertThatThrownBy(() -> new Value(Bytes.wrap(new byte[(1 << 20) + 1]), Value.TEXT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\u007f", "ä", "a\u0000"})
  void refusesAContentTypeThatNoHeaderTakes(String type) {
    assertThat(Value.isContentType(type)).isFalse();
    assertThatThrownBy(() -> new Value(Bytes.EMPTY, type))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesAContentTypeOf255Characters() {
    assertThat(Value.isContentType("t".repeat(255))).isTrue();
    assertThat(Value.isContentType("t".repeat(256))).isFalse();
  }

  @Test
  void sharesTheUsualTypes() {
    String copy = new String(Value.JSON.toCharArray());

    assertThat(new Value(Bytes.EMPTY, copy).contentType()).isSameAs(Value.JSON);
  }
}
