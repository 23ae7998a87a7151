package io.widecast.api;

import io.widecast.api.json.Durations;
import io.widecast.api.json.Utf8;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a request's address. Strict, as the bodies are: one that is unknown, or that
 * comes twice, is refused by name.
 */
final class Query {

  private final Map<String, List<String>> values;

  private Query(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * Takes apart what follows the {@code ?}; {@code +} stands for a space, as forms send it.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} when it is not percent-encoded UTF-8
   */
  static Query parse(String raw) {
    if (raw.isEmpty()) {
      return new Query(Map.of());
    }
    var values = new LinkedHashMap<String, List<String>>();
    for (String part : raw.split("&")) {
      if (!part.isEmpty()) {
        int equals = part.indexOf('=');
        String name = text(equals < 0 ? part : part.substring(0, equals));
        String value = equals < 0 ? "" : text(part.substring(equals + 1));
        values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
      }
    }
    return new Query(values);
  }

  /** Refuses every parameter but these, and each of these when it comes twice. */
  Query only(String... names) {
    List<String> known = Arrays.asList(names);
    values.forEach(
        (name, given) -> {
          if (!known.contains(name)) {
            throw bad(
                "unknown parameter '"
                    + shown(name)
                    + "'; here "
                    + (known.isEmpty() ? "there are none" : "are " + String.join(", ", known)));
          }
          if (given.size() > 1 && !name.equals("match")) {
            throw bad("the parameter " + name + " stands there twice");
          }
        });
    return this;
  }

  /** The parameter's value; one that is empty counts as absent, as forms send it. */
  Optional<String> get(String name) {
    return first(name).filter(text -> !text.isEmpty());
  }

  private Optional<String> first(String name) {
    List<String> given = values.get(name);
    return given == null ? Optional.empty() : Optional.of(given.get(0));
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** A duration in milliseconds, 1 or more. */
  Optional<Long> millis(String name) {
    return get(name).map(text -> Durations.parseMillis(name, text));
  }

  /**
   * A whole number from {@code min} to {@code max}.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} for anything else
   */
  Optional<Integer> whole(String name, int min, int max) {
    return get(name)
        .map(
            text -> {
              try {
                int number = Integer.parseInt(text);
                if (number >= min && number <= max) {
                  return number;
                }
              } catch (NumberFormatException e) { // falls through to the refusal
              }
              throw bad(
                  name
                      + " is a whole number from "
                      + min
                      + " to "
                      + max
                      + "; this is '"
                      + shown(text)
                      + "'");
            });
  }

  /** Absent is false; present without a value is true. */
  boolean flag(String name) {
    return flag(name, false);
  }

  boolean flag(String name, boolean absent) {
    return first(name)
        .map(
            text ->
                switch (text) {
                  case "", "true", "1" -> true;
                  case "false", "0" -> false;
                  default -> throw bad(name + " is true or false; this is '" + shown(text) + "'");
                })
        .orElse(absent);
  }

  static WidecastException bad(String detail) {
    return new WidecastException(ErrorCode.BAD_REQUEST, detail);
  }

  static String shown(String text) {
    return text.length() > 64 ? text.substring(0, 64) + "…" : text;
  }

  private static String text(String raw) {
    byte[] bytes = percentDecoded(raw.replace('+', ' '));
    if (bytes == null || !Utf8.isValid(bytes)) {
      throw bad("the parameter '" + shown(raw) + "' is not percent-encoded UTF-8");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * The bytes that a piece of an address stands for, or null when a {@code %} is not followed by
   * two hexadecimal digits. Characters above 0x7F are bytes that a client did not encode.
   */
  static byte[] percentDecoded(String raw) {
    var bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '%') {
        if (c > 0xFF) {
          return null;
        }
        bytes.write(c);
        continue;
      }
      int high = i + 2 < raw.length() ? hexDigit(raw.charAt(i + 1)) : -1;
      int low = i + 2 < raw.length() ? hexDigit(raw.charAt(i + 2)) : -1;
      if (high < 0 || low < 0) {
        return null;
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    return bytes.toByteArray();
  }

  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1; // other scripts have digits too
  }
}
