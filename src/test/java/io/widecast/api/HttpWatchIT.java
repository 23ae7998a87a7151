package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches over plain HTTP: server-sent events, NDJSON, long-poll. */
class HttpWatchIT {

  private ApiFixture node;

  @BeforeEach
  void deploy() {
    node = new ApiFixture();
    IntStream.rangeClosed(1, 3).forEach(i -> node.put("a/" + i, "v" + i));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private BufferedReader open(String target, String... headers) throws Exception {
    var request = node.request(target);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    var answer = node.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  @Test
  void serverSentEventsCarryTheTokenAsTheirId() throws Exception {
    try (var events = open("/v1/watch?match=a/**", "Accept", "text/event-stream")) {
      String copy = events.readLine();
      events.readLine();
      String id = events.readLine();
      String end = events.readLine();
      events.readLine();
      node.put("a/4", "v4");

      assertThat(copy).startsWith("data: {\"events\":[{\"type\":\"put\",\"key\":\"a/1\"");
      assertThat(id).isEqualTo("id: 1.3");
      assertThat(end).isEqualTo("data: {\"snapshotEnd\":true,\"token\":\"1.3\"}");
      assertThat(events.readLine()).isEqualTo("id: 1.4");
      assertThat(events.readLine()).startsWith("data: {\"token\":\"1.4\",\"events\":[{");
    }
  }

  @Test
  void theLastEventIdBeatsSince() throws Exception {
    try (var events =
        open("/v1/watch?match=a/*&match=b&since=start&format=sse", "Last-Event-ID", "1.2")) {
      assertThat(events.readLine()).isEqualTo("id: 1.3");
      assertThat(events.readLine()).contains("a/3").doesNotContain("a/2");
    }
  }

  @Test
  void ndjsonIsAFrameALine() throws Exception {
    try (var lines =
        open("/v1/watch?match=a/*&since=1.2&values=false", "Accept", "application/x-ndjson")) {
      var frame = new JsonObject(lines.readLine());
      var bookmark = new JsonObject(lines.readLine());

      assertThat(frame.getString("token")).isEqualTo("1.3");
      assertThat(frame.getJsonArray("events").getJsonObject(0).containsKey("value")).isFalse();
      assertThat(bookmark.getBoolean("bookmark")).isTrue();
    }
  }

  @Test
  void aLongPollAnswersAsSoonAsThereIsSomething() throws Exception {
    var copy = poll("/v1/watch?match=a/**&format=longpoll");
    var missed = poll("/v1/watch?match=a/**&format=longpoll&since=1.1");
    var quiet = poll("/v1/watch?match=a/**&format=longpoll&since=1.3&timeout=50ms");
    var future = poll("/v1/watch?match=a/**&format=longpoll&since=1.9&timeout=50ms");
    var waiting =
        node.client.sendAsync(
            node.request("/v1/watch?match=a/**&format=longpoll&since=1.3").build(),
            HttpResponse.BodyHandlers.ofString());
    node.put("a/4", "v4");

    assertThat(copy.getJsonArray("events")).hasSize(2);
    assertThat(copy.getJsonArray("events").getJsonObject(1).getBoolean("snapshotEnd")).isTrue();
    assertThat(copy.getString("token")).isEqualTo("1.3");
    assertThat(missed.getJsonArray("events").getJsonObject(0).getJsonArray("events")).hasSize(2);
    assertThat(quiet.encode()).isEqualTo("{\"events\":[],\"token\":\"1.3\"}");
    assertThat(future.encode()).isEqualTo("{\"events\":[],\"token\":\"1.9\"}");
    assertThat(new JsonObject(waiting.join().body()).getString("token")).isEqualTo("1.4");
  }

  private JsonObject poll(String target) {
    return new JsonObject(node.get(target).body());
  }

  @Test
  void alargeCopyComesWholeAndInOrder() throws IOException, InterruptedException {
    var lines = new StringBuilder();
    IntStream.range(0, 5_000)
        .forEach(
            i -> lines.append(String.format("{\"key\":\"b/%05d\",\"value\":\"%0100d\"}%n", i, i)));
    node.publishLines(lines.toString());

    var keys =
        poll("/v1/watch?match=b/*&format=longpoll").getJsonArray("events").stream()
            .map(JsonObject.class::cast)
            .filter(frame -> frame.containsKey("events"))
            .flatMap(frame -> frame.getJsonArray("events").stream())
            .map(event -> ((JsonObject) event).getString("key"))
            .toList();

    assertThat(keys).hasSize(5_000).isSorted();
  }
}
