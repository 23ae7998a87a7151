package io.widecast.config;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The parsed values of all keys, and where each was set. */
final class Values {

  private final Map<ConfigKey<?>, Object> parsed = new HashMap<>();
  private final Map<String, Setting> settings;
  private final String name;

  /**
   * Parses {@code settings} and the defaults of all other keys; what is wrong goes to {@code
   * problems}.
   *
   * @param name of the file, the place of what is missing
   */
  Values(String name, Map<String, Setting> settings, List<ConfigProblem> problems) {
    this.name = name;
    this.settings = settings;
    for (ConfigKey<?> key : ConfigKeys.all()) {
      Setting setting = settings.get(key.path());
      if (setting != null) {
        parse(key, setting, problems);
      } else if (problems.stream().anyMatch(problem -> problem.key().equals(key.path()))) {
        continue; // it was given, but not readable: its default would lead to further complaints
      } else if (!key.isRequired()) {
        parsed.put(key, key.type().parser().apply(key.defaultTexts()));
      } else {
        problems.add(new ConfigProblem(name, key.path(), "is missing; " + key.type().allowed()));
      }
    }
  }

  private void parse(ConfigKey<?> key, Setting setting, List<ConfigProblem> problems) {
    try {
      parsed.put(key, key.type().parser().apply(setting.texts()));
    } catch (IllegalArgumentException e) {
      problems.add(
          new ConfigProblem(
              setting.place(), key.path(), e.getMessage() + "; " + key.type().allowed()));
    }
  }

  /** Whether each of {@code keys} has a usable value, so that they can be compared. */
  boolean has(ConfigKey<?>... keys) {
    return Arrays.stream(keys).allMatch(parsed::containsKey);
  }

  @SuppressWarnings("unchecked") // parse() put there what the key's own type returned
  <T> T get(ConfigKey<T> key) {
    if (!has(key)) {
      throw new IllegalStateException("no usable value for " + key.path());
    }
    return (T) parsed.get(key);
  }

  boolean isSet(ConfigKey<?> key) {
    return settings.containsKey(key.path());
  }

  /** Where {@code key} was set, or the file where it was not. */
  String place(ConfigKey<?> key) {
    Setting setting = settings.get(key.path());
    return setting == null ? name : setting.place();
  }
}
