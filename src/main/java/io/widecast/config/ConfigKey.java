package io.widecast.config;

import java.util.List;
import java.util.Locale;

/**
 * One setting: its name, type, default and meaning.
 *
 * @param path full name, such as {@code retransmit.memberShare}
 * @param defaultTexts as it would be written; null where the key must be given
 * @param defaultShown for the reference, where the default follows from other keys
 */
record ConfigKey<T>(
    String path,
    ValueType<T> type,
    List<String> defaultTexts,
    String defaultShown,
    String meaning) {

  boolean isRequired() {
    return defaultTexts == null;
  }

  String section() {
    return path.substring(0, path.indexOf('.'));
  }

  /** The environment variable that sets it: {@code WIDECAST_RETRANSMIT_MEMBERSHARE}. */
  String environmentName() {
    return ConfigKeys.ENVIRONMENT_PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
