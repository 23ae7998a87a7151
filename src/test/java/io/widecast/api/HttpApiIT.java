package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.metrics.Metric;
import io.widecast.model.ErrorCode;
import io.widecast.model.NodeId;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract's sections 4 and 7, row by row, over real sockets. */
class HttpApiIT {

  private ApiFixture node;

  @BeforeEach
  void deploy() {
    node = new ApiFixture();
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void aValueComesBackAsItWasPut() {
    HttpResponse<String> created = node.put("a/b", "<b>hello</b>", "Content-Type", "text/html");
    HttpResponse<String> replaced = node.put("a/b", "{\"x\": 1}", "Content-Type", "x/y; z=1");

    HttpResponse<String> read = node.get("/v1/kv/a/b");

    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(header(created, "ETag")).isEqualTo("\"1.1\"");
    assertThat(header(created, "Widecast-Token")).isEqualTo("1.1");
    assertThat(replaced.statusCode()).isEqualTo(200);
    assertThat(read.statusCode()).isEqualTo(200);
    assertThat(read.body()).isEqualTo("{\"x\": 1}");
    assertThat(header(read, "Content-Type")).isEqualTo("x/y; z=1");
    assertThat(header(read, "ETag")).isEqualTo("\"1.2\"");
    assertThat(header(read, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(read, "Content-Security-Policy")).contains("sandbox");
  }

  @Test
  void everyAnswerSaysWhoGaveIt() {
    node.put("k", "v");

    for (String target :
        List.of("/v1/kv/k", "/v1/kv/nope", "/nope", "/livez", "/v1/cluster", "/")) {
      HttpResponse<String> answer = node.get(target);
      assertThat(header(answer, "Widecast-Token")).as(target).isEqualTo("1.1");
      assertThat(header(answer, "Widecast-Node")).as(target).isEqualTo("paris-1");
      assertThat(header(answer, "Widecast-Site")).as(target).isEqualTo("paris");
      assertThat(header(answer, "Widecast-Lag-Ms")).as(target).isEqualTo("0");
    }
  }

  @Test
  void getAndHeadAgree() {
    node.put("k", "value", "Content-Type", "text/plain");

    for (String target : List.of("/v1/kv/k", "/v1/kv/nope", "/v1/kv", "/livez", "/openapi.json")) {
      HttpResponse<String> get = node.get(target);
      HttpResponse<String> head = node.send("HEAD", target, "");
      assertThat(head.statusCode()).as(target).isEqualTo(get.statusCode());
      assertThat(head.body()).isEmpty();
      assertThat(header(head, "Content-Length"))
          .as(target)
          .isEqualTo(header(get, "Content-Length"));
      assertThat(header(head, "Content-Type")).as(target).isEqualTo(header(get, "Content-Type"));
    }
  }

  @Test
  void anETagSavesTheTransfer() {
    node.put("k", "v");

    assertThat(node.get("/v1/kv/k", "If-None-Match", "\"1.1\"").statusCode()).isEqualTo(304);
    assertThat(node.get("/v1/kv/k", "If-None-Match", "\"9.9\", W/\"1.1\"").statusCode())
        .isEqualTo(304);
    assertThat(node.get("/v1/kv/k", "If-None-Match", "\"1.2\"").statusCode()).isEqualTo(200);
  }

  @Test
  void conditionsDecideWhetherToWrite() {
    assertThat(node.put("k", "1", "If-Match", "\"1.1\"").statusCode()).isEqualTo(412);
    assertThat(node.put("k", "1", "If-None-Match", "*").statusCode()).isEqualTo(201);
    assertThat(node.put("k", "2", "If-None-Match", "*").statusCode()).isEqualTo(412);
    assertThat(node.put("k", "2", "If-Match", "\"1.1\"").statusCode()).isEqualTo(200);
    assertThat(node.put("k", "3", "If-Match", "\"2\"").statusCode()).isEqualTo(200);
    assertThat(node.put("k", "4", "If-Match", "\"2.3\"").statusCode()).isEqualTo(412);
    assertThat(node.put("k", "4", "If-Match", "*").statusCode()).isEqualTo(200);
    assertThat(node.send("DELETE", "/v1/kv/k", "", "If-Match", "\"3\"").statusCode())
        .isEqualTo(412);
    assertThat(node.send("DELETE", "/v1/kv/k", "", "If-Match", "\"1.4\"").statusCode())
        .isEqualTo(204);
    assertThat(node.send("DELETE", "/v1/kv/k", "").statusCode()).isEqualTo(404);
    assertThat(node.get("/v1/kv/k").statusCode()).isEqualTo(404);
  }

  @Test
  void keysAreTakenAsTheyStand() {
    List<String> keys = List.of("a//b", "./x", "x/../y", "..", "a b+c%", "größe/東京", "/", "a/");

    for (String key : keys) {
      String encoded =
          URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");
      assertThat(node.put(encoded, "at " + key).statusCode()).as(key).isEqualTo(201);
      assertThat(node.get("/v1/kv/" + encoded).body()).isEqualTo("at " + key);
    }
    assertThat(node.get("/v1/kv/x/../y").body()).isEqualTo("at x/../y");

    JsonArray pairs = new JsonObject(node.get("/v1/kv").body()).getJsonArray("pairs");
    assertThat(pairs.stream().map(pair -> ((JsonObject) pair).getString("key")))
        .containsExactlyElementsOf(keys.stream().sorted().toList());
  }

  static Stream<Arguments> refusals() {
    String longKey = "k".repeat(1025);
    String tooLarge = "x".repeat((1 << 20) + 1);
    return Stream.of(
        arguments("GET", "/v1/kv/", "", "", 400, "bad-key"),
        arguments("GET", "/v1/kv/%ff", "", "", 400, "bad-key"),
        arguments("GET", "/v1/kv/%ed%a0%80", "", "", 400, "bad-key"),
        arguments("GET", "/v1/kv/a%00b", "", "", 400, "bad-key"),
        arguments("GET", "/v1/kv/a%0ab", "", "", 400, "bad-key"),
        arguments("GET", "/v1/kv/" + longKey, "", "", 400, "bad-key"),
        arguments("PUT", "/v1/kv/" + longKey, "v", "", 400, "bad-key"),
        arguments("PUT", "/v1/kv/k", tooLarge, "", 413, "too-large"),
        arguments("PUT", "/v1/kv/k?ack=most", "v", "", 400, "bad-request"),
        arguments("PUT", "/v1/kv/k?ttl=30", "v", "", 400, "bad-request"),
        arguments("PUT", "/v1/kv/k?ttl=0s", "v", "", 400, "bad-request"),
        arguments("PUT", "/v1/kv/k?ttl=-1s", "v", "", 400, "bad-request"),
        arguments("PUT", "/v1/kv/k?timeout=11m", "v", "", 400, "bad-request"),
        arguments("PUT", "/v1/kv/k?wait=visible", "v", "", 400, "bad-request"),
        arguments("PUT", "/v1/kv/k", "v", "If-Match: abc", 400, "bad-token"),
        arguments("PUT", "/v1/kv/k", "v", "If-Match: \"1.x\"", 400, "bad-token"),
        arguments("PUT", "/v1/kv/k", "v", "If-None-Match: \"1.1\"", 400, "bad-request"),
        arguments(
            "PUT", "/v1/kv/k", "v", "Idempotency-Key: " + "k".repeat(256), 400, "bad-request"),
        arguments("PATCH", "/v1/kv/k", "", "", 405, "method-not-allowed"),
        arguments("POST", "/v1/kv", "", "", 405, "method-not-allowed"),
        arguments("PUT", "/v1/cluster", "", "", 405, "method-not-allowed"),
        arguments("GET", "/v1/publish", "", "", 405, "method-not-allowed"),
        arguments("GET", "/v1/kv?limit=0", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?limit=10001", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?limit=x", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?limit=1&limit=2", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?prefxi=a", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?prefix=%ff", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv", "", "Accept: text/html", 406, "not-acceptable"),
        arguments("GET", "/v1/kv/k?min=7", "", "", 400, "bad-token"),
        arguments("GET", "/v1/kv/k?consistency=none", "", "", 400, "bad-request"),
        arguments("GET", "/v1/visibility/x", "", "", 400, "bad-token"),
        arguments("GET", "/v1/watch", "", "", 400, "bad-pattern"),
        arguments("GET", "/v1/watch?match=f*", "", "", 400, "bad-pattern"),
        arguments("GET", "/v1/watch?match=a&since=x", "", "", 400, "bad-token"),
        arguments("GET", "/v1/watch?match=a", "", "Last-Event-ID: x", 400, "bad-token"),
        arguments("GET", "/v1/watch?match=a&format=xml", "", "", 400, "bad-request"),
        arguments("GET", "/v1/stream", "", "", 426, "upgrade-required"),
        arguments("GET", "/v1/nope", "", "", 404, "unknown-path"),
        arguments("GET", "/console/../openapi.json", "", "", 404, "unknown-path"),
        arguments("GET", "/console/nope.js", "", "", 404, "unknown-path"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatIsWrongIsNamedAndChangesNothing(
      String method, String target, String body, String header, int status, String type) {
    int colon = header.indexOf(':');
    HttpResponse<String> answer =
        colon < 0
            ? node.send(method, target, body)
            : node.send(
                method, target, body, header.substring(0, colon), header.substring(colon + 2));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertProblem(answer, status, type);
    assertThat(header(answer, "Widecast-Token")).isEqualTo("0.0");
    assertThat(node.get("/livez").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type", "Idempotency-Key", "If-Match"})
  void aFieldThatMayComeOnceIsNotTakenTwice(String field) {
    String value = field.equals("If-Match") ? "0" : "a";
    HttpResponse<String> answer = node.put("k", "v", field, value, field, value);

    assertProblem(answer, 400, "bad-request");
    assertThat(node.get("/v1/kv/k").statusCode()).isEqualTo(404);
  }

  @Test
  void aCompressedBodyIsNotStoredAsIfItWereNot() {
    String[] gzip = {"Content-Encoding", "gzip"};
    assertProblem(node.put("k", "v", gzip), 415, "unsupported-media-type");
    assertProblem(node.publishLines("{}", gzip), 415, "unsupported-media-type");

    assertThat(node.put("k", "v", "Content-Encoding", "Identity").statusCode()).isEqualTo(201);
  }

  @Test
  void aWrongMethodIsToldTheRightOnes() {
    assertThat(header(node.send("PATCH", "/v1/kv/k", ""), "Allow"))
        .isEqualTo("DELETE, GET, HEAD, PUT");
  }

  static Stream<Arguments> badBodies() {
    return Stream.of(
        arguments("", 400, "bad-json"),
        arguments("[]", 400, "bad-json"),
        arguments("{\"pairs\":", 400, "bad-json"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"value\":1}]} x", 400, "bad-json"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"value\":\"\\ud800\"}]}", 400, "bad-json"),
        arguments("{\"pairs\":[]}", 400, "bad-request"),
        arguments("{\"pair\":[]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"value\":1}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"a\"}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"value\":1,\"vlaue\":2}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"key\":\"b\",\"value\":1}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"valueBase64\":\"?\"}]}", 400, "bad-request"),
        arguments(
            "{\"pairs\":[{\"key\":\"a\",\"value\":1,\"valueBase64\":\"\"}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"value\":1,\"delete\":true}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"a\",\"value\":1,\"ttl\":\"1\"}]}", 400, "bad-request"),
        arguments(
            "{\"pairs\":[{\"key\":\"a\",\"value\":1,\"contentType\":\"\"}]}", 400, "bad-request"),
        arguments("{\"pairs\":[{\"key\":\"\",\"value\":1}]}", 400, "bad-key"),
        arguments("{\"pairs\":[{\"key\":\"a\\u0001\",\"value\":1}]}", 400, "bad-key"),
        arguments("{\"pairs\":[{\"key\":\"\\udc00\",\"value\":1}]}", 400, "bad-key"),
        arguments(
            "{\"pairs\":[{\"key\":\"a\",\"value\":1},{\"key\":\"a\",\"delete\":true}]}",
            400,
            "duplicate-key"),
        arguments(
            "{\"compare\":[{\"key\":\"a\",\"revision\":7}],\"pairs\":[{\"key\":\"a\",\"value\":1}]}",
            412,
            "precondition-failed"),
        arguments(
            "{\"compare\":[{\"key\":\"a\"}],\"pairs\":[{\"key\":\"a\",\"value\":1}]}",
            400,
            "bad-request"),
        arguments(
            "{\"compare\":[{\"key\":\"a\",\"revision\":-1}],\"pairs\":[{\"key\":\"a\",\"value\":1}]}",
            400,
            "bad-request"),
        arguments(
            "{\"pairs\":["
                + IntStream.range(0, 1025)
                    .mapToObj(i -> "{\"key\":\"k" + i + "\",\"value\":1}")
                    .collect(Collectors.joining(","))
                + "]}",
            413,
            "too-large"),
        arguments(
            "{\"pairs\":["
                + IntStream.range(0, 2)
                    .mapToObj(
                        i -> "{\"key\":\"k" + i + "\",\"value\":\"" + "v".repeat(800_000) + "\"}")
                    .collect(Collectors.joining(","))
                + "]}",
            413,
            "too-large"),
        arguments("{\"pairs\":[" + " ".repeat(5 << 19) + "]}", 413, "too-large"));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void aBadPublishWritesNothing(String body, int status, String type) {
    HttpResponse<String> answer = node.publish(body);

    assertProblem(answer, status, type);
    assertThat(new JsonObject(node.get("/v1/kv").body()).getInteger("revision")).isZero();
  }

  @Test
  void malformedUtf8IsNoJson() throws Exception {
    var request =
        node.request("/v1/publish")
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    "{\"pairs\":[{\"key\":\"a\",\"value\":\"\u00ff\"}]}"
                        .getBytes(StandardCharsets.ISO_8859_1)));

    var answer = node.client.send(request.build(), HttpResponse.BodyHandlers.ofString());

    assertProblem(answer, 400, "bad-json");
  }

  @Test
  void aPublishTakesTheContentTypeItKnows() {
    assertProblem(node.send("POST", "/v1/publish", "{}"), 415, "unsupported-media-type");
    assertProblem(
        node.send("POST", "/v1/publish", "{}", "Content-Type", "text/plain"),
        415,
        "unsupported-media-type");
    assertThat(
            node.send(
                    "POST",
                    "/v1/publish",
                    "{\"pairs\":[{\"key\":\"a\",\"value\":1}]}",
                    "Content-Type",
                    "Application/JSON; charset=utf-8")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void aPublishIsOneRevision() {
    var answer =
        new JsonObject(
            node.publish(
                    "{\"pairs\":[{\"key\":\"j\",\"value\":{\"a\" : [1, 2.50, \"x y\"]}},"
                        + "{\"key\":\"s\",\"value\":\"tü\"},{\"key\":\"n\",\"value\":null},"
                        + "{\"key\":\"b\",\"valueBase64\":\"/w==\",\"contentType\":\"a/b\"},"
                        + "{\"key\":\"absent\",\"delete\":true}]}")
                .body());

    assertThat(answer.getMap())
        .isEqualTo(Map.of("token", "1.1", "epoch", 1, "revision", 1, "pairs", 5));
    assertThat(node.get("/v1/kv/j").body()).isEqualTo("{\"a\":[1,2.50,\"x y\"]}");
    assertThat(header(node.get("/v1/kv/j"), "Content-Type")).isEqualTo("application/json");
    assertThat(header(node.get("/v1/kv/s"), "Content-Type")).isEqualTo("text/plain");
    assertThat(node.get("/v1/kv/n").body()).isEqualTo("null");
    assertThat(header(node.get("/v1/kv/b"), "Content-Type")).isEqualTo("a/b");
    var pairs = new JsonObject(node.get("/v1/kv").body()).getJsonArray("pairs");
    assertThat(pairs.getJsonObject(0).getString("valueBase64")).isEqualTo("/w==");
    assertThat(pairs.getJsonObject(1).getJsonObject("value").getJsonArray("a")).hasSize(3);
    assertThat(pairs.getJsonObject(3).getString("value")).isEqualTo("tü");
  }

  @Test
  void comparesTakeRevisionsTokensAndAbsence() {
    node.put("k", "1");

    assertThat(conditional("{\"key\":\"k\",\"revision\":1}")).isEqualTo(200);
    assertThat(conditional("{\"key\":\"k\",\"revision\":\"1.2\"}")).isEqualTo(200);
    assertThat(conditional("{\"key\":\"k\",\"revision\":3,\"epoch\":1}")).isEqualTo(200);
    assertThat(conditional("{\"key\":\"k\",\"revision\":4,\"epoch\":2}")).isEqualTo(412);
    assertThat(conditional("{\"key\":\"k\",\"revision\":0}")).isEqualTo(412);
    assertThat(conditional("{\"key\":\"new\",\"revision\":0}")).isEqualTo(200);
  }

  private int conditional(String compare) {
    return node.publish("{\"compare\":[" + compare + "],\"pairs\":[{\"key\":\"k\",\"value\":1}]}")
        .statusCode();
  }

  @Test
  void listsArePagesInByteOrder() {
    node.publishLines(
        IntStream.range(0, 25)
            .mapToObj(i -> "{\"key\":\"p/" + (char) ('a' + i) + "\",\"value\":" + i + "}")
            .collect(Collectors.joining("\n")));
    node.put("q", "other");

    var first = new JsonObject(node.get("/v1/kv?prefix=p/&limit=10").body());
    var second = new JsonObject(node.get("/v1/kv?prefix=p/&limit=10&after=p/j").body());
    var last = new JsonObject(node.get("/v1/kv?prefix=p/&limit=10&after=p/t&keysOnly").body());

    assertThat(first.getString("next")).isEqualTo("p/j");
    assertThat(first.getInteger("revision")).isEqualTo(26);
    assertThat(first.getInteger("epoch")).isEqualTo(1);
    assertThat(second.getJsonArray("pairs").getJsonObject(0).getString("key")).isEqualTo("p/k");
    assertThat(last.getJsonArray("pairs")).hasSize(5);
    assertThat(last.containsKey("next")).isFalse();
    assertThat(last.getJsonArray("pairs").getJsonObject(0).containsKey("value")).isFalse();
    assertThat(new JsonObject(node.get("/v1/kv?prefix=none").body()).getJsonArray("pairs"))
        .isEmpty();
    assertThat(node.get("/v1/kv", "Accept", "application/x-ndjson").body().lines()).hasSize(26);
  }

  @Test
  void anEmptyParameterCountsAsAbsent() {
    assertThat(node.get("/v1/kv?prefix=&after=&limit=&keysOnly=&revision=").statusCode())
        .isEqualTo(200);
  }

  @Test
  void ttlIsTheSecondsLeft() {
    node.send("PUT", "/v1/kv/k?ttl=90s", "v");

    var pair = new JsonObject(node.get("/v1/kv").body()).getJsonArray("pairs").getJsonObject(0);

    assertThat(pair.getInteger("ttl")).isBetween(80, 90);
    assertThat(header(node.get("/v1/kv/k"), "Widecast-Ttl")).isNotEmpty();
  }

  @Test
  void linesArePublishedOneByOne() {
    HttpResponse<String> answer =
        node.publishLines(
            "{\"key\":\"a\",\"value\":1}\r\n\n{\"key\":\"b\",\"delete\":true}\n{\"key\":\"a\",\"value\":2}");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(answer.body()).getMap())
        .containsEntry("published", 3)
        .containsEntry("firstRevision", 1)
        .containsEntry("lastRevision", 3)
        .containsEntry("token", "1.3");
    assertThat(header(answer, "Widecast-Token")).isEqualTo("1.3");
    assertThat(new JsonObject(node.publishLines("").body()).getMap())
        .containsEntry("published", 0)
        .containsEntry("firstRevision", 0)
        .containsEntry("lastRevision", 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 257, 1000})
  void theFirstBadLineEndsTheStream(int bad) {
    String lines =
        IntStream.rangeClosed(1, 1200)
            .mapToObj(i -> i == bad ? "{\"key\":" : "{\"key\":\"k" + i + "\",\"value\":" + i + "}")
            .collect(Collectors.joining("\n"));

    HttpResponse<String> answer = node.publishLines(lines);

    assertProblem(answer, 400, "bad-json");
    assertThat(new JsonObject(answer.body()).getMap())
        .containsEntry("line", bad)
        .containsEntry("written", bad > 1)
        .containsEntry("published", bad - 1)
        .containsEntry("lastRevision", bad - 1);
    assertThat(new JsonObject(node.get("/v1/kv").body()).getInteger("revision")).isEqualTo(bad - 1);
  }

  @Test
  void aRefusedLineEndsTheStreamToo() {
    node.replication.change(() -> node.replication.refuse(ErrorCode.NO_MASTER)).await();

    HttpResponse<String> answer = node.publishLines("{\"key\":\"a\",\"value\":1}\n");

    assertProblem(answer, 503, "no-master");
    assertThat(header(answer, "Retry-After")).isEqualTo("1");
    assertThat(new JsonObject(answer.body()).getMap())
        .containsEntry("line", 1)
        .containsEntry("published", 0)
        .containsEntry("undecided", 1)
        .doesNotContainKey("written");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 300, 5000})
  void aRefusedLineTellsAllThatWasWrittenBehindItToo(int refused) {
    String bound = "\n".repeat(refused - 1) + "{\"key\":\"other\",\"value\":0}";
    assertThat(node.publishLines(bound, "Idempotency-Key", "one").statusCode()).isEqualTo(200);
    String lines =
        IntStream.rangeClosed(1, 40_000)
            .mapToObj(i -> "{\"key\":\"k" + i + "\",\"value\":" + i + "}")
            .collect(Collectors.joining("\n"));

    HttpResponse<String> answer = node.publishLines(lines, "Idempotency-Key", "one");

    assertProblem(answer, 422, "idempotency-mismatch");
    var problem = new JsonObject(answer.body());
    int stored = new JsonObject(node.get("/v1/kv").body()).getInteger("revision") - 1;
    assertThat(problem.getInteger("line")).isEqualTo(refused);
    assertThat(problem.getInteger("published")).isEqualTo(stored);
    assertThat(problem.getBoolean("written")).isEqualTo(stored > 0);
    assertThat(problem.getInteger("firstRevision")).isEqualTo(stored > 0 ? 2 : 0);
    assertThat(problem.getInteger("lastRevision")).isEqualTo(stored > 0 ? stored + 1 : 0);
    assertThat(problem.containsKey("undecided")).isFalse();
    assertThat(stored).as("what is read behind it is not sent").isBetween(refused - 1, 30_000);
    for (int i = 1; i < refused; i += 7) {
      assertThat(node.get("/v1/kv/k" + i).statusCode()).isEqualTo(200);
    }
    assertThat(node.get("/v1/kv/k" + refused).statusCode()).isEqualTo(404);
  }

  @Test
  void aLineThatCameTooLateCountsAsWritten() {
    node.replication.change(() -> node.replication.tooLate(true)).await();

    HttpResponse<String> answer =
        node.publishLines("{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":1}\n");

    assertProblem(answer, 504, "ack-timeout");
    assertThat(new JsonObject(answer.body()).getMap())
        .containsEntry("line", 1)
        .containsEntry("published", 2)
        .containsEntry("firstRevision", 1)
        .containsEntry("lastRevision", 2)
        .containsEntry("written", true)
        .doesNotContainKey("undecided");
  }

  @Test
  void repeatedLinesDoNotHideALaterPosition() {
    node.publishLines("\n{\"key\":\"b\",\"value\":1}", "Idempotency-Key", "one");

    HttpResponse<String> answer =
        node.publishLines(
            "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":1}", "Idempotency-Key", "one");

    assertThat(new JsonObject(answer.body()).getMap())
        .containsEntry("published", 2)
        .containsEntry("firstRevision", 1)
        .containsEntry("lastRevision", 2)
        .containsEntry("token", "1.2");
  }

  @Test
  void aRetryWithTheSameKeyIsAnsweredAgain() {
    HttpResponse<String> first = node.put("k", "v", "Idempotency-Key", "one");
    HttpResponse<String> again = node.put("k", "v", "Idempotency-Key", "one");
    HttpResponse<String> other = node.put("k", "w", "Idempotency-Key", "one");

    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(header(again, "ETag")).isEqualTo("\"1.1\"");
    assertProblem(other, 422, "idempotency-mismatch");
    String lines = "{\"key\":\"a\",\"value\":1}\n{\"key\":\"a\",\"value\":1}\n";
    node.publishLines(lines, "Idempotency-Key", "two");
    node.publishLines(lines, "Idempotency-Key", "two");
    assertThat(new JsonObject(node.get("/v1/kv").body()).getInteger("revision")).isEqualTo(3);
  }

  @Test
  void aReadWaitsUntilTheNodeHasCaughtUp() {
    node.put("k", "1");

    var waiting =
        node.client.sendAsync(
            node.request("/v1/kv/k?min=1.2&timeout=10s").build(),
            HttpResponse.BodyHandlers.ofString());
    node.put("k", "2");

    assertThat(waiting.join().body()).isEqualTo("2");
    HttpResponse<String> late = node.get("/v1/kv/k?min=1.9&timeout=50ms");
    assertProblem(late, 504, "catch-up-timeout");
    assertThat(new JsonObject(late.body()).getInteger("revision")).isEqualTo(2);
  }

  @Test
  void writesWaitForOthersToShowThem() {
    HttpResponse<String> answer = node.send("PUT", "/v1/kv/k?wait=visible:site&timeout=100ms", "v");

    assertProblem(answer, 504, "ack-timeout");
    assertThat(new JsonObject(answer.body()).getMap())
        .containsEntry("written", true)
        .containsEntry("token", "1.1")
        .containsEntry("missing", "paris-2");
    assertThat(header(answer, "Widecast-Token")).isEqualTo("1.1");
  }

  @Test
  void anEdgeHoldsWhatItsFilterTakes() {
    node.replication.change(() -> node.replication.filter(List.of("city/FR/**", "x"))).await();
    node.put("city/FR/1", "v");

    assertThat(node.get("/v1/kv/city/FR/1").statusCode()).isEqualTo(200);
    assertProblem(node.get("/v1/kv/city/FR/2"), 404, "not-found");
    assertProblem(node.get("/v1/kv/city/US/1"), 404, "outside-filter");
    assertThat(header(node.get("/v1/kv"), "Widecast-Filter")).isEqualTo("city/FR/**,x");
  }

  private void answerReads(ReadOutcome outcome) {
    node.replication.change(() -> node.replication.answerReads(outcome)).await();
  }

  @Test
  void aReadAtTheMasterWaitsUntilThisCopyIsAsFar() {
    node.put("k", "v");
    answerReads(new ReadOutcome.At(new Token(1, 2), Optional.empty()));

    HttpResponse<String> late = node.get("/v1/kv/k?consistency=master&timeout=100ms");
    assertProblem(late, 504, "catch-up-timeout");
    node.put("k", "w");

    HttpResponse<String> read = node.get("/v1/kv/k?consistency=master&min=1.1");
    assertThat(read.body()).isEqualTo("w");
    assertThat(header(read, "Widecast-Token")).isEqualTo("1.2");
    HttpResponse<String> head = node.send("HEAD", "/v1/kv/k?consistency=master", "");
    assertThat(header(head, "ETag")).isEqualTo("\"1.2\"");
    HttpResponse<String> list = node.get("/v1/kv?consistency=master");
    assertThat(new JsonObject(list.body()).getLong("revision")).isEqualTo(2);
    HttpResponse<String> earlier = node.get("/v1/kv/k?consistency=master&revision=1");
    assertThat(earlier.body()).isEqualTo("v");
  }

  @Test
  void aReadThatNobodyCanBeSureOfIsRefused() {
    node.put("k", "v");
    answerReads(new ReadOutcome.Refused(ErrorCode.NO_MASTER, "as the test says"));
    HttpResponse<String> refused = node.get("/v1/kv/k?consistency=master");
    assertProblem(refused, 503, "no-master");
    assertThat(header(refused, "Retry-After")).isEqualTo("1");
    assertThat(refused.body()).contains("as the test says");

    answerReads(null);
    assertProblem(node.get("/v1/kv/k?consistency=master&timeout=50ms"), 503, "no-master");
    assertProblem(node.get("/v1/kv?consistency=master&timeout=50ms"), 503, "no-master");
    assertThat(node.get("/v1/kv/k").statusCode()).isEqualTo(200);
  }

  @Test
  void anEdgeHasTheMasterReadWhatItDoesNotHold() {
    node.replication.change(() -> node.replication.filter(List.of("city/FR/**"))).await();
    node.put("city/FR/1", "here");
    node.put("city/US/1", "there");

    HttpResponse<String> there = node.get("/v1/kv/city/US/1?consistency=master");
    assertThat(there.body()).isEqualTo("there");
    assertThat(header(there, "ETag")).isEqualTo("\"1.2\"");
    assertThat(header(there, "Widecast-Token")).isEqualTo("1.2");
    assertThat(node.get("/v1/kv/city/FR/1?consistency=master").body()).isEqualTo("here");
    assertProblem(node.get("/v1/kv/city/US/2?consistency=master"), 404, "not-found");
    assertProblem(
        node.get("/v1/kv/city/US/1?consistency=master&revision=2"), 404, "outside-filter");
    assertProblem(node.get("/v1/kv/city/US/1?consistency=local"), 404, "outside-filter");
  }

  @Test
  void aNodeThatIsNotReadyReadsNothing() {
    try (var starting = new ApiFixture()) {
      starting.replication.change(() -> starting.replication.ready(false)).await();
      assertProblem(starting.get("/readyz?verbose"), 503, "not-ready");
    }
    assertThat(node.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(node.get("/readyz?verbose").body()).contains("as the test says");
  }

  @Test
  void aNodeThatKnewNoMasterIsNotReadyAndServesReads() {
    try (var starting = new ApiFixture()) {
      starting.replication.change(() -> starting.replication.masterKnown(false)).await();

      await().until(() -> starting.get("/readyz").statusCode() == 503);
      HttpResponse<String> ready = starting.get("/readyz");
      assertProblem(ready, 503, "not-ready");
      assertThat(ready.body()).contains("master: none is known yet");
      assertThat(starting.get("/v1/kv").statusCode()).isEqualTo(200);

      starting.replication.change(() -> starting.replication.masterKnown(true)).await();
      await().until(() -> starting.get("/readyz").statusCode() == 200);
    }
  }

  @Test
  void theClusterAndWhoHasWhatAreShown() {
    node.put("city/FR/1", "v");
    node.put("other", "v");
    node.replication.change(() -> {}).await();

    var cluster = new JsonObject(node.get("/v1/cluster").body());
    var first = new JsonObject(node.get("/v1/visibility/1").body());
    var second = new JsonObject(node.get("/v1/visibility/1.2").body());
    var future = new JsonObject(node.get("/v1/visibility/99").body());

    assertThat(cluster.getString("master")).isEqualTo("paris-1");
    var edge =
        cluster.getJsonArray("sites").getJsonObject(1).getJsonArray("nodes").getJsonObject(0);
    assertThat(edge.getString("role")).isEqualTo("edge");
    assertThat(edge.getJsonArray("filter")).isEqualTo(JsonArray.of("city/FR/**"));
    assertThat(edge.getInteger("wanBacklog")).isEqualTo(12);
    assertThat(states(first)).containsExactly("visible", "stale", "visible");
    assertThat(states(second)).containsExactly("visible", "stale", "filtered");
    assertThat(states(future)).containsExactly("pending", "stale", "pending");
    assertThat(first.getJsonArray("nodes").getJsonObject(0).getInstant("at")).isNotNull();
    assertProblem(node.get("/v1/visibility/2.2"), 400, "bad-request");
  }

  private static List<String> states(JsonObject visibility) {
    return visibility.getJsonArray("nodes").stream()
        .map(n -> ((JsonObject) n).getString("state"))
        .toList();
  }

  @Test
  void anApiKeyGuardsWhatIsUnderV1() {
    try (var guarded = new ApiFixture(Optional.of("s3cret"))) {
      assertProblem(guarded.get("/v1/kv"), 401, "unauthorized");
      assertProblem(guarded.get("/v1/kv", "X-Api-Key", "wrong"), 401, "unauthorized");
      assertProblem(guarded.get("/v1/stream"), 401, "unauthorized");
      assertThat(guarded.get("/v1/kv", "X-Api-Key", "s3cret").statusCode()).isEqualTo(200);
      assertThat(guarded.get("/v1/kv", "Authorization", "Bearer s3cret").statusCode())
          .isEqualTo(200);
      assertThat(guarded.get("/v1/kv", "Authorization", "Basic eDpzM2NyZXQ=").statusCode())
          .isEqualTo(200);
      assertThat(guarded.get("/livez").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theConsoleIsServedWithItsPolicy() {
    HttpResponse<String> page = node.get("/");
    HttpResponse<String> script = node.get("/console/app.js");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(header(page, "Content-Type")).startsWith("text/html");
    assertThat(header(page, "Content-Security-Policy")).contains("frame-ancestors 'none'");
    assertThat(header(script, "Content-Type")).startsWith("text/javascript");
    assertThat(node.get("/console/app.js", "If-None-Match", header(script, "ETag")).statusCode())
        .isEqualTo(304);
  }

  @Test
  void countersAreShownAsPrometheusWantsThem() {
    node.put("k", "v");

    String text = node.get("/metrics").body();

    assertThat(text).contains("widecast_publishes_total 1.0").contains("widecast_watches 0.0");
    for (var metric : Metric.values()) {
      assertThat(text).contains("widecast_" + metric.text().replace('.', '_') + "_total ");
    }
  }

  @Test
  void severalInstancesServeOnePort() {
    var options = new ApiOptions("127.0.0.1", 0, new NodeId("paris-1"), new NodeId("paris"));
    var instances = new CopyOnWriteArrayList<ApiVerticle>();
    var supplier = ApiVerticle.instances(options, node.metrics);
    node.vertx
        .deployVerticle(
            () -> {
              instances.add(supplier.get());
              return instances.get(instances.size() - 1);
            },
            new DeploymentOptions().setInstances(2))
        .compose(id -> node.replication.change(() -> {}))
        .await();

    assertThat(instances).extracting(ApiVerticle::port).containsOnly(instances.get(0).port());
    for (int i = 1; i <= 20; i++) {
      node.put("k", "v" + i);
      var one = HttpClient.newHttpClient(); // a connection of its own, to either instance
      var uri = URI.create("http://127.0.0.1:" + instances.get(0).port() + "/v1/kv/k?min=1." + i);
      var answer =
          one.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.join().body()).isEqualTo("v" + i);
    }
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String type) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    var problem = new JsonObject(answer.body());
    assertThat(problem.getString("type")).isEqualTo("https://widecast.io/problems/" + type);
    assertThat(problem.getInteger("status")).isEqualTo(status);
    assertThat(problem.getString("detail")).isNotBlank().doesNotContain("Exception");
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}
