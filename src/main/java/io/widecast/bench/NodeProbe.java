package io.widecast.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.widecast.model.Token;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a benchmark asks a node beside the load: readiness, position, counters. Called on the
 * benchmark's own thread, which waits.
 *
 * @param http base URL of the node
 */
record NodeProbe(Vertx vertx, HttpClient client, String http) {

  private static final long ANSWER_SECONDS_MAX = 10;

  boolean isReady() {
    try {
      return get("/readyz").status() == 200;
    } catch (BenchException e) { // not listening yet
      return false;
    }
  }

  Token position() {
    return Token.parse(get("/livez").token());
  }

  /** All counters and gauges without labels, by their Prometheus names. */
  Map<String, Double> counters() {
    var counters = new HashMap<String, Double>();
    for (String line : get("/metrics").body().lines().toList()) {
      int space = line.lastIndexOf(' ');
      if (space > 0 && line.charAt(0) != '#' && line.indexOf('{') < 0) {
        counters.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
      }
    }
    return counters;
  }

  JsonObject cluster() {
    return new JsonObject(get("/v1/cluster").body());
  }

  private record Answer(int status, String token, String body) {}

  private Answer get(String path) {
    var options = new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(http + path);
    Promise<Answer> promise = Promise.promise();
    vertx.runOnContext( // on this thread, an answer could be there before anybody listens for it
        v ->
            client
                .request(options)
                .compose(request -> request.send())
                .compose(response -> response.body().map(body -> answer(response, body)))
                .onComplete(promise));
    Future<Answer> answer = promise.future();
    try {
      return answer.await(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new BenchException(http + path + " did not answer within " + ANSWER_SECONDS_MAX + " s");
    } catch (Exception e) { // of any class: await() throws whatever the future failed with
      throw new BenchException(http + path + ": " + e.getMessage());
    }
  }

  private static Answer answer(HttpClientResponse response, Buffer body) {
    return new Answer(
        response.statusCode(),
        String.valueOf(response.getHeader("Widecast-Token")),
        body.toString(StandardCharsets.UTF_8));
  }
}
