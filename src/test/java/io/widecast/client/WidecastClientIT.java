package io.widecast.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests against a node that follows a script. */
class WidecastClientIT {

  private static final String PROBLEM = "application/problem+json";

  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private Vertx vertx;
  private ScriptedNode node;
  private WidecastClient client;
  private volatile io.vertx.core.Handler<HttpServerRequest> script = request -> {};

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    node =
        new ScriptedNode(
            vertx,
            request -> {
              seen.add(request.method() + " " + request.uri());
              script.handle(request);
            });
    client = WidecastClient.create(ClientOptions.of(node.url()));
  }

  @AfterEach
  void stop() {
    client.close();
    vertx.close().await();
  }

  @Test
  void readsAValueWithItsTypeAndToken() {
    script =
        request ->
            request
                .response()
                .putHeader("Content-Type", "text/plain")
                .putHeader("ETag", "\"3.7\"")
                .end("v");

    StoredValue stored = client.get("a//b", Map.of("min", "3.1")).blockingGet();

    assertThat(stored)
        .isEqualTo(new StoredValue(new Value(Bytes.utf8("v"), "text/plain"), new Token(3, 7)));
    assertThat(seen).containsExactly("GET /v1/kv/a%2F%2Fb?min=3.1");
  }

  @Test
  void everyCallOfAPlainThreadIsAnswered() {
    script = request -> request.response().putHeader("ETag", "\"3.7\"").end("v");

    for (int i = 0; i < 5_000; i++) { // some answers are faster than the caller
      assertThat(client.get("a").blockingGet()).isNotNull();
    }
  }

  @Test
  void anAbsentKeyIsEmptyOneOutsideTheFilterIsAnError() {
    script = request -> problem(request, 404, "/problems/not-found", "no");
    assertThat(client.get("a").blockingGet()).isNull();

    script = request -> problem(request, 404, "urn:widecast:outside-filter", "not here");
    var e = catchThrowableOfType(ClientException.class, () -> client.get("a").blockingGet());
    assertThat(e.is(ErrorCode.OUTSIDE_FILTER)).isTrue();
    assertThat(e).hasMessage("not here");
  }

  @Test
  void aWriteIsRepeatedUnderOneIdempotencyKeyUntilThereIsAMaster() {
    var keys = Collections.synchronizedList(new ArrayList<String>());
    script =
        request -> {
          keys.add(request.getHeader("Idempotency-Key"));
          if (keys.size() == 1) {
            problem(request, 503, "no-master", "wait");
          } else if (keys.size() == 2) {
            request.connection().close();
          } else {
            request.response().setStatusCode(201).putHeader("ETag", "\"4.8\"").end();
          }
        };

    Written written =
        client
            .put(
                "k",
                new Value(Bytes.utf8("v"), "text/plain"),
                WriteOptions.none().with("ack", "all").ifMatch("3.1"))
            .blockingGet();

    assertThat(written).isEqualTo(new Written(new Token(4, 8), true));
    assertThat(keys).hasSize(3).doesNotContainNull();
    assertThat(keys.stream().distinct()).hasSize(1);
    assertThat(seen.get(0)).isEqualTo("PUT /v1/kv/k?ack=all");
  }

  @Test
  void aRefusalIsNotRepeated() {
    script = request -> problem(request, 412, "precondition-failed", "revision is 9");

    var e =
        catchThrowableOfType(
            ClientException.class,
            () -> client.delete("k", WriteOptions.none().ifMatch("1.1")).blockingGet());

    assertThat(e.is(ErrorCode.PRECONDITION_FAILED)).isTrue();
    assertThat(seen).hasSize(1);
  }

  @Test
  void publishesPairsAndConditions() {
    var bodies = Collections.synchronizedList(new ArrayList<String>());
    script =
        request ->
            request.bodyHandler(
                body -> {
                  bodies.add(body.toString());
                  request.response().putHeader("Widecast-Token", "1.5").end("{}");
                });

    Written written =
        client
            .publish(
                List.of(
                    new Draft.Put(Key.of("a"), new Value(Bytes.utf8("1"), Value.JSON), 1500),
                    new Draft.Delete(Key.of("b"), false)),
                List.of(
                    new Compare.Absent(Key.of("a")),
                    new Compare.AtToken(Key.of("b"), new Token(1, 2))),
                WriteOptions.none())
            .blockingGet();

    assertThat(written.token()).isEqualTo(new Token(1, 5));
    assertThat(bodies)
        .containsExactly(
            "{\"compare\":[{\"key\":\"a\",\"revision\":0},{\"key\":\"b\",\"revision\":\"1.2\"}],"
                + "\"pairs\":[{\"key\":\"a\",\"valueBase64\":\"MQ==\","
                + "\"contentType\":\"application/json\",\"ttl\":\"1500ms\"},"
                + "{\"key\":\"b\",\"delete\":true}]}");
  }

  @Test
  void streamsAnUploadPartByPart() {
    script =
        request ->
            request.bodyHandler(
                body ->
                    request
                        .response()
                        .end(
                            "{\"published\":"
                                + body.toString().lines().count()
                                + ",\"firstRevision\":3,\"lastRevision\":1002}"));
    Flowable<Buffer> parts =
        Flowable.range(0, 1000).map(i -> Buffer.buffer("{\"key\":\"k" + i + "\"}\n"));

    PublishSummary summary = client.publishStream(parts, WriteOptions.none()).blockingGet();

    assertThat(summary).isEqualTo(new PublishSummary(1000, 3, 1002));
  }

  @Test
  void aBadLineEndsAnUploadThatHasNoEnd() {
    script =
        request ->
            request.handler(
                part -> {
                  request.handler(null);
                  request
                      .response()
                      .setStatusCode(400)
                      .putHeader("Content-Type", PROBLEM)
                      .end("{\"type\":\"bad-json\",\"detail\":\"no\",\"line\":2,\"published\":1}");
                });
    Flowable<Buffer> endless =
        Flowable.generate(emitter -> emitter.onNext(Buffer.buffer("x\n".repeat(1000))));

    var e =
        catchThrowableOfType(
            ClientException.class,
            () -> client.publishStream(endless, WriteOptions.none()).blockingGet());

    assertThat(e.extras()).containsEntry("line", 2).containsEntry("published", 1);
  }

  @Test
  void listsPageAfterPageAsTheyAreAskedFor() {
    script =
        request -> {
          boolean first = request.getParam("after") == null;
          String row = first ? "a" : "b";
          request
              .response()
              .end(
                  "{\"revision\":9,\"epoch\":1,\"pairs\":[{\"key\":\""
                      + row
                      + "\",\"value\":\"v\",\"contentType\":\"text/plain\",\"createRevision\":1,"
                      + "\"revision\":2,\"version\":3,\"ttl\":30}]"
                      + (first ? ",\"next\":\"a\"}" : "}"));
        };

    List<ListedPair> pairs = client.list("", Map.of()).toList().blockingGet();

    assertThat(pairs).extracting(ListedPair::key).containsExactly("a", "b");
    assertThat(pairs.get(0).value()).contains(new Value(Bytes.utf8("v"), "text/plain"));
    assertThat(pairs.get(0).ttlSeconds()).hasValue(30);
    assertThat(seen).containsExactly("GET /v1/kv?prefix=", "GET /v1/kv?after=a&prefix=");
    assertThat(client.list("", Map.of()).firstOrError().blockingGet().key()).isEqualTo("a");
    assertThat(seen).hasSize(3);
  }

  @Test
  void aNodeThatIsNotThereIsPassedOver() {
    script = request -> request.response().putHeader("ETag", "\"1.1\"").end();
    var gone = new ScriptedNode(vertx, request -> {});
    gone.close();
    try (var both = WidecastClient.create(ClientOptions.of(gone.url(), node.url()))) {
      assertThat(both.get("k").blockingGet()).isNotNull();
    }
  }

  @Test
  void saysWhereNobodyAnswered() throws Exception {
    int free;
    try (var socket = new java.net.ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (var nowhere = WidecastClient.create(ClientOptions.of("http://127.0.0.1:" + free))) {
      assertThatThrownBy(() -> nowhere.get("k").blockingGet())
          .isInstanceOf(ClientException.class)
          .hasMessageStartingWith("cannot connect to http://127.0.0.1:" + free);
    }
  }

  @Test
  void presentsItsKey() {
    script =
        request ->
            request
                .response()
                .putHeader("ETag", "\"1.1\"")
                .end(String.valueOf(request.getHeader("Authorization")));
    var options =
        new ClientOptions(
            List.of(Endpoint.parse(node.url())),
            Optional.of("secret"),
            ClientOptions.REQUEST_TIMEOUT_DEFAULT);
    try (var keyed = WidecastClient.create(options)) {
      assertThat(keyed.get("k").blockingGet().value().bytes()).hasToString("Bearer secret");
    }
  }

  @Test
  void aCallThatCannotBeMadeFails() {
    var options =
        new ClientOptions(
            List.of(Endpoint.parse(node.url())),
            Optional.of("no\nheader"),
            ClientOptions.REQUEST_TIMEOUT_DEFAULT);
    try (var keyed = WidecastClient.create(options)) {
      assertThat(catchThrowable(() -> keyed.get("k").timeout(10, SECONDS).blockingGet()))
          .isInstanceOf(ClientException.class);
    }
  }

  @Test
  void whatIsNoWidecastNodeIsSaidToBeNone() {
    script = request -> request.response().end("<html>");

    assertThatThrownBy(() -> client.get("k").blockingGet())
        .hasMessageContaining("is this a Widecast node?");
    assertThatThrownBy(() -> client.getJson("/v1/cluster").blockingGet())
        .hasMessageContaining("not a JSON object");
  }

  private static void problem(HttpServerRequest request, int status, String type, String detail) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", PROBLEM)
        .end("{\"type\":\"" + type + "\",\"status\":" + status + ",\"detail\":\"" + detail + "\"}");
  }
}
