package io.widecast.api;

import io.vertx.core.Vertx;
import io.widecast.metrics.Metrics;
import io.widecast.model.NodeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A served node whose replication is a fake, and a client for it. */
final class ApiFixture implements AutoCloseable {

  static final Duration DEADLINE = Duration.ofSeconds(20);

  final Vertx vertx = Vertx.vertx();
  final FakeReplication replication = new FakeReplication();
  final Metrics metrics = new Metrics();
  final ApiVerticle api;
  final HttpClient client = HttpClient.newBuilder().connectTimeout(DEADLINE).build();

  ApiFixture() {
    this(Optional.empty());
  }

  ApiFixture(Optional<String> apiKey) {
    var options =
        new ApiOptions("127.0.0.1", 0, new NodeId("paris-1"), new NodeId("paris"))
            .withApiKey(apiKey)
            .withBookmarkMillis(1_500);
    api = new ApiVerticle(options, metrics);
    FakeReplication.registerCodecs(vertx);
    vertx
        .deployVerticle(replication)
        .compose(id -> vertx.deployVerticle(api))
        .compose(id -> replication.change(() -> {}))
        .await();
  }

  int port() {
    return api.port();
  }

  URI uri(String target) {
    return URI.create("http://127.0.0.1:" + port() + target);
  }

  HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(uri(target))
        .version(HttpClient.Version.HTTP_1_1)
        .timeout(DEADLINE);
  }

  /**
   * @param headers names and values in turn
   */
  HttpResponse<String> send(String method, String target, String body, String... headers) {
    HttpRequest.Builder request =
        request(target).method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + target, e);
    }
  }

  HttpResponse<String> get(String target, String... headers) {
    return send("GET", target, "", headers);
  }

  HttpResponse<String> put(String key, String value, String... headers) {
    return send("PUT", "/v1/kv/" + key, value, headers);
  }

  HttpResponse<String> publish(String json) {
    return send("POST", "/v1/publish", json, "Content-Type", "application/json");
  }

  HttpResponse<String> publishLines(String lines, String... headers) {
    var all = new ArrayList<>(List.of(headers));
    all.add("Content-Type");
    all.add("application/x-ndjson");
    return send("POST", "/v1/publish", lines, all.toArray(String[]::new));
  }

  /** The server goes first: a client that shares its Vert.x would wait for it to say goodbye. */
  @Override
  public void close() {
    vertx.undeploy(api.deploymentID()).await();
    vertx.close().await();
  }
}
