package io.widecast.wire;

import io.widecast.model.Bytes;
import io.widecast.model.Filter;
import io.widecast.model.Pattern;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;

/** What bodies of several frames are made of; each writer beside its reader. Pure functions. */
final class StreamParts {

  static final int NAME_BYTES_MAX = 64;
  static final int TEXT_BYTES_MAX = 4096;

  private static final int TEXT_CHARS_KEPT = 1300; // of a longer one: 3 bytes each at most

  private StreamParts() {}

  static ByteWriter token(ByteWriter out, Token token) {
    return out.varint(token.epoch()).varint(token.revision());
  }

  static Token token(ByteReader in) throws WireException {
    return new Token(in.varint(), in.varint());
  }

  static boolean flag(ByteReader in) throws WireException {
    return in.count(1) == 1;
  }

  static void texts(ByteWriter out, List<String> texts) {
    out.varint(texts.size());
    texts.forEach(out::text);
  }

  static List<String> texts(ByteReader in, int max) throws WireException {
    int count = in.count(max);
    var texts = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) {
      texts.add(in.text(Pattern.BYTES_MAX));
    }
    return texts;
  }

  static Filter filter(ByteReader in) throws WireException {
    return Filter.parse(texts(in, Filter.PATTERNS_MAX));
  }

  /** A sentence for people, cut where it would not be decoded: better that than no frame at all. */
  static String shortened(String text) {
    if (Bytes.utf8(text).length() <= TEXT_BYTES_MAX) {
      return text;
    }
    boolean splits = Character.isHighSurrogate(text.charAt(TEXT_CHARS_KEPT - 1));
    return text.substring(0, splits ? TEXT_CHARS_KEPT - 1 : TEXT_CHARS_KEPT) + "…";
  }
}
