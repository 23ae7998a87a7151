package io.widecast.api.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.WidecastException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Reads pairs and conditions out of JSON. Strict: an unknown member, a member twice, or one of the
 * wrong type is refused by name, so that a misspelt {@code ttl} is never silently for ever.
 */
public final class PublishJson {

  private static final int PAIRS_READ_MAX = 4096; // above the limit, so that the limit is reported

  /** What a publish asks for. */
  public record Content(List<Draft> drafts, List<Compare> compares) {}

  private PublishJson() {}

  /**
   * The object {@code {"compare":[…], "pairs":[…]}}.
   *
   * @throws WidecastException with a 4xx code that says what is wrong
   */
  public static Content content(byte[] json) {
    try (JsonParser parser = JsonText.open(json, 0, json.length)) {
      expectObject(parser.nextToken(), "a publish");
      List<Draft> drafts = List.of();
      List<Compare> compares = List.of();
      var seen = new Members("a publish has pairs and compare");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = seen.take(parser.currentName());
        parser.nextToken();
        switch (name) {
          case "pairs" -> drafts = pairs(parser, json, 0);
          case "compare" -> compares = compares(parser);
          default -> throw seen.unknown(name);
        }
      }
      expectEnd(parser);
      return new Content(drafts, compares);
    } catch (JsonProcessingException e) {
      throw JsonText.bad(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One pair, such as a line of NDJSON: the bytes from {@code from} (included) to {@code to}
   * (excluded).
   *
   * @throws WidecastException with a 4xx code that says what is wrong
   */
  public static Draft pair(byte[] json, int from, int to) {
    try (JsonParser parser = JsonText.open(json, from, to)) {
      expectObject(parser.nextToken(), "a pair");
      Draft draft = pair(parser, json, from);
      expectEnd(parser);
      return draft;
    } catch (JsonProcessingException e) {
      throw JsonText.bad(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An array of pairs that begins at the parser's token. */
  static List<Draft> pairs(JsonParser parser, byte[] json, int base) throws IOException {
    expectArray(parser, "pairs");
    var drafts = new ArrayList<Draft>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expectObject(parser.currentToken(), "a pair");
      bound(drafts.size(), "pairs");
      drafts.add(pair(parser, json, base));
    }
    return drafts;
  }

  /** An array of conditions that begins at the parser's token. */
  static List<Compare> compares(JsonParser parser) throws IOException {
    expectArray(parser, "compare");
    var compares = new ArrayList<Compare>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expectObject(parser.currentToken(), "a condition");
      bound(compares.size(), "conditions");
      compares.add(compare(parser));
    }
    return compares;
  }

  private static Draft pair(JsonParser parser, byte[] json, int base) throws IOException {
    var seen = new Members("a pair has key, value, valueBase64, delete, contentType and ttl");
    Key key = null;
    Value value = null;
    boolean delete = false;
    Optional<String> contentType = Optional.empty();
    long ttlMillis = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = seen.take(parser.currentName());
      JsonToken token = parser.nextToken();
      switch (name) {
        case "key" -> key = Key.parse(text(parser, name));
        case "value" -> value = value(parser, token, json, base);
        case "valueBase64" -> value = new Value(base64(text(parser, name)), Value.OCTETS);
        case "delete" -> delete = flag(parser, name);
        case "contentType" -> contentType = Optional.of(contentType(text(parser, name)));
        case "ttl" -> ttlMillis = ttl(parser, token);
        default -> throw seen.unknown(name);
      }
    }
    return draft(seen, key, value, delete, contentType, ttlMillis);
  }

  private static Draft draft(
      Members seen,
      Key key,
      Value value,
      boolean delete,
      Optional<String> contentType,
      long ttlMillis) {
    if (key == null) {
      throw bad("a pair needs the member key");
    }
    if (seen.has("value") && seen.has("valueBase64")) {
      throw bad("a pair has value or valueBase64, not both");
    }
    if (delete) {
      if (value != null || contentType.isPresent() || ttlMillis > 0) {
        throw bad("a pair with \"delete\":true has no value, contentType or ttl");
      }
      return new Draft.Delete(key, false);
    }
    if (value == null) {
      throw bad("a pair needs value, valueBase64 or \"delete\":true");
    }
    Bytes bytes = value.bytes();
    return new Draft.Put(
        key, contentType.map(type -> new Value(bytes, type)).orElse(value), ttlMillis);
  }

  private static Value value(JsonParser parser, JsonToken token, byte[] json, int base)
      throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return checked(utf8(parser.getText()), Value.TEXT);
    }
    int from = base + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int to = base + (int) parser.currentLocation().getByteOffset();
    byte[] compact = new byte[to - from];
    int length = JsonText.compact(json, from, to, compact, 0);
    return checked(length == compact.length ? compact : Arrays.copyOf(compact, length), Value.JSON);
  }

