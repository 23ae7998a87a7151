package io.widecast.config;

import java.util.List;

/**
 * A value as it was found, not parsed yet.
 *
 * @param place as in {@link ConfigProblem}
 * @param texts the elements of a list, or one text
 */
record Setting(String place, List<String> texts) {

  /** A value from the command line or the environment: a list's elements have commas between. */
  static Setting fromText(String place, String text, ConfigKey<?> key) {
    if (!key.type().isList()) {
      return new Setting(place, List.of(text));
    }
    List<String> texts =
        text.isBlank()
            ? List.of()
            : List.of(text.split(",", -1)).stream().map(String::strip).toList();
    return new Setting(place, texts);
  }
}
