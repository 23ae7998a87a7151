package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishRequestTest {

  @Test
  void hasAtLeastOnePair() {
    assertRefused(ErrorCode.BAD_REQUEST, List.of());
  }

  @Test
  void hasUpTo1024PairsAndConditions() {
    assertThat(request(deletes(1024)).drafts()).hasSize(1024);
    assertRefused(ErrorCode.TOO_LARGE, deletes(1025));
    assertThatThrownBy(() -> request(deletes(1), Collections.nCopies(1025, absent()), 1))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    assertThat(request(deletes(1), Collections.nCopies(1024, absent()), 1).compares())
        .hasSize(1024);
  }

  @Test
  void namesEachKeyOnce() {
    assertRefused(ErrorCode.DUPLICATE_KEY, List.of(delete("a"), put("b", 1), put("a", 1)));
  }

  @Test
  void keysAndValuesTogetherTakeOneAndAHalfMebibytes() {
    int limit = 3 << 19;
    int rest = limit - (1 << 20) - 3;

    assertThat(request(List.of(put("a", 1 << 20), put("b", rest), delete("c"))).drafts())
        .hasSize(3);
    assertRefused(ErrorCode.TOO_LARGE, List.of(put("a", 1 << 20), put("b", rest), delete("cc")));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 600_001, Long.MAX_VALUE})
  void waitsFromAMillisecondToTenMinutes(long timeoutMillis) {
    assertThatThrownBy(() -> request(deletes(1), List.of(), timeoutMillis))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(request(deletes(1), List.of(), 600_000).timeoutMillis()).isEqualTo(600_000);
  }

  @Test
  void livesUpToAHundredYears() {
    var value = new Value(Bytes.EMPTY, Value.TEXT);
    assertThat(new Draft.Put(Key.of("a"), value, Draft.TTL_MILLIS_MAX).contentBytes()).isOne();
    for (long ttlMillis : new long[] {-1, Draft.TTL_MILLIS_MAX + 1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> new Draft.Put(Key.of("a"), value, ttlMillis))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static List<Draft> deletes(int count) {
    return IntStream.range(0, count).mapToObj(i -> delete("k" + i)).toList();
  }

  private static Draft delete(String key) {
    return new Draft.Delete(Key.of(key), false);
  }

  private static Draft put(String key, int bytes) {
    return new Draft.Put(Key.of(key), new Value(Bytes.wrap(new byte[bytes]), Value.OCTETS), 0);
  }

  private static Compare absent() {
    return new Compare.Absent(Key.of("a"));
  }

  private static PublishRequest request(List<Draft> drafts) {
    return request(drafts, List.of(), PublishRequest.TIMEOUT_MILLIS_DEFAULT);
  }

  private static PublishRequest request(
      List<Draft> drafts, List<Compare> compares, long timeoutMillis) {
    return new PublishRequest(drafts, compares, Optional.empty(), AckLevel.DURABLE, timeoutMillis);
  }

  private static void assertRefused(ErrorCode code, List<Draft> drafts) {
    assertThatThrownBy(() -> request(drafts))
        .isInstanceOfSatisfying(
            WidecastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.detail()).isNotBlank();
            });
  }
}
