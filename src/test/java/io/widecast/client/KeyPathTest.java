package io.widecast.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPathTest {

  @ParameterizedTest
  @CsvSource({
    "city/FR/1, city/FR/1",
    "a b+c?d#e%, a%20b%2Bc%3Fd%23e%25",
    "é/日本, %C3%A9/%E6%97%A5%E6%9C%AC",
    "a.b/..c, a.b/..c",
    "a//b, a%2F%2Fb",
    "/a, %2Fa",
    "a/, a%2F",
    ".., %2E%2E",
    "a/./b.c, a%2F%2E%2Fb%2Ec"
  })
  void keepsPlainSegmentsReadableAndSpecialOnesWhole(String key, String path) {
    assertThat(KeyPath.encode(key)).isEqualTo(path);
  }
}
