package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Key;
import io.widecast.model.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternIndexTest {

  private static final List<String> SEGMENTS = List.of("a", "b", "aa", "", "*", "**");

  /** The index against trying every pattern. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void findsWhatMatchesAndNothingElse(long seed) {
    var random = new SplittableRandom(seed);
    var index = new PatternIndex<Integer>();
    var patterns = new ArrayList<Pattern>();
    for (int i = 0; i < 60; i++) {
      patterns.add(Pattern.parse(path(random, SEGMENTS.size())));
      index.add(patterns.get(i), i);
    }
    for (int i = 0; i < 60; i += 3) {
      index.remove(patterns.get(i), i);
    }

    for (int k = 0; k < 500; k++) {
      Key key = Key.of(path(random, 4) + "x".repeat(random.nextInt(2)));
      var found = new ArrayList<Integer>();
      index.forEachMatch(key, found::add);

      var expected = new ArrayList<Integer>();
      for (int i = 0; i < 60; i++) {
        if (i % 3 != 0 && patterns.get(i).matches(key)) {
          expected.add(i);
        }
      }
      assertThat(found).as(key.toString()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static String path(SplittableRandom random, int choices) {
    var path = new StringBuilder("a");
    for (int i = random.nextInt(4); i > 0; i--) {
      path.append('/').append(SEGMENTS.get(random.nextInt(choices)));
    }
    return path.toString();
  }
}
