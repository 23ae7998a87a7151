package io.widecast.replication.log;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static io.widecast.replication.Samples.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Token;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryLogTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 1023, 1024, 1025, 5000})
  void holdsWhatWasAppended(long last) {
    EntryLog log = log(last);

    assertThat(log.first()).isEqualTo(1);
    assertThat(log.last()).isEqualTo(new Token(1, last));
    assertThat(log.slice(1, last)).isEqualTo(entries(1, last));
  }

  @Test
  @DisplayName("step 9: takes only the entry that follows, by revision and epoch")
  void refusesWhatDoesNotFollow() {
    EntryLog log = log(3);

    assertThatThrownBy(() -> log.append(entry(5))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.append(entry(3))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.append(entry(3, 4, 2, "x")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("step 24: cut back, it goes on from there")
  void cuts() {
    EntryLog log = log(5);

    log.cutFrom(3);

    assertThat(log.last()).isEqualTo(new Token(1, 2));
    assertThat(log.sizeBytes()).isEqualTo(log(2).sizeBytes());
    log.append(entry(2, 3, 1, "other"));
    assertThat(log.epochAt(3)).isEqualTo(2);
    assertThat(log.epochAt(2)).isEqualTo(1);
  }

  @Test
  void cutsNothingAtTheEnd() {
    EntryLog log = log(2);

    log.cutFrom(3);

    assertThat(log.last()).isEqualTo(new Token(1, 2));
  }

  @Test
  void cannotCutWhatItForgot() {
    EntryLog log = log(5);
    log.trim(4, 0);

    assertThatThrownBy(() -> log.cutFrom(3)).isInstanceOf(IllegalStateException.class);
    log.cutFrom(4);
    assertThat(log.last()).isEqualTo(new Token(1, 3));
  }

  @Test
  @DisplayName("step 21: forgets the oldest below a revision, and only beyond its bytes")
  void trims() {
    EntryLog log = log(6);
    long bytesOfTwo = log.get(5).sizeBytes() + log.get(6).sizeBytes();

    log.trim(4, bytesOfTwo);
    assertThat(log.first()).isEqualTo(4);

    log.trim(9, bytesOfTwo);
    assertThat(log.first()).isEqualTo(5);
    assertThat(log.epochAt(4)).isEqualTo(1);
    assertThat(log.knowsEpochAt(3)).isFalse();
  }

  @Test
  void canBeTrimmedEmptyAndGoOn() {
    EntryLog log = log(3);

    log.trim(9, 0);

    assertThat(log.first()).isEqualTo(4);
    assertThat(log.holds(3)).isFalse();
    log.append(entry(4));
    assertThat(log.slice(4, 4)).isEqualTo(entries(4, 4));
  }

  @Test
  void aCopyStandsForEverythingBefore() {
    EntryLog log = log(3);

    log.reset(new Token(4, 77));

    assertThat(log.first()).isEqualTo(78);
    assertThat(log.epochAt(77)).isEqualTo(4);
    assertThat(log.sizeBytes()).isZero();
  }
}
