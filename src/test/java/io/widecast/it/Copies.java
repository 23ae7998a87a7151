package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What nodes hold, read in full and compared key by key. */
final class Copies {

  private Copies() {}

  /** A node's copy at a position: each key's row as listed, without what depends on the clock. */
  record Copy(Position position, TreeMap<String, JsonObject> rows) {

    String value(String key) {
      JsonObject row = rows.get(key);
      return row == null ? null : canonical(row.getValue("value"));
    }
  }

  static Copy of(Node node) {
    HttpResponse<String> answer = Http.get(node, "/v1/kv", "Accept", "application/x-ndjson");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var rows = new TreeMap<String, JsonObject>();
    String last = "";
    for (String line : answer.body().split("\n")) {
      if (!line.isEmpty()) {
        var row = new JsonObject(line);
        row.remove("ttl");
        String key = row.getString("key");
        assertThat(rows.put(key, row)).as("%s lists %s twice", node, key).isNull();
        last = key;
      }
    }
    assertThat(rows.isEmpty() ? "" : rows.lastKey()).isEqualTo(last);
    return new Copy(Http.position(answer), rows);
  }

  /** A JSON value without the order of its members; a string as it is. */
  static String canonical(Object value) {
    return value instanceof JsonObject object
        ? new TreeMap<>(object.getMap()).toString()
        : String.valueOf(value);
  }

  /** Waits until every node has reached {@code position}. */
  static void awaitLevel(List<Node> nodes, Position position) {
    for (Node node : nodes) {
      await(node + " reaches " + position)
          .atMost(Processes.PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptions()
          .until(() -> Http.position(Http.get(node, "/livez")).compareTo(position) >= 0);
    }
  }

  /**
   * Waits until all are level with the furthest, then compares: core copies equal in every field,
   * each edge's copy what its filter selects of it. The core nodes' copy is the answer.
   */
  static Copy awaitEqual(List<Node> cores, List<Node> edges) {
    var all = new ArrayList<>(cores);
    all.addAll(edges);
    Position furthest =
        all.stream()
            .map(node -> Http.position(Http.get(node, "/livez")))
            .max(Position::compareTo)
            .orElseThrow();
    awaitLevel(all, furthest);
    Copy first = of(cores.get(0));
    for (Node core : cores.subList(1, cores.size())) {
      assertSame(core, of(core).rows(), first.rows());
    }
    for (Node edge : edges) {
      Predicate<String> holds = filter(edge);
      var expected = new TreeMap<>(first.rows());
      expected.keySet().removeIf(holds.negate());
      assertSame(edge, of(edge).rows(), expected);
    }
    return first;
  }

  private static void assertSame(
      Node node, TreeMap<String, JsonObject> actual, TreeMap<String, JsonObject> expected) {
    if (actual.equals(expected)) {
      return; // a difference of thousands of keys is not for printing
    }
    var differences = new ArrayList<String>();
    var keys = new java.util.TreeSet<>(actual.keySet());
    keys.addAll(expected.keySet());
    for (String key : keys) {
      if (!java.util.Objects.equals(actual.get(key), expected.get(key))) {
        differences.add(key + ": " + actual.get(key) + " instead of " + expected.get(key));
      }
    }
    throw new AssertionError(
        node
            + " differs in "
            + differences.size()
            + " keys, first "
            + differences.subList(0, Math.min(5, differences.size())));
  }

  /** What a node holds, by the filter that it says it has. */
  static Predicate<String> filter(Node node) {
    for (Object site : Http.getJson(node, "/v1/cluster").getJsonArray("sites")) {
      for (Object member : ((JsonObject) site).getJsonArray("nodes")) {
        var json = (JsonObject) member;
        if (json.getString("id").equals(node.id())) {
          List<Predicate<String>> patterns =
              json.getJsonArray("filter").stream().map(p -> matcher(p.toString())).toList();
          return key -> patterns.stream().anyMatch(pattern -> pattern.test(key));
        }
      }
    }
    throw new AssertionError(node + " does not show itself in /v1/cluster");
  }

  /** A pattern as the contract explains it, by way of a regular expression. */
  static Predicate<String> matcher(String pattern) {
    var regex = new StringBuilder();
    for (String segment : pattern.split("/", -1)) {
      regex.append(regex.length() == 0 ? "" : "/");
      regex.append(
          switch (segment) {
            case "*" -> "[^/]*";
            case "**" -> ".*";
            default -> Pattern.quote(segment);
          });
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).asMatchPredicate();
  }
}