  private static Bytes base64(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return checked(bytes, Value.OCTETS).bytes();
    } catch (IllegalArgumentException e) {
      throw bad("valueBase64 is not Base64 (RFC 4648, section 4): " + e.getMessage());
    }
  }

  private static Value checked(byte[] bytes, String contentType) {
    checkSize(bytes.length);
    return new Value(Bytes.wrap(bytes), contentType);
  }

  /**
   * @throws WidecastException {@link ErrorCode#TOO_LARGE} for a value above the limit
   */
  public static void checkSize(long valueBytes) {
    if (valueBytes > Value.BYTES_MAX) {
      throw new WidecastException(
          ErrorCode.TOO_LARGE,
          "a value has up to " + Value.BYTES_MAX + " bytes; this one has " + valueBytes);
    }
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} for what cannot be served back
   */
  public static String contentType(String text) {
    if (!Value.isContentType(text)) {
      throw bad(
          "a content type has 1 to "
              + Value.CONTENT_TYPE_CHARS_MAX
              + " printable ASCII characters; this one has not");
    }
    return text;
  }

  private static long ttl(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return Durations.parseMillis("ttl", parser.getText());
    }
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw bad("ttl is a duration such as \"30s\", or a whole number of seconds");
    }
    return Durations.ofSeconds("ttl", whole(parser, "ttl"));
  }

  /**
   * A condition: {@code revision} is a number (0: the key is absent) or, as in {@code If-Match}, a
   * string with a token or a number; {@code epoch} beside a number makes a token of it.
   */
  private static Compare compare(JsonParser parser) throws IOException {
    var seen = new Members("a condition has key, revision and, if you like, epoch");
    Key key = null;
    long epoch = -1;
    long revision = -1;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = seen.take(parser.currentName());
      JsonToken token = parser.nextToken();
      switch (name) {
        case "key" -> key = Key.parse(text(parser, name));
        case "epoch" -> epoch = whole(parser, name);
        case "revision" -> {
          if (token == JsonToken.VALUE_STRING && parser.getText().indexOf('.') >= 0) {
            Token at = Token.parse(parser.getText());
            epoch = at.epoch();
            revision = at.revision();
          } else {
            revision = token == JsonToken.VALUE_STRING ? revision(parser) : whole(parser, name);
          }
        }
        default -> throw seen.unknown(name);
      }
    }
    if (key == null || revision < 0) {
      throw bad("a condition needs key and revision");
    }
    if (revision == 0) {
      return new Compare.Absent(key);
    }
    return epoch < 0
        ? new Compare.AtRevision(key, revision)
        : new Compare.AtToken(key, new Token(epoch, revision));
  }

  private static long revision(JsonParser parser) throws IOException {
    return Revisions.parse(parser.getText());
  }

  static String text(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw bad(name + " is a string");
    }
    return parser.getText();
  }

  static boolean flag(JsonParser parser, String name) {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw bad(name + " is true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  /** A number of 0 or more that a {@code long} holds. */
  static long whole(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      String digits = parser.getText();
      if (digits.length() <= 18 && digits.charAt(0) != '-') {
        return Long.parseLong(digits);
      }
    }
    throw bad(name + " is a whole number from 0 to 10^18 - 1");
  }

  static void expectObject(JsonToken token, String what) {
    if (token != JsonToken.START_OBJECT) {
      throw new WidecastException(
          ErrorCode.BAD_JSON, what + " is a JSON object" + (token == null ? "; nothing came" : ""));
    }
  }

  static void expectEnd(JsonParser parser) throws IOException {
    if (parser.nextToken() != null) {
      throw new WidecastException(ErrorCode.BAD_JSON, "more follows after the JSON object");
    }
  }

  static void expectArray(JsonParser parser, String name) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw bad(name + " is an array");
    }
  }

  private static void bound(int count, String what) {
    if (count >= PAIRS_READ_MAX) {
      throw new WidecastException(
          ErrorCode.TOO_LARGE, "a publish has up to 1024 " + what + "; this one has more");
    }
  }

  /** The text's bytes; a lone surrogate has none. */
  private static byte[] utf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean pair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!pair) {
          throw new WidecastException(
              ErrorCode.BAD_JSON,
              "a string value has a lone surrogate at index " + i + ": it has no UTF-8 form");
        }
        i++;
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static WidecastException bad(String detail) {
    return new WidecastException(ErrorCode.BAD_REQUEST, detail);
  }
}
