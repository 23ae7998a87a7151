package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BytesTest {

  @Test
  void keepsACopyThatNobodyElseCanChange() {
    byte[] given = {1, 2, 3};

    Bytes bytes = Bytes.copyOf(given);
    given[0] = 9;
    bytes.toArray()[1] = 9;

    assertThat(bytes.toArray()).containsExactly(1, 2, 3);
    assertThat(bytes.at(2)).isEqualTo((byte) 3);
    assertThat(bytes.length()).isEqualTo(3);
  }

  @Test
  void isComparedByContentWithoutASign() {
    Bytes small = Bytes.wrap(new byte[] {0x7f});
    Bytes great = Bytes.wrap(new byte[] {(byte) 0x80});

    assertThat(small).isLessThan(great);
    assertThat(Bytes.EMPTY).isLessThan(small);
    assertThat(Bytes.utf8("a"))
        .isLessThan(Bytes.utf8("aa"))
        .isEqualTo(Bytes.copyOf(new byte[] {'a'}));
    assertThat(Bytes.utf8("a")).hasSameHashCodeAs(Bytes.utf8("a"));
    assertThat(Bytes.wrap(new byte[0])).isSameAs(Bytes.EMPTY);
  }

  @Test
  void readsAsUtf8WithMalformedPartsReplaced() {
    assertThat(Bytes.utf8("Köln").toUtf8()).isEqualTo("Köln");
    assertThat(Bytes.wrap(new byte[] {'a', (byte) 0xff}).toUtf8()).isEqualTo("a\ufffd");
  }
}
