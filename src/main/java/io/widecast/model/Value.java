package io.widecast.model;

/**
 * What a key holds: bytes, and the content type they were published with. An empty value is lawful.
 *
 * @param bytes 0 to {@value #BYTES_MAX} bytes
 * @param contentType 1 to {@value #CONTENT_TYPE_CHARS_MAX} printable ASCII characters
 */
public record Value(Bytes bytes, String contentType) {

  public static final int BYTES_MAX = 1 << 20;
  public static final int CONTENT_TYPE_CHARS_MAX = 255;

  public static final String OCTETS = "application/octet-stream";
  public static final String TEXT = "text/plain";
  public static final String JSON = "application/json";

  public Value {
    if (bytes.length() > BYTES_MAX) {
      throw new IllegalArgumentException("value of " + bytes.length() + " bytes");
    }
    contentType = shared(contentType);
    if (!isUsual(contentType) && !isContentType(contentType)) {
      throw new IllegalArgumentException("content type: " + contentType);
    }
  }

  /** Whether {@code text} can be stored as a content type and served back in a header. */
  public static boolean isContentType(String text) {
    return !text.isEmpty()
        && text.length() <= CONTENT_TYPE_CHARS_MAX
        && text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  /** By identity, of a {@link #shared} one: no look at its characters for each value decoded. */
  @SuppressWarnings("StringEquality")
  private static boolean isUsual(String type) {
    return type == OCTETS || type == TEXT || type == JSON;
  }

  /** One instance for each usual type: a million values need not hold a million strings. */
  private static String shared(String type) {
    return switch (type) {
      case OCTETS -> OCTETS;
      case TEXT -> TEXT;
      case JSON -> JSON;
      default -> type;
    };
  }
}
