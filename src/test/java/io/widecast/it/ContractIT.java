package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.it.Curl.Answer;
import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract's HTTP table row by row with curl, and its WebSocket with the client {@code ws} of
 * the npm registry. Requests go to a core node that is not the master, and to an edge node.
 */
class ContractIT {

  private static final String JSON = "Content-Type: application/json";
  private static final String NDJSON = "Content-Type: application/x-ndjson";

  private static Processes processes;
  private static Node core;
  private static Node edge;
  @TempDir Path directory;

  @BeforeAll
  static void start() {
    assumeTrue(Curl.isInstalled(), "skipped: there is no curl");
    processes = new Processes(ContractIT.class);
    String electorate = "site.electorate=paris-1,paris-2";
    processes.core("paris-1", electorate);
    processes.core("paris-2", electorate);
    edge = processes.edge("tokyo-1");
    processes.start();
    Node master = processes.master();
    core = processes.cores().stream().filter(node -> node != master).findFirst().orElseThrow();
  }

  @AfterAll
  static void end() {
    if (processes != null) {
      processes.close();
    }
  }

  private static Answer curl(Node node, String path, String... options) {
    return curl(10, node, path, options);
  }

  private static Answer curl(int secondsMax, Node node, String path, String... options) {
    var arguments = new ArrayList<>(List.of(options));
    arguments.add(node.http() + path);
    Answer answer = Curl.run(secondsMax, arguments);
    assertThat(answer.header("Widecast-Token")).matches("\\d+\\.\\d+");
    assertThat(answer.header("Widecast-Node")).isEqualTo(node.id());
    assertThat(answer.header("Widecast-Site")).isEqualTo(node.id().replaceAll("-.*", ""));
    assertThat(answer.header("Widecast-Lag-Ms")).matches("\\d+");
    return answer;
  }

