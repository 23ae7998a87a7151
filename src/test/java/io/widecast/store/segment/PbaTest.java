package io.widecast.store.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PbaTest {

  @Test
  void holdsSegmentOffsetAndLength() {
    for (long segment : new long[] {1, 2, Pba.SEGMENT_MAX}) {
      for (int offset : new int[] {0, 4, Pba.OFFSET_MAX}) {
        for (int length : new int[] {0, 4, Pba.LENGTH_MAX}) {
          long pba = Pba.of(segment, offset, length);
          assertThat(pba).isPositive();
          assertThat(Pba.segment(pba)).isEqualTo(segment);
          assertThat(Pba.offset(pba)).isEqualTo(offset);
          assertThat(Pba.length(pba)).isEqualTo(length);
          assertThat(Pba.at(Pba.position(pba), length)).isEqualTo(pba);
        }
      }
    }
    assertThat(Pba.text(Pba.of(3, 32, 8))).isEqualTo("segment 3 offset 32 length 8");
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> Pba.of(0, 0, 4)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Pba.of(Pba.SEGMENT_MAX + 1, 0, 4))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Pba.of(1, Pba.OFFSET_MAX + 4, 4))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pba.of(1, 0, Pba.LENGTH_MAX + 4))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pba.of(1, 2, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Pba.of(1, 4, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
