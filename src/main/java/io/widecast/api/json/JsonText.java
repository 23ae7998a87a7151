package io.widecast.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * JSON texts as byte arrays: opening a parser on one, telling whether one is sound, and taking the
 * white space out. The parser alone would also take UTF-16, a byte order mark and malformed UTF-8;
 * the checks here do not.
 */
public final class JsonText {

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private static final StreamReadConstraints LIMITS = FACTORY.streamReadConstraints();

  private JsonText() {}

  /**
   * A parser over the bytes from {@code from} (included) to {@code to} (excluded); its byte offsets
   * count from {@code from}.
   *
   * @throws WidecastException {@link ErrorCode#BAD_JSON} when they are not UTF-8
   */
  static JsonParser open(byte[] json, int from, int to) {
    if (!isPlainUtf8(json, from, to)) {
      throw new WidecastException(
          ErrorCode.BAD_JSON, "JSON is UTF-8 without a byte order mark; these bytes are not");
    }
    try {
      return FACTORY.createParser(json, from, to - from);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array cannot fail
    }
  }

  /** Whether {@code json} is one JSON value, with nothing but white space around it. */
  public static boolean isValid(byte[] json) {
    return isPlainUtf8(json, 0, json.length) && JsonSyntax.isValue(json);
  }

  /**
   * Copies a valid JSON text without the white space outside its strings.
   *
   * @param out has room for all of it from {@code at} on
   * @return the index in {@code out} after the last byte
   */
  static int compact(byte[] json, int from, int to, byte[] out, int at) {
    int end = at;
    boolean inString = false;
    for (int i = from; i < to; i++) {
      byte b = json[i];
      if (inString) {
        out[end++] = b;
        if (b == '\\') {
          out[end++] = json[++i];
        } else if (b == '"') {
          inString = false;
        }
      } else if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        out[end++] = b;
        inString = b == '"';
      }
    }
    return end;
  }

  static WidecastException bad(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) { // its message names a class of the parser's
      return new WidecastException(
          ErrorCode.BAD_JSON,
          "this JSON is too deep or too long for a node to read: it may be nested "
              + LIMITS.getMaxNestingDepth()
              + " deep, with numbers of up to "
              + LIMITS.getMaxNumberLength()
              + " digits and names of up to "
              + LIMITS.getMaxNameLength()
              + " characters");
    }
    long offset = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
    String where = offset < 0 ? "" : " at byte " + offset;
    return new WidecastException(
        ErrorCode.BAD_JSON, "not well-formed JSON" + where + ": " + told(e.getOriginalMessage()));
  }

  /** Without where something began, which the parser tells of itself and not of the text. */
  private static String told(String message) {
    int source = message.indexOf("[Source:");
    int aside = source < 0 ? -1 : message.lastIndexOf(" (", source);
    return aside < 0 ? message : message.substring(0, aside);
  }

  private static boolean isPlainUtf8(byte[] json, int from, int to) {
    for (int i = from; i < Math.min(from + 4, to); i++) {
      if (json[i] == 0) { // UTF-16 or UTF-32, which the parser would detect
        return false;
      }
    }
    boolean mark = to - from >= 3 && json[from] == (byte) 0xEF && json[from + 1] == (byte) 0xBB;
    return !mark && Utf8.isValid(json, from, to);
  }
}
