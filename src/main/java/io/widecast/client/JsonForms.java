package io.widecast.client;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.WidecastException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The API's JSON, read and written. What a node sends is checked like anything from outside. */
final class JsonForms {

  private JsonForms() {}

  /** Reads an answer's object; anything else is not from a Widecast node. */
  static JsonObject object(Buffer body) {
    try {
      return new JsonObject(body);
    } catch (DecodeException | ClassCastException e) {
      throw ClientException.unexpected("the answer is not a JSON object");
    }
  }

  static ClientException problem(int status, Buffer body) {
    JsonObject json;
    try {
      json = new JsonObject(body);
    } catch (DecodeException | ClassCastException e) {
      return new ClientException(status, "http-" + status, "answered " + status, Map.of());
    }
    return problem(status, json);
  }

  static ClientException problem(int status, JsonObject json) {
    String type = String.valueOf(json.getValue("type", "http-" + status));
    String name = type.substring(Math.max(type.lastIndexOf('/'), type.lastIndexOf(':')) + 1);
    Object title = json.getValue("title", "answered " + status);
    String detail = String.valueOf(json.getValue("detail", title));
    return new ClientException(status, name, detail, json.getMap());
  }

  static KeyPage page(JsonObject json) {
    try {
      var pairs = new ArrayList<ListedPair>();
      for (Object row : json.getJsonArray("pairs")) {
        pairs.add(listed((JsonObject) row));
      }
      return new KeyPage(
          json.getLong("epoch"),
          json.getLong("revision"),
          pairs,
          Optional.ofNullable(json.getString("next")));
    } catch (ClassCastException | NullPointerException e) {
      throw ClientException.unexpected("the answer is not a page of keys");
    }
  }

  private static ListedPair listed(JsonObject row) {
    Number ttl = row.getNumber("ttl");
    return new ListedPair(
        row.getString("key"),
        value(row),
        row.getLong("createRevision"),
        row.getLong("revision"),
        row.getLong("version"),
        ttl == null ? OptionalLong.empty() : OptionalLong.of(ttl.longValue()));
  }

  /**
   * The frame that {@code json} spells. JSON values come with their spacing and number format as
   * Jackson writes them, which need not be the bytes that were published.
   */
  static WatchFrame frame(JsonObject json) {
    try {
      Optional<Token> token = Optional.ofNullable(json.getString("token")).map(Token::parse);
      if (json.getBoolean("reset", false)) {
        return WatchFrame.RESET;
      }
      if (json.getBoolean("snapshotEnd", false)) {
        return new WatchFrame(WatchFrame.Kind.SNAPSHOT_END, token, List.of(), 0);
      }
      if (json.getBoolean("bookmark", false)) {
        return new WatchFrame(WatchFrame.Kind.BOOKMARK, token, List.of(), 0);
      }
      var events = new ArrayList<WatchEvent>();
      for (Object event : json.getJsonArray("events", new JsonArray())) {
        events.add(event((JsonObject) event));
      }
      return new WatchFrame(WatchFrame.Kind.EVENTS, token, events, json.getLong("skipped", 0L));
    } catch (ClassCastException | NullPointerException | WidecastException e) {
      throw ClientException.unexpected("a frame of the watch cannot be read: " + e.getMessage());
    }
  }

  private static WatchEvent event(JsonObject event) {
    boolean deleted = "delete".equals(event.getString("type"));
    return new WatchEvent(
        event.getString("key"),
        deleted ? Optional.empty() : value(event),
        deleted,
        event.getBoolean("expired", false),
        event.getLong("revision"),
        event.getLong("version", 0L));
  }

  private static Optional<Value> value(JsonObject in) {
    String contentType = in.getString("contentType");
    if (in.containsKey("valueBase64")) {
      byte[] bytes = Base64.getDecoder().decode(in.getString("valueBase64"));
      return Optional.of(
          new Value(Bytes.wrap(bytes), contentType == null ? Value.OCTETS : contentType));
    }
    if (!in.containsKey("value")) {
      return Optional.empty();
    }
    Object value = in.getValue("value");
    boolean json =
        contentType == null ? !(value instanceof String) : contentType.startsWith(Value.JSON);
    if (json || !(value instanceof String)) {
      return Optional.of(
          new Value(
              Bytes.utf8(Json.encode(value)), contentType == null ? Value.JSON : contentType));
    }
    return Optional.of(
        new Value(Bytes.utf8((String) value), contentType == null ? Value.TEXT : contentType));
  }

  /** The body of {@code POST /v1/publish}. Values go as base64, whatever they are. */
  static JsonObject publish(List<Draft> drafts, List<Compare> compares) {
    var json = new JsonObject();
    if (!compares.isEmpty()) {
      var array = new JsonArray();
      compares.forEach(compare -> array.add(compare(compare)));
      json.put("compare", array);
    }
    var pairs = new JsonArray();
    drafts.forEach(draft -> pairs.add(draft(draft)));
    return json.put("pairs", pairs);
  }

  private static JsonObject draft(Draft draft) {
    var json = new JsonObject().put("key", draft.key().toString());
    if (draft instanceof Draft.Put put) {
      json.put("valueBase64", Base64.getEncoder().encodeToString(put.value().bytes().toArray()));
      json.put("contentType", put.value().contentType());
      if (put.ttlMillis() > 0) {
        json.put("ttl", put.ttlMillis() + "ms");
      }
      return json;
    }
    return json.put("delete", true);
  }

  private static JsonObject compare(Compare compare) {
    var json = new JsonObject().put("key", compare.key().toString());
    if (compare instanceof Compare.Absent) {
      return json.put("revision", 0);
    } else if (compare instanceof Compare.AtRevision at) {
      return json.put("revision", at.revision());
    } else if (compare instanceof Compare.AtToken at) {
      return json.put("revision", at.token().toString());
    } else if (compare instanceof Compare.Present) { // only a single put can ask for that
      throw new IllegalArgumentException("a publish cannot ask that a key be present");
    }
    throw new AssertionError(compare);
  }
}
