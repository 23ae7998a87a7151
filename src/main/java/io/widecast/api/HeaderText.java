package io.widecast.api;

import java.nio.charset.StandardCharsets;

/** Texts of users in header fields, which carry printable ASCII only. */
final class HeaderText {

  private HeaderText() {}

  /** {@code text} with everything but printable ASCII, and {@code %} itself, percent-encoded. */
  static String percentEncoded(String text) {
    var encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b > ' ' && b < 0x7F && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append(String.format("%%%02X", b & 0xFF));
      }
    }
    return encoded.toString();
  }
}
