package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.json.JsonObject;
import io.widecast.metrics.Gauge;
import io.widecast.model.ErrorCode;
import io.widecast.store.VerifyReport;
import io.widecast.store.snapfile.SnapshotFileReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Time travel, history, snapshots, compaction and verification, over real sockets. */
class StoreApiIT {

  private ApiFixture node;

  @BeforeEach
  void deploy() {
    node = new ApiFixture();
  }

  @AfterEach
  void nothingStaysHeld() {
    await().atMost(ApiFixture.DEADLINE).until(() -> node.replication.store().held() == 0);
    node.close();
  }

  private HttpResponse<String> post(String target, String json) {
    return node.send("POST", target, json, "Content-Type", "application/json");
  }

  private static JsonObject json(HttpResponse<String> answer) {
    return new JsonObject(answer.body());
  }

  private static List<JsonObject> lines(HttpResponse<String> answer) {
    return answer.body().lines().map(JsonObject::new).toList();
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  // ---- reads of earlier states

  @Test
  void aKeyIsReadAsItWas() {
    node.put("k", "one", "Content-Type", "text/plain");
    node.put("k", "two");
    node.send("DELETE", "/v1/kv/k", "");

    HttpResponse<String> first = node.get("/v1/kv/k?revision=1");
    HttpResponse<String> second = node.get("/v1/kv/k?revision=2&min=1.3");

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.body()).isEqualTo("one");
    assertThat(header(first, "ETag")).isEqualTo("\"1.1\"");
    assertThat(header(first, "Content-Type")).isEqualTo("text/plain");
    assertThat(header(first, "Widecast-Token")).as("the node's own position").isEqualTo("1.3");
    assertThat(second.body()).isEqualTo("two");
    assertThat(node.get("/v1/kv/k?revision=3").statusCode()).isEqualTo(404);
    assertThat(node.get("/v1/kv/k?revision=2", "If-None-Match", "\"1.2\"").statusCode())
        .isEqualTo(304);
    assertThat(node.send("HEAD", "/v1/kv/k?revision=1", "").statusCode()).isEqualTo(200);
  }

  @Test
  void listsAreReadAsTheyWere() {
    node.put("a", "1");
    node.put("b", "1");
    post("/v1/snapshots", "{\"name\":\"s1\"}");
    node.put("a", "2");
    node.put("c", "1");

    JsonObject page = json(node.get("/v1/kv?revision=2&limit=1"));
    JsonObject rest = json(node.get("/v1/kv?revision=2&after=a"));
    JsonObject snapshot = json(node.get("/v1/kv?snapshot=s1"));
    var stream = node.get("/v1/kv?snapshot=s1", "Accept", "application/x-ndjson");
    var earlier = node.get("/v1/kv?revision=3", "Accept", "application/x-ndjson");
    var now = node.get("/v1/kv", "Accept", "application/x-ndjson");
    var head = node.send("HEAD", "/v1/kv?snapshot=s1", "", "Accept", "application/x-ndjson");

    assertThat(page.getLong("revision")).isEqualTo(2);
    assertThat(page.getString("next")).isEqualTo("a");
    assertThat(page.getJsonArray("pairs").getJsonObject(0).getString("value")).isEqualTo("1");
    assertThat(rest.getJsonArray("pairs")).hasSize(1);
    assertThat(rest.containsKey("next")).isFalse();
    assertThat(snapshot.getJsonArray("pairs")).hasSize(2);
    assertThat(lines(stream)).extracting(row -> row.getString("key")).containsExactly("a", "b");
    assertThat(lines(earlier)).extracting(row -> row.getLong("revision")).containsExactly(3L, 2L);
    assertThat(earlier.headers().firstValue("Widecast-Token")).contains("1.4");
    assertThat(lines(now)).extracting(row -> row.getLong("revision")).containsExactly(3L, 2L, 4L);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(node.get("/v1/kv/a?snapshot=s1").body()).isEqualTo("1");
  }

  @Test
  void aClientThatGoesAwayGivesBackWhatItHeld() throws Exception {
    String value = "x".repeat(200_000);
    for (int i = 0; i < 100; i++) {
      node.put("k" + i, value);
    }
    post("/v1/snapshots", "{\"name\":\"s\"}");

    for (String target : List.of("/v1/kv?snapshot=s", "/v1/kv", "/v1/snapshots/s/download")) {
      try (var socket = new Socket("127.0.0.1", node.port())) {
        String request =
            "GET " + target + " HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson, */*\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(300_000)).hasSize(300_000);
        assertThat(node.replication.store().held()).as(target).isEqualTo(1);
      }
      await().atMost(ApiFixture.DEADLINE).until(() -> node.replication.store().held() == 0);
    }
  }

