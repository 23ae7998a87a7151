package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Whole maps of keys and values: read from a node, changed at random, compared. */
final class Maps {

  private Maps() {}

  /**
   * Everything, as of one position.
   *
   * @param parameters such as {@code snapshot=NAME}; empty for the map now
   */
  static TreeMap<String, String> read(Node node, String parameters) {
    String path = "/v1/kv" + (parameters.isEmpty() ? "" : "?" + parameters);
    HttpResponse<String> answer = Http.get(node, path, "Accept", "application/x-ndjson");
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    var map = new TreeMap<String, String>();
    answer
        .body()
        .lines()
        .map(JsonObject::new)
        .forEach(row -> map.put(row.getString("key"), Copies.canonical(row.getValue("value"))));
    return map;
  }

  /** A difference of thousands of keys is not for printing. */
  static void assertSame(
      String what, TreeMap<String, String> actual, TreeMap<String, String> expected) {
    if (actual.equals(expected)) {
      return;
    }
    var keys = new TreeMap<>(actual);
    keys.putAll(expected);
    keys.keySet()
        .removeIf(
            key ->
                expected.containsKey(key)
                    && actual.containsKey(key)
                    && expected.get(key).equals(actual.get(key)));
    String first = keys.firstKey();
    throw new AssertionError(
        "%s differs in %d keys; %s holds %s instead of %s"
            .formatted(what, keys.size(), first, actual.get(first), expected.get(first)));
  }

  /** Publishes lines of NDJSON; the revision of the last. */
  static long publish(Node node, String lines) {
    HttpResponse<String> answer =
        Http.send(
            node,
            "POST",
            "/v1/publish",
            BodyPublishers.ofString(lines),
            "Content-Type",
            "application/x-ndjson");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body()).getLong("lastRevision");
  }

  /**
   * Changes keys of {@code model} at random, there and in {@code node}: most are put anew, some
   * deleted, some added.
   *
   * @return the revision after the last
   */
  static long change(
      Node node, TreeMap<String, String> model, int count, SplittableRandom random, String tag) {
    var keys = java.util.List.copyOf(model.keySet());
    var lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String key = keys.get(random.nextInt(keys.size()));
      if (random.nextInt(10) == 0) {
        key += "/more";
      }
      var line = new JsonObject().put("key", key);
      if (random.nextInt(8) == 0) {
        line.put("delete", true);
        model.remove(key);
      } else {
        String value = tag + "-" + i + "-" + "v".repeat(random.nextInt(800));
        line.put("value", value);
        model.put(key, value);
      }
      lines.append(line.encode()).append('\n');
    }
    return publish(node, lines.toString());
  }
}
