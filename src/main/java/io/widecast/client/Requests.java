package io.widecast.client;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.ConnectException;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Sends requests to whichever endpoint answers. A request that was not sent goes to the next
 * endpoint at once; one that may have been carried out, or that was refused for the moment, is
 * repeated only when a repetition is harmless, with growing pauses, until its time is over.
 */
final class Requests {

  /** An answer is held in memory: more than this is asked for in pages. */
  static final long ANSWER_BYTES_MAX = 256 << 20;

  private static final long PAUSE_MILLIS_MIN = 100;
  private static final long PAUSE_MILLIS_MAX = 2_000;

  private final Vertx vertx;
  private final HttpClient http;
  private final ClientOptions options;
  private volatile int current; // index of the endpoint that answered last

  Requests(Vertx vertx, HttpClient http, ClientOptions options) {
    this.vertx = vertx;
    this.http = http;
    this.options = options;
  }

  /**
   * @param repeatable whether sending it twice does the same as sending it once
   */
  record Call(
      HttpMethod method,
      String uri,
      Map<String, String> headers,
      Buffer body,
      boolean repeatable) {}

  /** Any answer below 400, whole. */
  record Answer(int status, MultiMap headers, Buffer body) {}

  /** The answer; fails with {@link ClientException} only. */
  Future<Answer> send(Call call) {
    return new Attempts(call).next();
  }

  Endpoint endpoint() {
    return options.endpoints().get(current % options.endpoints().size());
  }

  /** {@code failed} did not answer: the next one's turn, unless somebody has moved on already. */
  void moveOn(Endpoint failed) {
    if (endpoint().equals(failed)) {
      current = (current + 1) % options.endpoints().size();
    }
  }

  /** Points {@code request} at {@code endpoint}, with the API key. */
  <O extends RequestOptions> O address(O request, Endpoint endpoint) {
    request.setSsl(endpoint.tls()).setHost(endpoint.host()).setPort(endpoint.port());
    options.apiKey().ifPresent(key -> request.putHeader("Authorization", "Bearer " + key));
    return request;
  }

  /** One call's way through the endpoints. */
  private final class Attempts {
    private final Call call;
    private final long deadlineNanos = System.nanoTime() + options.requestTimeout().toNanos();
    private int unreachable; // endpoints in a row that could not be connected to
    private long pauseMillis = PAUSE_MILLIS_MIN;

    Attempts(Call call) {
      this.call = call;
    }

    Future<Answer> next() {
      Endpoint endpoint = endpoint();
      long leftMillis = Math.max(1, (deadlineNanos - System.nanoTime()) / 1_000_000);
      RequestOptions request =
          address(new RequestOptions(), endpoint)
              .setMethod(call.method())
              .setURI(call.uri())
              .setTimeout(leftMillis);
      call.headers().forEach(request::putHeader);
      return http.request(request)
          .recover(e -> Future.failedFuture(new NotSent(e)))
          .compose(sent -> sent.send(call.body()).compose(Requests::whole))
          .transform(
              result ->
                  result.succeeded()
                      ? judge(endpoint, result.result())
                      : failed(endpoint, result.cause()));
    }

    private Future<Answer> judge(Endpoint endpoint, Answer answer) {
      if (answer.status() < 400) {
        return Future.succeededFuture(answer);
      }
      ClientException problem = JsonForms.problem(answer.status(), answer.body());
      if (answer.status() != 503 || !call.repeatable()) {
        return Future.failedFuture(problem);
      }
      unreachable = 0;
      moveOn(endpoint);
      return later(problem);
    }

    private Future<Answer> failed(Endpoint endpoint, Throwable cause) {
      if (cause instanceof ClientException) {
        return Future.failedFuture(cause);
      }
      moveOn(endpoint);
      if (cause instanceof NotSent) {
        unreachable++;
        return unreachable < options.endpoints().size()
            ? next()
            : Future.failedFuture(cannotConnect(cause.getCause()));
      }
      unreachable = 0;
      var problem =
          ClientException.noAnswer(
              endpoint + " did not answer " + call.method() + ": " + reason(cause));
      return call.repeatable() ? later(problem) : Future.failedFuture(problem);
    }

    private Future<Answer> later(ClientException problem) {
      long pause = pauseMillis;
      pauseMillis = Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX);
      if (System.nanoTime() + pause * 1_000_000 > deadlineNanos) {
        return Future.failedFuture(problem);
      }
      return vertx.timer(pause).compose(fired -> next());
    }

    private ClientException cannotConnect(Throwable cause) {
      return ClientException.noAnswer(
          "cannot connect to "
              + options.endpoints().stream()
                  .map(Endpoint::toString)
                  .collect(Collectors.joining(", "))
              + ": "
              + reason(cause)
              + "; is the node running, and is this its http port?");
    }
  }

  /** The request never left: another endpoint may take it. */
  private static final class NotSent extends RuntimeException {
    NotSent(Throwable cause) {
      super(cause.getMessage(), cause, false, false);
    }
  }

  static String reason(Throwable cause) {
    if (cause instanceof ConnectException) {
      return "connection refused";
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** The whole of a response, within {@link #ANSWER_BYTES_MAX}. */
  static Future<Answer> whole(HttpClientResponse response) {
    Promise<Answer> promise = Promise.promise();
    Buffer body = Buffer.buffer();
    response.exceptionHandler(promise::tryFail);
    response.handler(
        part -> {
          if (body.length() + (long) part.length() > ANSWER_BYTES_MAX) {
            promise.tryFail(
                ClientException.unexpected(
                    "the answer is larger than " + ANSWER_BYTES_MAX + " bytes"));
            response.request().reset();
          } else {
            body.appendBuffer(part);
          }
        });
    response.endHandler(
        end -> promise.tryComplete(new Answer(response.statusCode(), response.headers(), body)));
    return promise.future();
  }

  static String contentType(Answer answer) {
    return answer.headers().get(HttpHeaders.CONTENT_TYPE);
  }
}