  private static void assertProblem(Answer answer, int status, String type) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    var problem = new JsonObject(answer.body());
    assertThat(problem.getString("type")).endsWith(type);
    assertThat(problem.getInteger("status")).isEqualTo(status);
    assertThat(problem.getString("title")).isNotBlank();
    assertThat(problem.getString("detail")).isNotBlank().doesNotContain("Exception");
  }

  private static String quoted(String token) {
    return '"' + token + '"';
  }

  @Test
  void putStoresBytesWithTheirTypeAndItsConditionsHold() {
    String path = "/v1/kv/row1/caf%C3%A9";
    Answer created = curl(core, path, "-T", file("<p>hi</p>"), "-H", "Content-Type: text/html");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("ETag")).isEqualTo(quoted(created.header("Widecast-Token")));
    Answer read = curl(core, path);
    assertThat(read.header("Content-Type")).isEqualTo("text/html");
    assertThat(read.body()).isEqualTo("<p>hi</p>");

    assertThat(curl(core, path, "-X", "PUT", "-d", "2").status()).isEqualTo(200);
    String stale = "If-Match: " + created.header("ETag");
    assertProblem(
        curl(core, path, "-X", "PUT", "-d", "3", "-H", stale), 412, "precondition-failed");
    assertProblem(
        curl(core, path, "-X", "PUT", "-d", "3", "-H", "If-None-Match: *"),
        412,
        "precondition-failed");
    String etag = curl(core, path).header("ETag");
    String revision = "If-Match: " + quoted(etag.replaceAll("\"", "").split("\\.")[1]);
    assertThat(curl(core, path, "-X", "PUT", "-d", "4", "-H", revision).status()).isEqualTo(200);
  }

  @Test
  void putTakesLevelTimeToLiveVisibilityAndAnIdempotencyKey() {
    for (String level : List.of("memory", "durable", "all", "edge")) {
      Answer answer =
          curl(core, "/v1/kv/city/JP/row1-" + level + "?ack=" + level, "-X", "PUT", "-d", "1");
      assertThat(answer.status()).as(level + answer.body()).isEqualTo(201);
    }
    Answer everywhere =
        curl(core, "/v1/kv/city/JP/row1-all?wait=visible:all", "-X", "PUT", "-d", "2");
    assertThat(everywhere.status()).isEqualTo(200);
    assertThat(curl(edge, "/v1/kv/city/JP/row1-all").body()).isEqualTo("2");

    assertThat(curl(core, "/v1/kv/row1/ttl?ttl=1s", "-X", "PUT", "-d", "1").status())
        .isEqualTo(201);
    Answer gone =
        curl(
            core,
            "/v1/watch?match=row1/ttl&since=start&format=ndjson",
            "-H",
            "Accept: application/x-ndjson",
            "--max-time",
            "3");
    assertThat(gone.body()).contains("\"type\":\"delete\"").contains("\"expired\":true");
    assertProblem(curl(core, "/v1/kv/row1/ttl"), 404, "not-found");

    String key = "Idempotency-Key: row1";
    Answer first = curl(core, "/v1/kv/row1/once", "-X", "PUT", "-d", "1", "-H", key);
    Answer again = curl(core, "/v1/kv/row1/once", "-X", "PUT", "-d", "1", "-H", key);
    assertThat(again.status()).isEqualTo(first.status());
    assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
    assertProblem(
        curl(core, "/v1/kv/row1/once", "-X", "PUT", "-d", "other", "-H", key),
        422,
        "idempotency-mismatch");
  }

  @Test
  void getKnowsItsTagAndWaitsForAPosition() {
    Answer put = curl(core, "/v1/kv/city/JP/row2", "-X", "PUT", "-d", "1");
    String none = "If-None-Match: " + put.header("ETag");
    assertThat(curl(core, "/v1/kv/city/JP/row2", "-H", none).status()).isEqualTo(304);
    Answer atEdge =
        curl(edge, "/v1/kv/city/JP/row2?timeout=5s&min=" + put.header("Widecast-Token"));
    assertThat(atEdge.status()).isEqualTo(200);
    assertThat(atEdge.header("ETag")).isEqualTo(put.header("ETag"));
    Answer late = curl(core, "/v1/kv/city/JP/row2?min=9.999999&timeout=100ms");
    assertProblem(late, 504, "catch-up-timeout");
    assertThat(new JsonObject(late.body()).getLong("revision")).isPositive();
    assertThat(curl(core, "/v1/kv/city/JP/row2?consistency=local").status()).isEqualTo(200);
    Answer head = curl(core, "/v1/kv/city/JP/row2", "--head");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("1");
    assertProblem(curl(core, "/v1/kv/row2/absent"), 404, "not-found");
    assertProblem(curl(edge, "/v1/kv/city/FR/1"), 404, "outside-filter");
  }

  @Test
  void deleteSaysWhetherThereWasSomething() {
    Answer put = curl(core, "/v1/kv/row3", "-X", "PUT", "-d", "1");
    assertProblem(
        curl(core, "/v1/kv/row3", "-X", "DELETE", "-H", "If-Match: \"1.1\""),
        412,
        "precondition-failed");
    String match = "If-Match: " + put.header("ETag");
    assertThat(curl(core, "/v1/kv/row3", "-X", "DELETE", "-H", match).status()).isEqualTo(204);
    assertProblem(curl(core, "/v1/kv/row3", "-X", "DELETE"), 404, "not-found");
    assertThat(curl(edge, "/v1/kv/row3", "-X", "PUT", "-d", "1").status()).isEqualTo(201);
    assertThat(curl(edge, "/v1/kv/row3", "-X", "DELETE").status()).isEqualTo(204);
  }

  @Test
  void listsGoPageByPageAndAsLines() {
    for (String key : List.of("a", "b", "c")) {
      curl(core, "/v1/kv/row4/" + key, "-X", "PUT", "-d", key, "-H", "Content-Type: text/plain");
    }
    var page = new JsonObject(curl(core, "/v1/kv?prefix=row4/&limit=2").body());
    assertThat(keys(page)).containsExactly("row4/a", "row4/b");
    assertThat(page.getLong("revision")).isPositive();
    assertThat(page.getLong("epoch")).isPositive();
    JsonObject pair = page.getJsonArray("pairs").getJsonObject(0);
    assertThat(pair.fieldNames())
        .contains("key", "value", "contentType", "createRevision", "revision", "version");
    var rest =
        new JsonObject(
            curl(core, "/v1/kv?prefix=row4/&keysOnly=true&after=" + page.getString("next")).body());
    assertThat(keys(rest)).containsExactly("row4/c");
    assertThat(rest.containsKey("next")).isFalse();
    assertThat(rest.getJsonArray("pairs").getJsonObject(0).containsKey("value")).isFalse();
    Answer lines = curl(core, "/v1/kv?prefix=row4/", "-H", "Accept: application/x-ndjson");
    assertThat(lines.header("Content-Type")).isEqualTo("application/x-ndjson");
    assertThat(lines.body().lines().map(line -> new JsonObject(line).getString("key")))
        .containsExactly("row4/a", "row4/b", "row4/c");
  }

  private static List<String> keys(JsonObject page) {
    return page.getJsonArray("pairs").stream()
        .map(pair -> ((JsonObject) pair).getString("key"))
        .toList();
  }

  @Test
  void publishIsAtomicAndLinesStreamIn() {
    String body =
        "{\"compare\":[{\"key\":\"row5/a\",\"revision\":0}],\"pairs\":["
            + "{\"key\":\"row5/a\",\"value\":\"é\"},{\"key\":\"row5/b\",\"valueBase64\":\"AP8=\"},"
            + "{\"key\":\"row5/c\",\"value\":[1,2],\"contentType\":\"application/x-list+json\"},"
            + "{\"key\":\"row5/absent\",\"delete\":true}]}";
    Answer answer = curl(core, "/v1/publish", "-d", body, "-H", JSON);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    var told = new JsonObject(answer.body());
    assertThat(told.getString("token")).isEqualTo(answer.header("Widecast-Token"));
    assertThat(told.getString("token"))
        .isEqualTo(told.getLong("epoch") + "." + told.getLong("revision"));
    assertThat(curl(core, "/v1/kv/row5/a").header("ETag"))
        .isEqualTo(quoted(told.getString("token")));
    assertThat(curl(core, "/v1/kv/row5/c").header("Content-Type"))
        .isEqualTo("application/x-list+json");
    assertProblem(curl(core, "/v1/publish", "-d", body, "-H", JSON), 412, "precondition-failed");

    String lines =
        IntStream.range(0, 3000)
            .mapToObj(i -> "{\"key\":\"row5/line/" + i + "\",\"value\":" + i + "}\n")
            .reduce("", String::concat);
    Answer streamed = curl(core, "/v1/publish", "-T", file(lines), "-X", "POST", "-H", NDJSON);
    var summary = new JsonObject(streamed.body());
    assertThat(summary.getInteger("published")).isEqualTo(3000);
    assertThat(summary.getLong("lastRevision") - summary.getLong("firstRevision"))
        .isGreaterThanOrEqualTo(2999);

    String bad = "{\"key\":\"row5/ok\",\"value\":1}\n{\"key\":\"row5/no\"\n";
    Answer refused = curl(core, "/v1/publish", "--data-binary", bad, "-H", NDJSON);
    assertProblem(refused, 400, "bad-json");
    var problem = new JsonObject(refused.body());
    assertThat(problem.getInteger("line")).isEqualTo(2);
    assertThat(problem.getInteger("published")).isEqualTo(1);
    assertThat(problem.getLong("lastRevision")).isPositive();
  }

  @Test
  void watchesComeAsEventsLinesAndOneAtATime() {
    String first = curl(core, "/v1/kv/row6/a", "-X", "PUT", "-d", "1").header("Widecast-Token");
    String second = curl(core, "/v1/kv/row6/b", "-X", "PUT", "-d", "2").header("Widecast-Token");

    String all = "/v1/watch?match=row6/*&match=row6/**";
    Answer events = curl(1, core, all, "-H", "Accept: text/event-stream");
    assertThat(events.header("Content-Type")).startsWith("text/event-stream");
    assertThat(events.body()).contains("data: {\"events\":").contains("\"snapshotEnd\":true");
    Answer resumed =
        curl(
            1,
            core,
            all + "&since=now",
            "-H",
            "Accept: text/event-stream",
            "-H",
            "Last-Event-ID: " + first);
    assertThat(resumed.body()).startsWith("id: " + second + "\ndata: {\"token\":\"" + second);
    Answer lines = curl(1, core, all + "&since=" + first + "&format=ndjson");
    var frame = new JsonObject(lines.body().lines().findFirst().orElseThrow());
    assertThat(frame.getString("token")).isEqualTo(second);
    var event = frame.getJsonArray("events").getJsonObject(0);
    assertThat(event.getString("key")).isEqualTo("row6/b");
    assertThat(event.getString("type")).isEqualTo("put");
    var poll = new JsonObject(curl(core, all + "&format=longpoll&since=" + first).body());
    assertThat(poll.getString("token")).isEqualTo(second);
    assertThat(poll.getJsonArray("events")).hasSize(1);
    assertProblem(curl(core, "/v1/watch?match=f*"), 400, "bad-pattern");
    assertProblem(curl(core, "/v1/watch?match=**&since=soon"), 400, "bad-token");
    assertThat(curl(1, edge, "/v1/watch?match=**&since=now").header("Widecast-Filter"))
        .isNotEmpty();
  }

  @Test
  void theClusterAndWhoHasARevisionCanBeAsked() {
    Answer put = curl(core, "/v1/kv/city/FR/row7?wait=visible:all", "-X", "PUT", "-d", "1");
    assertThat(put.status()).as(put.body()).isEqualTo(201);
    var cluster = new JsonObject(curl(core, "/v1/cluster").body());
    assertThat(cluster.fieldNames()).contains("epoch", "revision", "master", "sites");
    JsonArray sites = cluster.getJsonArray("sites");
    assertThat(sites.stream().map(site -> ((JsonObject) site).getString("id")))
        .containsExactlyInAnyOrder("paris", "tokyo");
    assertThat(sites.getJsonObject(0).getJsonArray("nodes").getJsonObject(0).fieldNames())
        .contains("id", "role", "state", "revision", "lagMs", "filter", "wanBacklog");
    String revision = put.header("Widecast-Token").split("\\.")[1];
    var visibility = new JsonObject(curl(core, "/v1/visibility/" + revision).body());
    assertThat(visibility.getJsonArray("nodes").stream().map(JsonObject.class::cast))
        .hasSize(3)
        .allSatisfy(
            node ->
                assertThat(node.getString("state"))
                    .isEqualTo(node.getString("site").equals("tokyo") ? "filtered" : "visible"));
  }

  @Test
  void aReadAtTheMasterSeesEveryWriteThatWasAnsweredBeforeIt() {
    for (int i = 0; i < 20; i++) {
      String value = "value " + i;
      Node writer = i % 2 == 0 ? core : edge;
      curl(writer, "/v1/kv/city/JP/row3", "-X", "PUT", "-d", value);
      curl(writer, "/v1/kv/city/FR/row3", "-X", "PUT", "-d", value);

      for (Node reader : List.of(core, edge, processes.master())) {
        assertThat(curl(reader, "/v1/kv/city/JP/row3?consistency=master").body()).isEqualTo(value);
        // Not what the edge node holds: read at home.
        Answer elsewhere = curl(reader, "/v1/kv/city/FR/row3?consistency=master");
        assertThat(elsewhere.body()).isEqualTo(value);
        assertThat(elsewhere.header("ETag")).isNotBlank();
        Answer list = curl(reader, "/v1/kv?prefix=city/JP/row3&consistency=master");
        assertThat(list.body()).contains(value);
      }
    }
    assertProblem(curl(edge, "/v1/kv/city/FR/none?consistency=master"), 404, "not-found");
    assertProblem(curl(edge, "/v1/kv/city/FR/row3"), 404, "outside-filter");
    assertProblem(curl(core, "/v1/kv/a?consistency=backup"), 400, "bad-request");
  }

  @Test
  void healthMetricsDescriptionAndConsoleAreServed() {
    assertThat(curl(core, "/livez").status()).isEqualTo(200);
    Answer ready = curl(core, "/readyz?verbose");
    assertThat(ready.status()).isEqualTo(200);
    assertThat(ready.body()).contains("checks");
    Answer metrics = curl(core, "/metrics");
    assertThat(metrics.header("Content-Type")).startsWith("text/plain");
    assertThat(metrics.body()).contains("widecast_revision ").contains("# HELP");
    assertThat(new JsonObject(curl(core, "/openapi.json").body()).getString("openapi"))
        .startsWith("3.");
    Answer page = curl(core, "/");
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.body()).contains("<title>Widecast</title>");
  }

  @Test
  void speaksBothVersionsOfHttp() {
    assertThat(curl(core, "/livez", "--http1.1").protocol()).isEqualTo("HTTP/1.1");
    assertThat(curl(core, "/livez", "--http2-prior-knowledge").protocol()).isEqualTo("HTTP/2");
    assertThat(curl(core, "/livez", "--http2").status()).isEqualTo(200);
    String path = "/v1/kv/h2?ack=all";
    assertThat(curl(core, path, "-X", "PUT", "-d", "1", "--http2-prior-knowledge").status())
        .isEqualTo(201);
  }

  @Test
  void whatIsWrongIsRefusedAndChangesNothing() throws Exception {
    String before = curl(core, "/v1/kv?limit=1").header("Widecast-Token");
    assertProblem(curl(core, "/v1/kv/a%00b", "-X", "PUT", "-d", "1"), 400, "bad-key");
    assertProblem(curl(core, "/v1/kv/a%FFb", "-X", "PUT", "-d", "1"), 400, "bad-key");
    assertProblem(curl(core, "/v1/kv/" + "k".repeat(1025), "-X", "PUT", "-d", "1"), 400, "bad-key");
    assertProblem(curl(core, "/v1/kv/a?ack=sure", "-X", "PUT", "-d", "1"), 400, "bad-request");
    assertProblem(curl(core, "/v1/kv/a?tll=1s", "-X", "PUT", "-d", "1"), 400, "bad-request");
    assertProblem(curl(core, "/v1/kv/a", "-X", "PATCH"), 405, "method-not-allowed");
    assertThat(curl(core, "/v1/kv/a", "-X", "PATCH").header("Allow")).contains("PUT");
    assertProblem(curl(core, "/v1/nothing"), 404, "unknown-path");
    assertProblem(
        curl(core, "/v1/publish", "-d", "{}", "-H", "Content-Type: text/plain"), 415, "type");
    assertProblem(curl(core, "/v1/publish", "-d", "{", "-H", JSON), 400, "bad-json");
    String twice = "{\"pairs\":[{\"key\":\"a\",\"value\":1},{\"key\":\"a\",\"value\":2}]}";
    assertProblem(curl(core, "/v1/publish", "-d", twice, "-H", JSON), 400, "duplicate-key");
    Path large = directory.resolve("large");
    Files.write(large, new byte[(1 << 20) + 1]);
    assertProblem(curl(core, "/v1/kv/a", "-T", large.toString()), 413, "too-large");
    Files.write(large, new byte[1 << 20]);
    assertThat(curl(core, "/v1/kv?limit=1").header("Widecast-Token")).isEqualTo(before);
    assertThat(curl(core, "/v1/kv/large?ack=all", "-T", large.toString()).status()).isEqualTo(201);

    try (var socket = new Socket(Processes.HOST, core.httpPort())) {
      OutputStream out = socket.getOutputStream();
      out.write("GET /livez HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(5_000);
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 400");
    }
  }

  @Test
  void theWebSocketSuitsTheClientOfTheNpmRegistry() throws Exception {
    assumeTrue(
        run("-e", "require('ws')") == 0,
        "skipped: needs node and its package ws (npm install ws, its node_modules in NODE_PATH)");

    int code =
        run(resource("stream.cjs").toString(), core.http().replace("http:", "ws:") + "/v1/stream");

    if (code != 0) {
      fail("stream.cjs ended with " + code + ":\n" + Files.readString(output()));
    }
  }

  private Path output() {
    return directory.resolve("output");
  }

  private int run(String... arguments) throws InterruptedException {
    var command = new ArrayList<>(List.of("node"));
    command.addAll(List.of(arguments));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(output().toFile())
          .start()
          .waitFor();
    } catch (IOException e) {
      return 127; // no node
    }
  }

  private Path resource(String name) throws IOException {
    Path file = directory.resolve(name);
    try (var in = ContractIT.class.getResourceAsStream(name)) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }

  private String file(String content) {
    try {
      return Files.writeString(Files.createTempFile(directory, "body", ""), content).toString();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
