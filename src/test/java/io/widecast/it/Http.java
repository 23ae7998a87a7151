package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Requests by the JDK's client. What goes wrong below HTTP is an {@link UncheckedIOException}. */
final class Http {

  static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private Http() {}

  static HttpResponse<String> get(Node node, String path, String... headers) {
    return send(node, "GET", path, BodyPublishers.noBody(), headers);
  }

  static HttpResponse<String> put(Node node, String path, String body, String... headers) {
    return send(node, "PUT", path, BodyPublishers.ofString(body), headers);
  }

  static HttpResponse<String> delete(Node node, String path, String... headers) {
    return send(node, "DELETE", path, BodyPublishers.noBody(), headers);
  }

  static HttpResponse<String> publish(Node node, JsonObject body, String... headers) {
    var all = new java.util.ArrayList<>(java.util.List.of("Content-Type", "application/json"));
    all.addAll(java.util.List.of(headers));
    return send(
        node,
        "POST",
        "/v1/publish",
        BodyPublishers.ofString(body.encode()),
        all.toArray(String[]::new));
  }

  static HttpResponse<String> send(
      Node node, String method, String path, BodyPublisher body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create(node.http() + path))
            .timeout(TIMEOUT)
            .method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return CLIENT.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static JsonObject getJson(Node node, String path) {
    HttpResponse<String> answer = get(node, path);
    assertThat(answer.statusCode()).as(node + path + ": " + answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }

  /** The position that an answer carries; a node that is not ready yet has none to tell. */
  static Position position(HttpResponse<?> answer) {
    return Position.parse(answer.headers().firstValue("Widecast-Token").orElseThrow());
  }

  /** Every counter and gauge of a node. */
  static Map<String, Double> metrics(Node node) {
    var metrics = new TreeMap<String, Double>();
    for (String line : get(node, "/metrics").body().split("\n")) {
      int space = line.lastIndexOf(' ');
      if (line.startsWith("widecast_") && space > 0) {
        metrics.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
      }
    }
    return metrics;
  }
}
