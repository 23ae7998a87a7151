package io.widecast.cli;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** Reading what a node answered, for tables. */
final class Json {

  private Json() {}

  /** The objects of an array; none when it is absent. */
  static List<JsonObject> objects(JsonObject in, String name) {
    return in.getJsonArray(name) == null
        ? List.of()
        : in.getJsonArray(name).stream()
            .filter(JsonObject.class::isInstance)
            .map(JsonObject.class::cast)
            .toList();
  }
}
