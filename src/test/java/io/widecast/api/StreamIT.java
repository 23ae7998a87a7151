package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.TreeMap;
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

/** The contract's section 5, over real WebSockets. */
class StreamIT {

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
  void aWatchBeginsWithACopyAndGoesOnLive() {
    node.put("a/1", "one");
    node.put("b/1", "other");
    var stream = new TestStream(node);

    JsonObject ok = stream.ask("{\"id\":7,\"op\":\"watch\",\"match\":[\"a/**\"]}");
    JsonObject copy = stream.next();
    JsonObject end = stream.next();
    node.publish(
        "{\"pairs\":[{\"key\":\"a/1\",\"delete\":true},{\"key\":\"a/2\",\"value\":{\"x\":1}},"
            + "{\"key\":\"b/2\",\"value\":1}]}");
    JsonObject live = stream.nextFrame();

    assertThat(stream.socket().subProtocol()).isEqualTo("widecast.v1.json");
    assertThat(ok).isEqualTo(new JsonObject("{\"id\":7,\"ok\":true}"));
    assertThat(copy.getInteger("watch")).isEqualTo(7);
    assertThat(copy.containsKey("token")).isFalse();
    assertThat(event(copy, 0).getString("value")).isEqualTo("one");
    assertThat(end)
        .isEqualTo(new JsonObject("{\"watch\":7,\"snapshotEnd\":true,\"token\":\"1.2\"}"));
    assertThat(live.getString("token")).isEqualTo("1.3");
    assertThat(live.getJsonArray("events")).hasSize(2);
    assertThat(event(live, 0).getString("type")).isEqualTo("delete");
    assertThat(event(live, 1))
        .isEqualTo(
            new JsonObject(
                "{\"type\":\"put\",\"key\":\"a/2\",\"value\":{\"x\":1},\"contentType\":"
                    + "\"application/json\",\"revision\":3,\"version\":1}"));
  }

  @Test
  void anEmptyCopyEndsToo() {
    var stream = new TestStream(node);

    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"none/**\"],\"since\":\"start\"}");

