package io.widecast.api.json;

import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import java.util.Locale;

/** How keys and what they hold look in answers, lists and watch frames. */
public final class EventJson {

  private EventJson() {}

  /**
   * Writes the member {@code value} as a string or, for JSON, as it is, when the bytes are valid,
   * else {@code valueBase64}.
   */
  public static void value(JsonBytes out, Value value) {
    byte[] bytes = value.bytes().unsafeArray();
    if (isJson(value.contentType())) {
      if (JsonText.isValid(bytes)) {
        out.name("value").compacted(bytes, 0, bytes.length);
        return;
      }
    } else if (Utf8.isValid(bytes)) {
      out.name("value").string(bytes, 0, bytes.length);
      return;
    }
    out.name("valueBase64").base64(value.bytes());
  }

  /** A key's event {@code put}, as a watch frame holds it. */
  public static void put(
      JsonBytes out, Key key, Value value, long revision, long version, boolean withValue) {
    out.beginObject().name("type").string("put").name("key").string(key.bytes());
    if (withValue) {
      value(out, value);
    }
    out.name("contentType").string(value.contentType());
    out.name("revision").number(revision).name("version").number(version).endObject();
  }

  /** A key's event {@code delete}; an absent key has version 0. */
  public static void delete(JsonBytes out, Key key, long revision, boolean expired) {
    out.beginObject().name("type").string("delete").name("key").string(key.bytes());
    out.name("revision").number(revision).name("version").number(0);
    if (expired) {
      out.name("expired").bool(true);
    }
    out.endObject();
  }

  /** The event of one pair of the entry at {@code revision}. */
  public static void event(JsonBytes out, Pair pair, long revision, boolean withValue) {
    if (pair instanceof Pair.Put put) {
      put(out, put.key(), put.value(), revision, put.version(), withValue);
    } else if (pair instanceof Pair.Delete delete) {
      delete(out, delete.key(), revision, delete.expired());
    } else {
      throw new AssertionError(pair);
    }
  }

  /**
   * A row of a list, without the braces around it.
   *
   * @param nowMillis wall-clock time, for the seconds that are left of {@code ttl}
   */
  public static void row(JsonBytes out, KeyVersion row, boolean withValue, long nowMillis) {
    Versioned versioned = row.versioned();
    out.name("key").string(row.key().bytes());
    if (withValue) {
      value(out, versioned.value());
    }
    out.name("contentType").string(versioned.value().contentType());
    out.name("createRevision").number(versioned.createRevision());
    out.name("epoch").number(versioned.token().epoch());
    out.name("revision").number(versioned.revision());
    out.name("version").number(versioned.version());
    if (versioned.expiresAtMillis() > 0) {
      out.name("ttl").number(secondsLeft(versioned, nowMillis));
    }
  }

  /** Whole seconds until the value expires, rounded up; 0 when its time is over already. */
  public static long secondsLeft(Versioned versioned, long nowMillis) {
    return Math.max(0, (versioned.expiresAtMillis() - nowMillis + 999) / 1000);
  }

  private static boolean isJson(String contentType) {
    if (contentType.equals(Value.JSON)) {
      return true;
    }
    int end = contentType.indexOf(';');
    String base = end < 0 ? contentType : contentType.substring(0, end);
    return base.strip().toLowerCase(Locale.ROOT).equals(Value.JSON);
  }
}
