package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FilterTest {

  private static final Filter FRENCH = Filter.parse(List.of("city/FR/**", "price/*/EUR"));

  @Test
  void acceptsWhatAnyPatternMatches() {
    assertThat(FRENCH.accepts(Key.of("city/FR/Paris"))).isTrue();
    assertThat(FRENCH.accepts(Key.of("price/gold/EUR"))).isTrue();
    assertThat(FRENCH.accepts(Key.of("city/JP/Tokyo"))).isFalse();
    assertThat(FRENCH.acceptsAll()).isFalse();
    assertThat(Filter.ALL.acceptsAll()).isTrue();
    assertThat(Filter.parse(List.of("a", "**")).acceptsAll()).isTrue();
  }

  @Test
  void narrowsAnEntryToTheAcceptedPairsUnderItsOwnPosition() {
    Entry mixed = entry("city/FR/Paris", "city/JP/Tokyo", "price/gold/EUR");

    Entry narrowed = FRENCH.narrow(mixed).orElseThrow();

    assertThat(narrowed.pairs())
        .extracting(Pair::key)
        .containsExactly(Key.of("city/FR/Paris"), Key.of("price/gold/EUR"));
    assertThat(narrowed).usingRecursiveComparison().ignoringFields("pairs").isEqualTo(mixed);
    assertThat(FRENCH.acceptsAny(mixed)).isTrue();
  }

  @Test
  void handsOnAnEntryThatPassesWholeAndNothingOfOneThatDoesNot() {
    Entry french = entry("city/FR/Paris");
    Entry japanese = entry("city/JP/Tokyo");
    Entry empty = entry();

    assertThat(FRENCH.narrow(french).orElseThrow()).isSameAs(french);
    assertThat(FRENCH.narrow(japanese)).isEmpty();
    assertThat(FRENCH.acceptsAny(japanese)).isFalse();
    assertThat(Filter.ALL.narrow(empty)).as("a new master's entry concerns no edge").isEmpty();
    assertThat(Filter.ALL.acceptsAny(empty)).isFalse();
  }

  @Test
  void hasOneTo64Patterns() {
    assertThat(Filter.parse(Collections.nCopies(64, "a")).patterns()).hasSize(64);
    for (int count : new int[] {0, 65}) {
      assertThatThrownBy(() -> Filter.parse(Collections.nCopies(count, "a")))
          .isInstanceOfSatisfying(
              WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PATTERN));
    }
  }

  @Test
  void showsItsPatternsAsTheyWereGiven() {
    assertThat(FRENCH.texts()).containsExactly("city/FR/**", "price/*/EUR");
    assertThat(FRENCH).hasToString("city/FR/**,price/*/EUR");
    assertThat(Filter.parse(FRENCH.texts())).isEqualTo(FRENCH);
  }

  private static Entry entry(String... keys) {
    List<Pair> pairs =
        List.of(keys).stream().<Pair>map(key -> new Pair.Delete(Key.of(key), false)).toList();
    return new Entry(3, 7, 2, 1000, Optional.of(new RequestId(1, 2, 3)), pairs);
  }
}
