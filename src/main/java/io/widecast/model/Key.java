package io.widecast.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A key: 1 to {@value #BYTES_MAX} bytes, ordered bytewise. Inside any bytes are lawful; what HTTP
 * and WebSocket accept is narrower and checked by {@link #parse}.
 */
public record Key(Bytes bytes) implements Comparable<Key> {

  public static final int BYTES_MAX = 1024;

  public Key {
    if (bytes.length() < 1 || bytes.length() > BYTES_MAX) {
      throw new IllegalArgumentException(
          "key of " + bytes.length() + " bytes; 1 to " + BYTES_MAX + " are allowed");
    }
  }

  /**
   * The key that {@code text} names to a user: UTF-8, 1 to 1024 bytes, no control characters.
   *
   * @throws WidecastException {@link ErrorCode#BAD_KEY}, saying what is wrong with it
   */
  public static Key parse(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length < 1 || utf8.length > BYTES_MAX) {
      throw new WidecastException(
          ErrorCode.BAD_KEY,
          "a key has 1 to " + BYTES_MAX + " bytes of UTF-8; this one has " + utf8.length);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        throw new WidecastException(
            ErrorCode.BAD_KEY,
            String.format(
                "a key has no control characters; U+%04X stands at index %d", (int) c, i));
      }
      if (Character.isSurrogate(c)) {
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else {
          throw new WidecastException(
              ErrorCode.BAD_KEY, "a key is UTF-8; a lone surrogate stands at index " + i);
        }
      }
    }
    return new Key(Bytes.wrap(utf8));
  }

  /**
   * The key that {@code utf8} spells, checked as {@link #parse} does and for malformed UTF-8 too.
   *
   * @throws WidecastException {@link ErrorCode#BAD_KEY}
   */
  public static Key parseUtf8(byte[] utf8) {
    try {
      return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new WidecastException(ErrorCode.BAD_KEY, "a key is UTF-8; these bytes are not");
    }
  }

  /** For tests and constants: the key spelled by {@code text}, unchecked but for its length. */
  public static Key of(String text) {
    return new Key(Bytes.utf8(text));
  }

  public int sizeBytes() {
    return bytes.length();
  }

  @Override
  public int compareTo(Key other) {
    return bytes.compareTo(other.bytes);
  }

  @Override
  public String toString() {
    return bytes.toUtf8();
  }
}
