package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.WidecastException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {

  @Test
  void theSamePatternsAreTheSameSelection() {
    assertThat(Selection.parse(List.of("b", "a/**", "b")))
        .isEqualTo(Selection.parse(List.of("a/**", "b")));
  }

  @Test
  void rangesAreDisjointAndCoverWhatMatches() {
    assertThat(ranges("a/**", "a/b", "a/b/*", "c/*/d", "b")).containsExactly("a/..", "b", "c/..");
    assertThat(ranges("x/y", "x/**", "**")).containsExactly("..");
    assertThat(ranges("a", "a/b", "a/b/**")).containsExactly("a", "a/b", "a/b/..");
    assertThat(ranges("a/", "a/*")).containsExactly("a/..");
  }

  private static List<String> ranges(String... patterns) {
    return Selection.parse(List.of(patterns)).ranges().stream()
        .map(range -> range.prefix() + (range.one() ? "" : ".."))
        .toList();
  }

  @Test
  void thereAreOneTo64Patterns() {
    assertThatThrownBy(() -> Selection.parse(List.of())).isInstanceOf(WidecastException.class);
    assertThatThrownBy(() -> Selection.parse(Collections.nCopies(65, "a")))
        .isInstanceOf(WidecastException.class);
  }
}
