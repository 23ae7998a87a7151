package io.widecast.replication.order;

import static io.widecast.replication.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetransmitBufferTest {

  private final RetransmitBuffer buffer = new RetransmitBuffer(1);

  @Test
  @DisplayName("step 8, I1.1: an entry leaves exactly when its set is empty")
  void releasesWhenNobodyWaits() {
    buffer.put(entry(1), slots(1, 2));

    assertThat(buffer.clear(1, 1)).isTrue();
    assertThat(buffer.find(1).pending()).isEqualTo(slots(2));
    assertThat(buffer.sizeBytes()).isEqualTo(entry(1).sizeBytes());

    assertThat(buffer.clear(1, 2)).isTrue();
    assertThat(buffer.find(1)).isNull();
    assertThat(buffer.sizeBytes()).isZero();
    assertThat(buffer.count()).isZero();
  }

  @Test
  void clearsEachBitOnce() {
    buffer.put(entry(1), slots(1, 2));

    assertThat(buffer.clear(1, 1)).isTrue();

    assertThat(buffer.clear(1, 1)).isFalse();
    assertThat(buffer.clear(1, 3)).isFalse();
    assertThat(buffer.clear(7, 1)).isFalse();
  }

  @Test
  @DisplayName("step 10: the low water is the lowest entry present, or one above the highest")
  void knowsItsLowWater() {
    assertThat(buffer.lowWater()).isEqualTo(1);
    buffer.put(entry(1), slots(1));
    buffer.put(entry(2), slots(2));
    buffer.put(entry(3), slots(1));

    buffer.clear(2, 2);
    assertThat(buffer.lowWater()).isEqualTo(1);
    buffer.clear(1, 1);
    assertThat(buffer.lowWater()).isEqualTo(3);
    buffer.clear(3, 1);
    assertThat(buffer.lowWater()).isEqualTo(4);
  }

  @Test
  void passesOverWhatNobodyWaitsFor() {
    buffer.put(entry(1), slots());
    assertThat(buffer.lowWater()).isEqualTo(2);

    buffer.put(entry(2), slots(1));
    buffer.put(entry(3), slots());
    assertThat(buffer.lowWater()).isEqualTo(2);
    assertThat(buffer.count()).isEqualTo(1);

    buffer.clear(2, 1);
    assertThat(buffer.lowWater()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1023, 1024, 1025, 5000})
  void growsAroundWhatItHolds(long count) {
    for (long revision = 1; revision <= 700; revision++) {
      buffer.put(entry(revision), slots());
    }
    for (long revision = 701; revision <= 700 + count; revision++) {
      buffer.put(entry(revision), slots((int) (revision % 61)));
    }

    assertThat(buffer.count()).isEqualTo((int) count);
    for (long revision = 701; revision <= 700 + count; revision++) {
      int slot = (int) (revision % 61);
      assertThat(buffer.find(revision).pending()).isEqualTo(slots(slot));
      buffer.clear(revision, slot);
    }
    assertThat(buffer.lowWater()).isEqualTo(buffer.next());
  }

  @Test
  void takesOnlyTheNext() {
    assertThatThrownBy(() -> buffer.put(entry(2), slots(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  private static BitSet slots(int... slots) {
    var set = new BitSet();
    for (int slot : slots) {
      set.set(slot);
    }
    return set;
  }
}
