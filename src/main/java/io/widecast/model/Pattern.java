package io.widecast.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Selects keys by their segments, which {@code /} separates: {@code *} stands for one segment,
 * {@code **} for one or more, anything else for itself. {@code city/FR/**} is everything below
 * {@code city/FR}, not that key itself.
 *
 * <p>Matches on bytes, without recursion. On a mismatch only the last {@code **} takes one segment
 * more: what stands before it has matched as early as it can, so that giving it more could only
 * leave less for the rest. So a match costs at most segments of the pattern times bytes of the key,
 * whoever wrote the pattern; one pass over the key in the usual case.
 */
public final class Pattern {

  public static final int BYTES_MAX = Key.BYTES_MAX;

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
    if (text.codePoints().anyMatch(Pattern::isForbidden)) {
      throw new WidecastException(
          ErrorCode.BAD_PATTERN,
          "a pattern has no control characters and no lone surrogates, as keys have none");
    }
    var segments = new ArrayList<byte[]>();
    for (String segment : text.split("/", -1)) {
      if (segment.equals("*")) {
        segments.add(ONE);
      } else if (segment.equals("**")) {
        segments.add(MANY);
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
    return new Pattern(text, segments.toArray(byte[][]::new));
  }

  private static boolean isForbidden(int codePoint) {
    return Character.isISOControl(codePoint)
        || codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
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
    return prefixDecides || matchesSegments(bytes);
  }

  private boolean matchesSegments(byte[] key) {
    int from = 0; // of the key's next segment; beyond its end after the last
    int next = 0; // segment of the pattern
    int afterMany = -1; // segment after the last ** met
    int manyEnd = 0; // where the key goes on after what that ** has taken
    while (from <= key.length) {
      int end = segmentEnd(key, from);
      if (next < segments.length && segments[next] == MANY) {
        if (++next == segments.length) {
          return true;
        }
        afterMany = next;
        from = end + 1;
        manyEnd = from;
      } else if (next < segments.length && fits(segments[next], key, from, end)) {
        next++;
        from = end + 1;
      } else if (afterMany < 0) {
        return false;
      } else {
        manyEnd = segmentEnd(key, manyEnd) + 1;
        from = manyEnd;
        next = afterMany;
      }
    }
    return next == segments.length;
  }

  private static boolean fits(byte[] wanted, byte[] key, int from, int end) {
    return wanted == ONE || Arrays.equals(key, from, end, wanted, 0, wanted.length);
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