    assertThat(stream.next())
        .isEqualTo(new JsonObject("{\"watch\":1,\"snapshotEnd\":true,\"token\":\"0.0\"}"));
  }

  @Test
  void aWatchResumesByItsTokenWithoutAHole() {
    IntStream.rangeClosed(1, 5).forEach(i -> node.put("k" + i, "v"));
    var stream = new TestStream(node);

    JsonObject ok = stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"**\"],\"since\":\"1.2\"}");

    assertThat(ok.getString("token")).isEqualTo("1.2");
    JsonObject frame = stream.next();
    assertThat(frame.getString("token")).isEqualTo("1.5");
    assertThat(keys(frame)).containsExactly("k3", "k4", "k5");
  }

  @Test
  void aPositionThatIsLostBeginsAnew() {
    node.put("k", "v");
    node.replication.change(() -> node.replication.newEpoch()).await();
    node.put("l", "v");
    var stream = new TestStream(node);

    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"**\"],\"since\":\"1.2\"}");

    JsonObject reset = stream.next();
    assertThat(reset.getBoolean("reset")).isTrue();
    assertThat(reset.containsKey("token")).isFalse();
    assertThat(keys(stream.next())).containsExactly("k", "l");
    assertThat(stream.next().getString("token")).isEqualTo("2.3");
  }

  @Test
  void aMapThatWasReplacedBeginsAnew() {
    var stream = new TestStream(node);
    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"**\"],\"since\":\"now\"}");

    node.replication
        .change(
            () -> {
              node.replication.newEpoch();
              node.replication.jump();
            })
        .await();

    assertThat(stream.nextFrame().getBoolean("reset")).isTrue();
    assertThat(stream.next().getString("token")).isEqualTo("2.1");
  }

  @Test
  void aFuturePositionWaits() {
    var stream = new TestStream(node);
    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"**\"],\"since\":\"1.2\"}");

    IntStream.rangeClosed(1, 3).forEach(i -> node.put("k" + i, "v"));

    assertThat(keys(stream.next())).containsExactly("k3");
  }

  @Test
  void aQuietWatchGetsBookmarks() {
    node.put("other", "v");
    var stream = new TestStream(node);
    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"a\"],\"since\":\"now\"}");

    assertThat(stream.next())
        .isEqualTo(new JsonObject("{\"watch\":1,\"bookmark\":true,\"token\":\"1.1\"}"));
  }

  @Test
  void valuesCanBeLeftOut() {
    node.put("k", "v");
    var stream = new TestStream(node);
    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"k\"],\"values\":false}");

    assertThat(event(stream.next(), 0).containsKey("value")).isFalse();
  }

  @Test
  void severalWatchesShareAConnection() {
    var stream = new TestStream(node);
    stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"a/*\"],\"since\":\"now\"}");
    stream.ask("{\"id\":2,\"op\":\"watch\",\"match\":[\"a/*\"],\"since\":\"now\"}");
    node.put("a/x", "v");
    List<Integer> both = List.of(watch(stream.nextFrame()), watch(stream.nextFrame()));

    JsonObject ok = stream.ask("{\"id\":3,\"op\":\"unwatch\",\"watch\":1}");
    node.put("a/y", "v");

    assertThat(both).containsExactlyInAnyOrder(1, 2);
    assertThat(ok.getBoolean("ok")).isTrue();
    assertThat(watch(stream.nextFrame())).isEqualTo(2);
  }

  @Test
  void requestsAreAnsweredByTheirId() {
    var stream = new TestStream(node);

    JsonObject written =
        stream.ask(
            "{\"id\":1,\"op\":\"publish\",\"pairs\":[{\"key\":\"k\",\"value\":\"v\",\"ttl\":60}],"
                + "\"ack\":\"durable\",\"idempotencyKey\":\"x\"}");
    JsonObject got = stream.ask("{\"id\":2,\"op\":\"get\",\"key\":\"k\"}");
    JsonObject atMaster =
        stream.ask("{\"id\":3,\"op\":\"get\",\"key\":\"k\",\"consistency\":\"master\"}");

    assertThat(written)
        .isEqualTo(
            new JsonObject(
                "{\"id\":1,\"ok\":true,\"token\":\"1.1\",\"epoch\":1,\"revision\":1,\"pairs\":1}"));
    assertThat(got.getString("value")).isEqualTo("v");
    assertThat(got.getString("token")).isEqualTo("1.1");
    assertThat(got.getInteger("id")).isEqualTo(2);
    assertThat(atMaster).isEqualTo(got.copy().put("id", 3));
    assertThat(stream.ask("{\"op\":\"ping\"}")).isEqualTo(new JsonObject("{\"op\":\"pong\"}"));
  }

  static Stream<Arguments> badRequests() {
    return Stream.of(
        arguments("{\"id\":5,\"op\":\"get\",\"key\":\"absent\"}", 5, "not-found"),
        arguments("{\"id\":5,\"op\":\"get\",\"key\":\"\"}", 5, "bad-key"),
        arguments("{\"id\":5,\"op\":\"get\"}", 5, "bad-request"),
        arguments(
            "{\"id\":5,\"op\":\"get\",\"key\":\"k\",\"consistency\":\"x\"}", 5, "bad-request"),
        arguments("{\"id\":5,\"op\":\"fetch\"}", 5, "bad-request"),
        arguments("{\"op\":\"get\",\"key\":\"k\"}", -1, "bad-request"),
        arguments("{\"op\":\"watch\",\"match\":[\"f*\"],\"id\":5}", 5, "bad-pattern"),
        arguments("{\"op\":\"watch\",\"id\":5}", 5, "bad-pattern"),
        arguments("{\"op\":\"watch\",\"match\":[],\"id\":5}", 5, "bad-pattern"),
        arguments("{\"op\":\"watch\",\"match\":[1],\"id\":5}", 5, "bad-request"),
        arguments("{\"op\":\"watch\",\"match\":[\"a\"],\"since\":\"x\",\"id\":5}", 5, "bad-token"),
        arguments(
            "{\"op\":\"watch\",\"match\":[\"a\"],\"sinze\":\"x\",\"id\":5}", 5, "bad-request"),
        arguments("{\"op\":\"unwatch\",\"watch\":9,\"id\":5}", 5, "not-found"),
        arguments("{\"op\":\"publish\",\"pairs\":[],\"id\":5}", 5, "bad-request"),
        arguments("{\"op\":\"publish\",\"key\":\"k\",\"id\":5}", 5, "bad-request"),
        arguments(
            "{\"op\":\"publish\",\"pairs\":[{\"key\":\"a\",\"value\":1}],\"ack\":\"x\",\"id\":5}",
            5,
            "bad-request"),
        arguments(
            "{\"op\":\"publish\",\"pairs\":[{\"key\":\"a\",\"value\":1}],"
                + "\"compare\":[{\"key\":\"a\",\"revision\":3}],\"id\":5}",
            5,
            "precondition-failed"),
        arguments("{\"id\":", -1, "bad-json"),
        arguments("[]", -1, "bad-json"),
        arguments("", -1, "bad-json"),
        arguments("{\"id\":\"x\",\"op\":\"ping\"}", -1, "bad-request"));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  void aBadRequestIsAnsweredAndTheConnectionStays(String request, int id, String type) {
    var stream = new TestStream(node);

    JsonObject answer = stream.ask(request);

    assertThat(answer.getJsonObject("error").getString("type")).isEqualTo(type);
    assertThat(answer.getJsonObject("error").getString("detail")).isNotBlank();
    assertThat(answer.getInteger("id", -1)).isEqualTo(id);
    assertThat(stream.ask("{\"op\":\"ping\"}").getString("op")).isEqualTo("pong");
  }

  @Test
  void anEdgeSaysWhatItHolds() {
    node.replication.change(() -> node.replication.filter(List.of("city/FR/**"))).await();
    var stream = new TestStream(node);

    JsonObject ok = stream.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"**\"],\"since\":\"now\"}");
    JsonObject outside = stream.ask("{\"id\":2,\"op\":\"get\",\"key\":\"city/US/1\"}");
    JsonObject atMaster =
        stream.ask("{\"id\":3,\"op\":\"get\",\"key\":\"city/US/1\",\"consistency\":\"master\"}");

    assertThat(ok.getJsonArray("held")).isEqualTo(JsonArray.of("city/FR/**"));
    assertThat(outside.getJsonObject("error").getString("type")).isEqualTo("outside-filter");
    assertThat(atMaster.getJsonObject("error").getString("type")).isEqualTo("not-found");
  }

  @Test
  void whatIsNoTextOrTooLargeCloses() {
    assertThat(new TestStream(node).sendBinary(Buffer.buffer("{}")).closeCode()).isEqualTo(1003);
    assertThat(new TestStream(node).send("x".repeat((5 << 19) + 1)).closeCode()).isEqualTo(1009);
    assertThat(node.get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void aDrainingNodeSendsItsClientsElsewhere() {
    var stream = new TestStream(node);
    stream.ask("{\"op\":\"ping\"}");

    node.api.drain();

    assertThat(stream.closeCode()).isEqualTo(4001);
  }

  /**
   * The client does not read while far more changes than what sockets hold: with {@code conflate}
   * it gets the newest value of each key afterwards, without it the close code and its last token.
   */
  @Test
  void aSlowClientIsConflatedOrClosed() {
    var conflated = new TestStream(node);
    var strict = new TestStream(node);
    conflated.ask("{\"id\":1,\"op\":\"watch\",\"match\":[\"s/**\"],\"since\":\"now\"}");
    strict.ask(
        "{\"id\":1,\"op\":\"watch\",\"match\":[\"s/**\"],\"since\":\"now\",\"conflate\":false}");
    conflated.socket().pause();
    strict.socket().pause();

    String value = "v".repeat(50_000);
    for (int round = 0; round < 12; round++) {
      int base = round * 40;
      String lines =
          IntStream.range(base, base + 40)
              .mapToObj(i -> "{\"key\":\"s/" + i % 10 + "\",\"value\":\"" + i + value + "\"}")
              .collect(Collectors.joining("\n"));
      assertThat(node.publishLines(lines).statusCode()).isEqualTo(200);
    }
    conflated.socket().resume();
    strict.socket().resume();

    var map = new TreeMap<String, String>();
    long skipped = 0;
    String token = "";
    while (!token.equals("1.480")) {
      JsonObject frame = conflated.next();
      token = frame.getString("token");
      skipped += frame.getLong("skipped", 0L);
      for (Object event : frame.getJsonArray("events", new JsonArray())) {
        var put = (JsonObject) event;
        map.put(put.getString("key"), put.getString("value"));
      }
    }
    assertThat(skipped).isPositive();
    for (int i = 470; i < 480; i++) {
      assertThat(map).containsEntry("s/" + i % 10, i + value);
    }
    assertThat(strict.closeCode()).isEqualTo(4008);
    assertThat(strict.closeReason()).matches("1\\.\\d+");
  }

  @Test
  void aConnectionThatIsGoneIsNoLongerCounted() {
    var stream = new TestStream(node);
    assertThat(node.api.connections()).isPositive();

    stream.socket().close();

    await().atMost(ApiFixture.DEADLINE).until(() -> node.api.connections() == 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void http2IsSpokenWithAndWithoutAnUpgrade(boolean upgrade) {
    node.put("k", "v");
    var options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(upgrade);
    HttpClientAgent client = node.vertx.createHttpClient(options);

    Buffer body =
        client
            .request(HttpMethod.GET, node.port(), "127.0.0.1", "/v1/kv/k")
            .compose(request -> request.send())
            .compose(
                answer -> {
                  assertThat(answer.version()).isEqualTo(HttpVersion.HTTP_2);
                  assertThat(answer.getHeader("widecast-token")).isEqualTo("1.1");
                  return answer.body();
                })
            .await();

    assertThat(body.toString()).isEqualTo("v");
    client.close().await();
    await()
        .atMost(ApiFixture.DEADLINE)
        .until(() -> node.api.connections() <= 1); // the put's own is kept
  }

  private static int watch(JsonObject frame) {
    return frame.getInteger("watch");
  }

  private static JsonObject event(JsonObject frame, int index) {
    return frame.getJsonArray("events").getJsonObject(index);
  }

  private static List<String> keys(JsonObject frame) {
    return frame.getJsonArray("events").stream()
        .map(event -> ((JsonObject) event).getString("key"))
        .toList();
  }
}
