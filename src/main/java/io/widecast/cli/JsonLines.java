package io.widecast.cli;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.client.ListedPair;
import io.widecast.client.WatchEvent;
import io.widecast.client.WatchFrame;
import io.widecast.model.Bytes;
import io.widecast.model.Value;
import java.util.Arrays;
import java.util.Base64;

/** What the client read, as the JSON that the API sends. */
final class JsonLines {

  private JsonLines() {}

  static String of(ListedPair pair) {
    var json = new JsonObject().put("key", pair.key());
    pair.value().ifPresent(value -> put(json, value));
    json.put("createRevision", pair.createRevision())
        .put("revision", pair.revision())
        .put("version", pair.version());
    pair.ttlSeconds().ifPresent(ttl -> json.put("ttl", ttl));
    return json.encode();
  }

  static String of(WatchFrame frame) {
    var json = new JsonObject();
    frame.token().ifPresent(token -> json.put("token", token.toString()));
    switch (frame.kind()) {
      case RESET -> json.put("reset", true);
      case BOOKMARK -> json.put("bookmark", true);
      case SNAPSHOT_END -> json.put("snapshotEnd", true);
      case EVENTS -> {
        var events = new JsonArray();
        frame.events().forEach(event -> events.add(event(event)));
        json.put("events", events);
      }
      default -> throw new AssertionError(frame);
    }
    if (frame.skipped() > 0) {
      json.put("skipped", frame.skipped());
    }
    return json.encode();
  }

  private static JsonObject event(WatchEvent event) {
    var json =
        new JsonObject().put("type", event.deleted() ? "delete" : "put").put("key", event.key());
    event.value().ifPresent(value -> put(json, value));
    if (event.expired()) {
      json.put("expired", true);
    }
    json.put("revision", event.revision());
    return event.deleted() ? json : json.put("version", event.version());
  }

  private static void put(JsonObject json, Value value) {
    Bytes bytes = value.bytes();
    if (value.contentType().equals(Value.JSON)) {
      json.put("value", Json.decodeValue(bytes.toUtf8()));
    } else if (isUtf8(bytes)) {
      json.put("value", bytes.toUtf8());
    } else {
      json.put("valueBase64", Base64.getEncoder().encodeToString(bytes.toArray()));
    }
    json.put("contentType", value.contentType());
  }

  /** One line of text for a person; values that are none are told by their size. */
  static String shown(Value value) {
    return isUtf8(value.bytes())
        ? value.bytes().toUtf8().replaceAll("\\p{Cntrl}", "·")
        : "(" + value.bytes().length() + " bytes)";
  }

  private static boolean isUtf8(Bytes bytes) {
    return Arrays.equals(Bytes.utf8(bytes.toUtf8()).unsafeArray(), bytes.unsafeArray());
  }
}
