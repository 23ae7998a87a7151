package io.widecast.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Keys and parameters inside a request's URI. */
final class KeyPath {

  private static final String UNRESERVED = "-_.~";

  private KeyPath() {}

  /**
   * {@code key} as the path below {@code /v1/kv/}. A key with a segment that paths treat specially
   * (empty, {@code .} or {@code ..}) has all its slashes encoded, so that nothing on the way
   * shortens it.
   */
  static String encode(String key) {
    boolean special =
        Arrays.stream(key.split("/", -1))
            .anyMatch(s -> s.isEmpty() || s.equals(".") || s.equals(".."));
    return percentEncode(key, special ? "-_~" : UNRESERVED + "/");
  }

  static String encodeParameter(String value) {
    return percentEncode(value, UNRESERVED);
  }

  private static String percentEncode(String text, String kept) {
    var encoded = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (plain || kept.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append(String.format("%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }
}
