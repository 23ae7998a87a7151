package io.widecast.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Selects keys by their segments, which {@code /} separates: {@code *} stands for one segment,
 * {@code **} for one or more, anything else for itself. {@code city/FR/**} is everything below
 * {@code city/FR}, not that key itself. Matches on bytes; costs one pass over the key unless
 * several {@code **} stand in the pattern.
 */
public final class Pattern {

  public static final int BYTES_MAX = Key.BYTES_MAX;

  /** Bounds the work of matching: each further {@code **} can multiply it by the key's segments. */
  public static final int DEEP_WILDCARDS_MAX = 4;

  public static final Pattern ALL = parse("**");

  private static final byte[] ONE = {'*'};
  private static final byte[] MANY = {'*', '*'};

  private final String text;
  private final byte[][] segments;
  private final byte[] literalPrefix; // of every key that matches
  private final boolean prefixDecides; // literal segments, then one ** at the end

  private Pattern(String text, byte[][] segments) {
    this.text = text;
    this.segments = segments;
    int literals = 0;
    while (literals < segments.length && !isWildcard(segments[literals])) {
      literals++;
    }
    this.literalPrefix = join(segments, literals);
    this.prefixDecides = literals == segments.length - 1 && segments[literals] == MANY;
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_PATTERN}, saying what is wrong with it
   */
  public static Pattern parse(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length < 1 || utf8.length > BYTES_MAX) {
      throw new WidecastException(
          ErrorCode.BAD_PATTERN,
          "a pattern has 1 to " + BYTES_MAX + " bytes of UTF-8; this one has " + utf8.length);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new WidecastException(
          ErrorCode.BAD_PATTERN, "a pattern has no control characters, as keys have none");
    }
    var segments = new ArrayList<byte[]>();
    int deep = 0;
    for (String segment : text.split("/", -1)) {
      if (segment.equals("*")) {
        segments.add(ONE);
      } else if (segment.equals("**")) {
        segments.add(MANY);
        deep++;
      } else if (segment.indexOf('*') >= 0) {
        throw new WidecastException(
            ErrorCode.BAD_PATTERN,
            "a * stands for a whole segment (*) or for one or more (**); '"
                + segment
                + "' in pattern '"
                + text
                + "' mixes it with other characters");
      } else {
        segments.add(segment.getBytes(StandardCharsets.UTF_8));
      }
    }
    if (deep > DEEP_WILDCARDS_MAX) {
      throw new WidecastException(
          ErrorCode.BAD_PATTERN,
          "a pattern has up to " + DEEP_WILDCARDS_MAX + " segments **; this one has " + deep);
    }
    return new Pattern(text, segments.toArray(byte[][]::new));
  }

  /** Every key that matches begins with these bytes; empty when any first byte can match. */
  public Bytes literalPrefix() {
    return Bytes.copyOf(literalPrefix);
  }

  public boolean matches(Key key) {
    byte[] bytes = key.bytes().unsafeArray();
    int prefix = literalPrefix.length;
    if (bytes.length < prefix || Arrays.mismatch(bytes, 0, prefix, literalPrefix, 0, prefix) >= 0) {
      return false;
    }
    return prefixDecides || matches(bytes, 0, 0);
  }

  /** Whether segments from {@code segment} on match the key's bytes from {@code from} on. */
  private boolean matches(byte[] key, int from, int segment) {
    if (segment == segments.length) {
      return from > key.length; // the last segment's end, and the separator that is not there
    }
    if (from > key.length) {
      return false;
    }
    int end = segmentEnd(key, from);
    byte[] wanted = segments[segment];
    if (wanted == MANY) {
      if (segment == segments.length - 1) {
        return true;
      }
      for (int next = end + 1; next <= key.length; next = segmentEnd(key, next) + 1) {
        if (matches(key, next, segment + 1)) {
          return true;
        }
      }
      return false;
    }
    boolean fits = wanted == ONE || Arrays.equals(key, from, end, wanted, 0, wanted.length);
    return fits && matches(key, end + 1, segment + 1);
  }

  private static int segmentEnd(byte[] key, int from) {
    int end = from;
    while (end < key.length && key[end] != '/') {
      end++;
    }
    return end;
  }

  private static boolean isWildcard(byte[] segment) {
    return segment == ONE || segment == MANY;
  }

  /** The first {@code count} segments, each with its separator unless the pattern ends there. */
  private static byte[] join(byte[][] segments, int count) {
    var text = new java.io.ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      text.writeBytes(segments[i]);
      if (i < segments.length - 1) {
        text.write('/');
      }
    }
    return text.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Pattern pattern && text.equals(pattern.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  /** The patterns that {@code texts} spell, in that order. */
  public static List<Pattern> parseAll(List<String> texts) {
    return texts.stream().map(Pattern::parse).toList();
  }
}
