package io.widecast.api.json;

import io.widecast.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * Writes compact JSON as UTF-8 into a growing array. Commas come by themselves; that objects and
 * arrays are closed in the right order is the caller's care. Not thread-safe.
 */
public final class JsonBytes {

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};

  private byte[] array;
  private int size;

  public JsonBytes(int capacity) {
    array = new byte[Math.max(capacity, 64)];
  }

  public int size() {
    return size;
  }

  /** Forgets what was written and keeps the memory. */
  public void clear() {
    size = 0;
  }

  /** A copy of what was written. */
  public byte[] toArray() {
    return Arrays.copyOf(array, size);
  }

  /** What was written from {@code from} on, copied. */
  public byte[] toArray(int from) {
    return Arrays.copyOfRange(array, from, size);
  }

  public JsonBytes beginObject() {
    separate();
    return raw('{');
  }

  public JsonBytes endObject() {
    return raw('}');
  }

  public JsonBytes beginArray() {
    separate();
    return raw('[');
  }

  public JsonBytes endArray() {
    return raw(']');
  }

  /** A member's name; it must not need escaping. */
  public JsonBytes name(String name) {
    separate();
    raw('"');
    ascii(name);
    raw('"');
    return raw(':');
  }

  public JsonBytes string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return string(utf8, 0, utf8.length);
  }

  public JsonBytes string(Bytes utf8) {
    return string(utf8.unsafeArray(), 0, utf8.length());
  }

  /** A string whose characters stand in {@code utf8}, which must be valid. */
  public JsonBytes string(byte[] utf8, int from, int to) {
    separate();
    raw('"');
    reserve(to - from);
    for (int i = from; i < to; i++) {
      byte b = utf8[i];
      if (b >= 0 && b < ' ' || b == '"' || b == '\\') {
        escape(b);
        reserve(to - i);
      } else {
        array[size++] = b;
      }
    }
    return raw('"');
  }

  public JsonBytes number(long number) {
    separate();
    if (number >= 0) {
      digits(number);
    } else {
      ascii(Long.toString(number));
    }
    return this;
  }

  /** A number from 0 to 1, to three places. */
  public JsonBytes fraction(double value) {
    separate();
    long thousandths = Math.round(Math.max(0, Math.min(1, value)) * 1000);
    ascii(thousandths / 1000 + "." + Long.toString(1000 + thousandths % 1000).substring(1));
    return this;
  }

  public JsonBytes bool(boolean value) {
    separate();
    ascii(value ? "true" : "false");
    return this;
  }

  public JsonBytes nothing() {
    separate();
    return raw(NULL, 0, NULL.length);
  }

  public JsonBytes base64(Bytes bytes) {
    separate();
    raw('"');
    byte[] encoded = Base64.getEncoder().encode(bytes.unsafeArray());
    raw(encoded, 0, encoded.length);
    return raw('"');
  }

  /** A whole JSON value that is known to be valid; white space outside its strings is left out. */
  public JsonBytes compacted(byte[] json, int from, int to) {
    separate();
    reserve(to - from);
    size = JsonText.compact(json, from, to, array, size);
    return this;
  }

  /** A whole JSON value, copied as it is. */
  public JsonBytes value(byte[] json) {
    separate();
    return raw(json, 0, json.length);
  }

  /**
   * @param value a string, a number or a boolean; anything else is shown as a string
   */
  public JsonBytes scalar(Object value) {
    if (value instanceof Long || value instanceof Integer) {
      return number(((Number) value).longValue());
    }
    return value instanceof Boolean flag ? bool(flag) : string(String.valueOf(value));
  }

  public JsonBytes members(Map<String, Object> members) {
    members.forEach((name, value) -> name(name).scalar(value));
    return this;
  }

  /** Bytes outside the structure, such as a line's end or a frame's head. */
  public JsonBytes raw(byte[] bytes, int from, int to) {
    reserve(to - from);
    System.arraycopy(bytes, from, array, size, to - from);
    size += to - from;
    return this;
  }

  public JsonBytes raw(char c) {
    reserve(1);
    array[size++] = (byte) c;
    return this;
  }

  /**
   * A comma, unless this is the first thing in its object or array, a member's value, or a line.
   */
  private void separate() {
    if (size == 0) {
      return;
    }
    byte last = array[size - 1];
    if (last != '{' && last != '[' && last != ':' && last != '\n' && last != ' ') {
      raw(',');
    }
  }

  private void escape(byte b) {
    raw('\\');
    switch (b) {
      case '"', '\\' -> raw((char) b);
      case '\n' -> raw('n');
      case '\r' -> raw('r');
      case '\t' -> raw('t');
      default -> {
        ascii("u00");
        raw((char) HEX[b >> 4]);
        raw((char) HEX[b & 15]);
      }
    }
  }

  private void digits(long number) {
    int count = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      count++;
    }
    reserve(count);
    long rest = number;
    for (int i = size + count - 1; i >= size; i--) {
      array[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += count;
  }

  @SuppressWarnings("deprecation") // the one String method that copies Latin-1 without encoding it
  private void ascii(String text) {
    reserve(text.length());
    text.getBytes(0, text.length(), array, size);
    size += text.length();
  }

  private void reserve(int count) {
    if (array.length - size < count) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + count + 64));
    }
  }

  @Override
  public String toString() {
    return new String(array, 0, size, StandardCharsets.UTF_8);
  }
}