  @Test
  void soDoesAClientThatLosesInterestOverHttp2() throws Exception {
    String value = "x".repeat(200_000);
    for (int i = 0; i < 250; i++) { // more than its window takes in
      node.put("k" + i, value);
    }
    post("/v1/snapshots", "{\"name\":\"s\"}");

    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(node.uri("/v1/snapshots/s/download"))
                    .version(HttpClient.Version.HTTP_2)
                    .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(body.readNBytes(300_000)).hasSize(300_000);
      assertThat(node.replication.store().held()).isEqualTo(1);
    }

    await().atMost(ApiFixture.DEADLINE).until(() -> node.replication.store().held() == 0);
    assertThat(node.get("/livez").statusCode()).isEqualTo(200);
  }

  // ---- history

  @Test
  void aKeysHistoryIsNewestFirst() {
    node.put("a/b", "one", "Content-Type", "text/plain");
    node.put("other", "x");
    node.put("a/b", "{\"x\": 1}", "Content-Type", "application/json");
    node.send("DELETE", "/v1/kv/a/b", "");

    JsonObject history = json(node.get("/v1/history/a/b"));
    JsonObject newest = json(node.get("/v1/history/a%2Fb?limit=2"));

    assertThat(history)
        .isEqualTo(
            new JsonObject(
                "{\"key\":\"a/b\",\"compactRevision\":0,\"versions\":["
                    + "{\"epoch\":1,\"revision\":4,\"type\":\"delete\",\"version\":0},"
                    + "{\"epoch\":1,\"revision\":3,\"type\":\"put\",\"version\":2,"
                    + "\"createRevision\":1,\"value\":{\"x\":1},"
                    + "\"contentType\":\"application/json\"},"
                    + "{\"epoch\":1,\"revision\":1,\"type\":\"put\",\"version\":1,"
                    + "\"createRevision\":1,\"value\":\"one\",\"contentType\":\"text/plain\"}]}"));
    assertThat(newest.getJsonArray("versions")).hasSize(2);
    assertThat(newest.getBoolean("more")).isTrue();
  }

  @Test
  void compactionEndsHistoryAndSaysWhereItBegins() {
    node.put("k", "1");
    node.put("k", "2");
    node.put("k", "3");

    HttpResponse<String> done = post("/v1/compact", "{\"revision\": 2}");
    HttpResponse<String> below = node.get("/v1/kv/k?revision=1");

    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(json(done)).isEqualTo(new JsonObject("{\"compactRevision\":2}"));
    assertThat(below.statusCode()).isEqualTo(410);
    assertThat(header(below, "Content-Type")).isEqualTo("application/problem+json");
    assertThat(json(below).getString("type")).endsWith("/compacted");
    assertThat(json(below).getLong("compactRevision")).isEqualTo(2);
    assertThat(json(node.get("/v1/kv?revision=1")).getLong("compactRevision")).isEqualTo(2);
    assertThat(post("/v1/compact", "{\"revision\": 1}").statusCode()).isEqualTo(410);
    assertThat(node.get("/v1/kv/k?revision=2").body()).isEqualTo("2");
    assertThat(json(post("/v1/compact", "{\"revision\":\"3\"}")).getLong("compactRevision"))
        .isEqualTo(3);
  }

  // ---- snapshots

  @Test
  void aSnapshotIsTakenListedReadAndDeleted() {
    node.put("a", "123");

    HttpResponse<String> taken = post("/v1/snapshots", "{\"name\":\"before.1_x-y\"}");
    JsonObject expected =
        new JsonObject(
            "{\"name\":\"before.1_x-y\",\"revision\":1,\"epoch\":1,"
                + "\"createdAt\":\"2023-11-14T22:13:20Z\",\"keys\":1,\"bytes\":4,"
                + "\"state\":\"live\"}");

    assertThat(taken.statusCode()).isEqualTo(201);
    assertThat(header(taken, "Location")).isEqualTo("/v1/snapshots/before.1_x-y");
    assertThat(json(taken)).isEqualTo(expected);
    assertThat(json(node.get("/v1/snapshots/before.1_x-y"))).isEqualTo(expected);
    assertThat(json(node.get("/v1/snapshots")).getJsonArray("snapshots").getJsonObject(0))
        .isEqualTo(expected);
    assertThat(post("/v1/snapshots", "{\"name\":\"before.1_x-y\"}").statusCode()).isEqualTo(409);

    HttpResponse<String> deleted = node.send("DELETE", "/v1/snapshots/before.1_x-y", "");
    assertThat(deleted.statusCode()).isEqualTo(202);
    assertThat(json(deleted).getString("state")).isEqualTo("deleting");
    assertThat(json(deleted).getDouble("progress")).isEqualTo(0.063);
    assertThat(json(node.get("/v1/snapshots/before.1_x-y")).getString("state"))
        .isEqualTo("deleting");
    assertThat(node.get("/v1/kv?snapshot=before.1_x-y").statusCode()).isEqualTo(404);
    assertThat(json(node.get("/v1/store")).getJsonObject("deleting").getString("name"))
        .isEqualTo("before.1_x-y");

    node.replication.change(node.replication.store()::finishDeletions).await();
    assertThat(node.get("/v1/snapshots/before.1_x-y").statusCode()).isEqualTo(404);
    assertThat(node.send("DELETE", "/v1/snapshots/before.1_x-y", "").statusCode()).isEqualTo(404);
  }

  @Test
  void twoSnapshotsDifferInWhatChanged() {
    node.put("changed", "1");
    node.put("removed", "1");
    node.put("same", "1");
    post("/v1/snapshots", "{\"name\":\"a\"}");
    node.put("changed", "2");
    node.send("DELETE", "/v1/kv/removed", "");
    post("/v1/snapshots", "{\"name\":\"b\"}");
    node.put("added", "1");

    var toNow = node.get("/v1/snapshots/diff?from=a&to=now");
    var toNext = node.get("/v1/snapshots/diff?from=a&to=b");

    assertThat(header(toNow, "Content-Type")).isEqualTo("application/x-ndjson");
    assertThat(lines(toNow))
        .containsExactly(
            row("added", "added", 0, 6),
            row("changed", "changed", 1, 4),
            row("removed", "removed", 2, 0));
    assertThat(lines(toNext)).hasSize(2);
    assertThat(node.get("/v1/snapshots/diff?from=b&to=b").body()).isEmpty();
    assertThat(node.get("/v1/snapshots/diff?from=a").body()).isEqualTo(toNow.body());
    assertThat(node.send("HEAD", "/v1/snapshots/diff?from=a", "").statusCode()).isEqualTo(200);
  }

  private static JsonObject row(String key, String change, long from, long to) {
    return new JsonObject()
        .put("key", key)
        .put("change", change)
        .put("fromRevision", from)
        .put("toRevision", to);
  }

  @Test
  void aSnapshotIsDownloadedAsAFile() throws Exception {
    for (int i = 0; i < 300; i++) {
      node.put("k" + i, "v".repeat(1000 + i));
    }
    post("/v1/snapshots", "{\"name\":\"s\"}");

    var answer =
        node.client.send(
            node.request("/v1/snapshots/s/download").build(),
            HttpResponse.BodyHandlers.ofByteArray());
    var head = node.send("HEAD", "/v1/snapshots/s/download", "");

    var file = new SnapshotFileReader(new ByteArrayInputStream(answer.body()));
    int rows = 0;
    for (var block = file.next(); !block.isEmpty(); block = file.next()) {
      rows += block.size();
    }
    assertThat(rows).isEqualTo(300);
    assertThat(file.header().name()).isEqualTo("s");
    assertThat(file.header().token().toString()).isEqualTo("1.300");
    assertThat(file.header().filter()).isEmpty();
    assertThat(header(answer, "Content-Type")).isEqualTo("application/vnd.widecast.snapshot");
    assertThat(header(answer, "Content-Disposition")).contains("filename=\"s.wcsnap\"");
    assertThat(head.statusCode()).isEqualTo(200);
  }

  // ---- health of the store

  @Test
  void verificationTellsWhatIsWrong() {
    node.put("k", "v");

    assertThat(json(post("/v1/verify", "{}")))
        .isEqualTo(new JsonObject("{\"sound\":true,\"revision\":1,\"epoch\":1,\"alarms\":[]}"));
    node.replication
        .change(
            () ->
                node.replication
                    .store()
                    .alarm(new VerifyReport.Alarm("dangling", "snapshot s", "page 7 is gone")))
        .await();
    JsonObject report = json(node.send("POST", "/v1/verify", ""));

    assertThat(report.getBoolean("sound")).isFalse();
    assertThat(report.getJsonArray("alarms").getJsonObject(0))
        .isEqualTo(
            new JsonObject(
                "{\"kind\":\"dangling\",\"where\":\"snapshot s\",\"detail\":\"page 7 is gone\"}"));
    assertThat(json(node.get("/v1/store")).getString("alarm")).isEqualTo("page 7 is gone");
  }

  @Test
  void anAlarmShowsInHealthAndMetrics() {
    assertThat(storeCheck().getBoolean("passes")).isTrue();

    node.metrics.set(Gauge.ALARMS, 2);

    HttpResponse<String> ready = node.get("/readyz?verbose");
    assertThat(ready.statusCode()).as("it still serves what it has").isEqualTo(200);
    assertThat(storeCheck().getBoolean("passes")).isFalse();
    assertThat(storeCheck().getString("detail")).startsWith("2 alarms");
    assertThat(node.get("/metrics").body()).contains("widecast_alarms 2.0");
  }

  private JsonObject storeCheck() {
    return json(node.get("/readyz?verbose")).getJsonArray("checks").stream()
        .map(JsonObject.class::cast)
        .filter(check -> check.getString("name").equals("store"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theStoresFiguresAreServed() {
    JsonObject figures = json(node.get("/v1/store"));

    assertThat(figures.getString("format")).isEqualTo("container 1");
    assertThat(figures.getLong("segments")).isEqualTo(12);
    assertThat(figures.getLong("liveBytes")).isEqualTo(9 << 22);
    assertThat(figures.containsKey("deleting")).isFalse();
    assertThat(figures.containsKey("alarm")).isFalse();
  }

  // ---- what is wrong

  static Stream<Arguments> refusals() {
    String json = "application/json";
    return Stream.of(
        arguments("GET", "/v1/kv/k?revision=x", "", "", 400, "bad-token"),
        arguments("GET", "/v1/kv/k?revision=-1", "", "", 400, "bad-token"),
        arguments("GET", "/v1/kv/k?revision=1.1", "", "", 400, "bad-token"),
        arguments("GET", "/v1/kv/k?revision=99", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv/k?revision=1&revision=1", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv/k?revision=1&snapshot=s", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv/nope?revision=1", "", "", 404, "not-found"),
        arguments("GET", "/v1/kv/k?snapshot=nope", "", "", 404, "not-found"),
        arguments("GET", "/v1/kv/k?snapshot=No+Name", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?revision=99", "", "", 400, "bad-request"),
        arguments("GET", "/v1/kv?snapshot=nope", "", "", 404, "not-found"),
        arguments("GET", "/v1/history/nope", "", "", 404, "not-found"),
        arguments("GET", "/v1/history/", "", "", 400, "bad-key"),
        arguments("GET", "/v1/history/k?limit=0", "", "", 400, "bad-request"),
        arguments("GET", "/v1/history/k?limit=1001", "", "", 400, "bad-request"),
        arguments("GET", "/v1/history/k?since=1", "", "", 400, "bad-request"),
        arguments("POST", "/v1/history/k", "", "", 405, "method-not-allowed"),
        arguments("POST", "/v1/compact", "{\"revision\":1}", "text/plain", 415, null),
        arguments("POST", "/v1/compact", "{\"revision\":1}", "", 415, "unsupported-media-type"),
        arguments("POST", "/v1/compact", "", json, 400, "bad-json"),
        arguments("POST", "/v1/compact", "[1]", json, 400, "bad-json"),
        arguments("POST", "/v1/compact", "{}", json, 400, "bad-request"),
        arguments("POST", "/v1/compact", "{\"revision\":99}", json, 400, "bad-request"),
        arguments("POST", "/v1/compact", "{\"revision\":-1}", json, 400, "bad-request"),
        arguments("POST", "/v1/compact", "{\"revision\":1.5}", json, 400, "bad-request"),
        arguments("POST", "/v1/compact", "{\"revision\":\"x\"}", json, 400, "bad-token"),
        arguments("POST", "/v1/compact", "{\"revision\":1,\"x\":1}", json, 400, "bad-request"),
        arguments("POST", "/v1/compact", "{\"revision\":1} 2", json, 400, "bad-json"),
        arguments("POST", "/v1/compact?x=1", "{\"revision\":1}", json, 400, "bad-request"),
        arguments("POST", "/v1/compact", " ".repeat(5000), json, 413, "too-large"),
        arguments("GET", "/v1/compact", "", "", 405, "method-not-allowed"),
        arguments("POST", "/v1/snapshots", "{\"name\":\"x\"}", "", 415, "unsupported-media-type"),
        arguments("POST", "/v1/snapshots", "{\"name\":\"diff\"}", json, 409, "conflict"),
        arguments("POST", "/v1/snapshots", "{\"name\":\"\"}", json, 400, "bad-request"),
        arguments("POST", "/v1/snapshots", "{\"name\":\"-a\"}", json, 400, "bad-request"),
        arguments("POST", "/v1/snapshots", "{\"name\":\"A\"}", json, 400, "bad-request"),
        arguments("POST", "/v1/snapshots", "{\"name\":\"a/b\"}", json, 400, "bad-request"),
        arguments("POST", "/v1/snapshots", "{\"name\":1}", json, 400, "bad-request"),
        arguments("POST", "/v1/snapshots", "{\"nam\":\"a\"}", json, 400, "bad-request"),
        arguments(
            "POST", "/v1/snapshots", "{\"name\":\"" + "a".repeat(65) + "\"}", json, 400, null),
        arguments("PUT", "/v1/snapshots", "", "", 405, "method-not-allowed"),
        arguments("GET", "/v1/snapshots?x=1", "", "", 400, "bad-request"),
        arguments("GET", "/v1/snapshots/nope", "", "", 404, "not-found"),
        arguments("GET", "/v1/snapshots/NOPE", "", "", 400, "bad-request"),
        arguments("GET", "/v1/snapshots/a/b", "", "", 404, "unknown-path"),
        arguments("DELETE", "/v1/snapshots/nope", "", "", 404, "not-found"),
        arguments("DELETE", "/v1/snapshots/diff", "", "", 404, "not-found"),
        arguments("PUT", "/v1/snapshots/nope", "", "", 405, "method-not-allowed"),
        arguments("GET", "/v1/snapshots/nope/download", "", "", 404, "not-found"),
        arguments("POST", "/v1/snapshots/nope/download", "", "", 405, "method-not-allowed"),
        arguments("GET", "/v1/snapshots/diff", "", "", 400, "bad-request"),
        arguments("GET", "/v1/snapshots/diff?from=nope", "", "", 404, "not-found"),
        arguments("GET", "/v1/snapshots/diff?from=A", "", "", 400, "bad-request"),
        arguments("GET", "/v1/snapshots/diff?from=a&to=", "", "", 404, "not-found"),
        arguments("GET", "/v1/snapshots/diff?from=a&x=b", "", "", 400, "bad-request"),
        arguments("POST", "/v1/verify", "[]", "", 400, "bad-json"),
        arguments("POST", "/v1/verify", "{\"deep\":1}", "", 400, "bad-request"),
        arguments("POST", "/v1/verify?x", "", "", 400, "bad-request"),
        arguments("GET", "/v1/verify", "", "", 405, "method-not-allowed"),
        arguments("GET", "/v1/store?x", "", "", 400, "bad-request"),
        arguments("POST", "/v1/store", "", "", 405, "method-not-allowed"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatIsWrongIsNamedAndChangesNothing(
      String method, String target, String body, String contentType, int status, String type) {
    node.put("k", "v");

    HttpResponse<String> answer =
        contentType.isEmpty()
            ? node.send(method, target, body)
            : node.send(method, target, body, "Content-Type", contentType);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    assertThat(json(answer).getString("detail")).isNotBlank();
    if (type != null) {
      assertThat(json(answer).getString("type")).endsWith("/" + type);
    }
    assertThat(json(node.get("/v1/snapshots")).getJsonArray("snapshots")).isEmpty();
    assertThat(json(node.get("/v1/store")).getLong("compactRevision")).isZero();
    assertThat(node.get("/v1/kv/k").body()).isEqualTo("v");
  }

  @Test
  void aStoreThatCannotSaysSo() {
    node.put("k", "v");
    node.replication.store().refuse(ErrorCode.NOT_IMPLEMENTED);

    for (String target :
        List.of("/v1/kv/k?revision=1", "/v1/history/k", "/v1/snapshots", "/v1/snapshots/s")) {
      assertThat(node.get(target).statusCode()).as(target).isEqualTo(501);
    }
    node.replication.store().refuse(ErrorCode.DISK_FULL);
    assertThat(post("/v1/snapshots", "{\"name\":\"s\"}").statusCode()).isEqualTo(507);
    assertThat(node.get("/v1/kv/k").body()).as("reads go on").isEqualTo("v");
  }

  @Test
  void anEdgeHasNoHistoryOfWhatItDoesNotHold() {
    node.put("city/FR", "v");
    node.replication.change(() -> node.replication.filter(List.of("city/**"))).await();
    post("/v1/snapshots", "{\"name\":\"s\"}");

    assertThat(json(node.get("/v1/history/other")).getString("type")).endsWith("/outside-filter");
    assertThat(json(node.get("/v1/kv/other?snapshot=s")).getString("type"))
        .endsWith("/outside-filter");
    assertThat(node.get("/v1/history/city/FR").statusCode()).isEqualTo(200);
    assertThat(header(node.get("/v1/kv?snapshot=s"), "Widecast-Filter")).isEqualTo("city/**");
  }
}
