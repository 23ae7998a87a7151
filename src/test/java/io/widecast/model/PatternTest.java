package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {

  @ParameterizedTest
  @CsvSource({
    "city/FR/**, city/FR/Paris, true",
    "city/FR/**, city/FR/Paris/1, true",
    "city/FR/**, city/FR, false",
    "city/FR/**, city/FR/, true", // a segment that is empty is a segment
    "city/FR/**, city/FRA/x, false",
    "price/*/EUR, price/gold/EUR, true",
    "price/*/EUR, price//EUR, true",
    "price/*/EUR, price/a/b/EUR, false",
    "price/*/EUR, price/gold/EURO, false",
    "**, a, true",
    "**, /, true",
    "*, a, true",
    "*, a/b, false",
    "a, a, true",
    "a, ab, false",
    "a, a/b, false",
    "a/b, a, false",
    "**/x, x, false", // ** is one segment or more
    "**/x, a/x, true",
    "**/x, a/x/x, true",
    "a/**/x, a/x, false",
    "a/**/x/*, a/x/x/b, true",
    "**/**, a, false",
    "**/**, a/b, true",
    "stadt/Köln/*, stadt/Köln/x, true"
  })
  void matches(String pattern, String key, boolean expected) {
    assertThat(Pattern.parse(pattern).matches(Key.of(key))).isEqualTo(expected);
    assertThat(matchesObviously(pattern, key)).isEqualTo(expected);
  }

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void matchesWhatTheObviousMatcherMatches(int seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      String text = path(random, "*", "*", "**", "**", "a", "b", "ab", "");
      String key = path(random, "a", "b", "ab", "aa", "");
      if (key.isEmpty() || text.isEmpty()) {
        continue;
      }
      Pattern pattern = Pattern.parse(text);

      boolean matched = pattern.matches(Key.of(key));

      assertThat(matched).as("'%s' matches '%s'", text, key).isEqualTo(matchesObviously(text, key));
      assertThat(matched && !key.startsWith(pattern.literalPrefix().toUtf8()))
          .as("'%s' matches '%s' outside '%s'", text, key, pattern.literalPrefix())
          .isFalse();
    }
  }

  private static String path(SplittableRandom random, String... segments) {
    return random
        .ints(random.nextInt(1, 8), 0, segments.length)
        .mapToObj(i -> segments[i])
        .collect(Collectors.joining("/"));
  }

  /** Each segment an expression, with every way of dividing the key tried. */
  private static boolean matchesObviously(String pattern, String key) {
    return matchesObviously(
        Arrays.asList(pattern.split("/", -1)), Arrays.asList(key.split("/", -1)));
  }

  private static boolean matchesObviously(List<String> pattern, List<String> key) {
    if (pattern.isEmpty() || key.isEmpty()) {
      return pattern.isEmpty() && key.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.get(0).equals("**")) {
      return IntStream.rangeClosed(1, key.size())
          .anyMatch(taken -> matchesObviously(rest, key.subList(taken, key.size())));
    }
    return (pattern.get(0).equals("*") || pattern.get(0).equals(key.get(0)))
        && matchesObviously(rest, key.subList(1, key.size()));
  }

  @ParameterizedTest
  @CsvSource({
    "city/FR/**, city/FR/",
    "city/FR/Paris, city/FR/Paris",
    "price/*/EUR, price/",
    "**, ''",
    "*/a, ''",
    "/a/*, /a/",
    "Köln/*, Köln/"
  })
  void theLiteralPrefixIsWhatStandsBeforeTheFirstWildcard(String pattern, String prefix) {
    assertThat(Pattern.parse(pattern).literalPrefix()).isEqualTo(Bytes.utf8(prefix));
  }

  /** Tried one after another, the ways to divide this key among the ** are about 10^40. */
  @Test
  void aPatternAndAKeyMadeForEachOtherCostNoMoreThanTheirProduct() {
    Pattern pattern = Pattern.parse("**/a/".repeat(40) + "b");
    Key key = Key.of("a/".repeat(511) + "c");

    assertThat(pattern.matches(key)).isFalse();
    assertThat(pattern.matches(Key.of("a/".repeat(511) + "b"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "f*", "*f", "a/f*/b", "***", "a/***", "a\nb", "\ud83d", "a\ude00/*"})
  void refuses(String text) {
    assertThatThrownBy(() -> Pattern.parse(text))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PATTERN));
  }

  @Test
  void refusesMoreThanAKeyCouldHave() {
    assertThat(Pattern.parse("ä".repeat(512)).toString()).hasSize(512);
    assertThatThrownBy(() -> Pattern.parse("ä".repeat(512) + "a"))
        .isInstanceOf(WidecastException.class);
  }

  @Test
  void areEqualByTheirText() {
    assertThat(Pattern.parse("a/*")).isEqualTo(Pattern.parse("a/*")).hasToString("a/*");
    assertThat(Pattern.parse("a/*")).isNotEqualTo(Pattern.parse("a/**"));
    assertThat(Pattern.parse("a/*")).hasSameHashCodeAs(Pattern.parse("a/*"));
  }
}
