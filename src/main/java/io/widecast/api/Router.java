package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;

/**
 * Finds who answers a request, by its address as it came: nothing is decoded, joined or shortened
 * on the way, because keys may hold empty segments, {@code .} and {@code ..}. Checks in this order:
 * form of the request, expectation, API key, path, method.
 */
final class Router {

  private final List<Route> routes;
  private final LocalNode node;
  private final Metrics metrics;
  private final Access access;

  /** Connections that are being closed. */
  private final Set<HttpConnection> refused = Collections.newSetFromMap(new WeakHashMap<>());

  Router(List<Route> routes, LocalNode node, Metrics metrics) {
    this.routes = routes;
    this.node = node;
    this.metrics = metrics;
    this.access = new Access(node.options().apiKey());
  }

  void handle(HttpServerRequest request) {
    if (refused.contains(request.connection())) {
      return; // its connection ends, and with it whatever this is
    }
    metrics.increment(Metric.HTTP_REQUESTS);
    try {
      checkForm(request);
    } catch (WidecastException e) {
      refuseAndClose(request, e);
      return;
    }
    String target = originForm(request.uri());
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    try {
      checkExpectation(request);
      access.check(request, path);
      Route route = route(request.method(), path);
      Query query = Query.parse(question < 0 ? "" : target.substring(question + 1));
      var exchange = new Exchange(request, node, query, route.variable(path));
      run(route, exchange);
    } catch (WidecastException e) {
      new Exchange(request, node, Query.parse(""), "").fail(e);
    }
  }

  private static void run(Route route, Exchange exchange) {
    try {
      route.handler().handle(exchange);
    } catch (RuntimeException e) { // what is not expected becomes a 500 and a line in the log
      exchange.fail(e);
    }
  }

  /** Answers what the parser could not read. */
  void handleInvalid(HttpServerRequest request) {
    metrics.increment(Metric.HTTP_REQUESTS);
    Throwable cause = request.decoderResult().cause();
    ErrorCode code = ErrorCode.BAD_REQUEST;
    String detail = "this is not HTTP that this node can read";
    if (cause instanceof TooLongHttpLineException) {
      code = ErrorCode.URI_TOO_LONG;
      detail = "the request line takes up to " + ApiVerticle.REQUEST_LINE_BYTES_MAX + " bytes";
    } else if (cause instanceof TooLongHttpHeaderException) {
      code = ErrorCode.HEADERS_TOO_LARGE;
      detail = "header fields take up to " + ApiVerticle.HEADER_BYTES_MAX + " bytes together";
    } else if (cause instanceof StrictServer.Refusal) {
      detail = cause.getMessage();
    }
    refuseAndClose(request, new WidecastException(code, detail));
  }

  /**
   * What follows on the connection cannot be told from the request's own bytes. Some of it may have
   * been read already and come here as requests, before the connection is closed.
   */
  private void refuseAndClose(HttpServerRequest request, WidecastException why) {
    refused.add(request.connection());
    new Exchange(request, node, Query.parse(""), "").failAndClose(why);
  }

  private Route route(HttpMethod method, String path) {
    var allowed = new TreeSet<String>();
    HttpMethod wanted = method == HttpMethod.HEAD ? HttpMethod.GET : method;
    for (Route route : routes) {
      if (route.matches(path)) {
        if (route.method() == wanted) {
          return route;
        }
        allowed.add(route.method().name());
        if (route.method() == HttpMethod.GET) {
          allowed.add("HEAD");
        }
      }
    }
    if (allowed.isEmpty()) {
      throw new WidecastException(
          ErrorCode.UNKNOWN_PATH,
          "nothing is served at " + Query.shown(path) + "; /openapi.json lists what is");
    }
    String methods = String.join(", ", allowed);
    throw new WidecastException(
        ErrorCode.METHOD_NOT_ALLOWED,
        method.name() + " is not for " + Query.shown(path) + "; these are: " + methods,
        Map.of("allow", methods));
  }

  private static void checkForm(HttpServerRequest request) {
    if (request.version() == null) {
      throw Query.bad("this node speaks HTTP/1.0, HTTP/1.1 and HTTP/2");
    }
    if (request.version() == HttpVersion.HTTP_1_1
        && request.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
      throw Query.bad("an HTTP/1.1 request has one Host header field");
    }
    if (!isFramed(request)) {
      throw Query.bad("a request's Transfer-Encoding is chunked, over HTTP/1.1, or there is none");
    }
  }

  /** What a client expects of this node is one thing at most (RFC 9110, section 10.1.1). */
  private static void checkExpectation(HttpServerRequest request) {
    for (String line : request.headers().getAll(HttpHeaderNames.EXPECT)) {
      for (String expectation : line.split(",")) {
        if (!expectation.isBlank() && !expectation.strip().equalsIgnoreCase("100-continue")) {
          throw new WidecastException(
              ErrorCode.EXPECTATION_FAILED,
              "Expect is 100-continue, or absent; this is '"
                  + Query.shown(expectation.strip())
                  + "'");
        }
      }
    }
  }

  /** Whether it can be told where the body begins and ends, and what it is. */
  private static boolean isFramed(HttpServerRequest request) {
    List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.isEmpty()
        || request.version() == HttpVersion.HTTP_1_1 // 1.0 had none (RFC 9112, section 6.1)
            && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
            && codings.size() == 1
            && codings.get(0).strip().equalsIgnoreCase("chunked");
  }

  /** The target without scheme and authority, which a request to a proxy has. */
  private static String originForm(String target) {
    if (target.startsWith("http://") || target.startsWith("https://")) {
      int path = target.indexOf('/', target.indexOf("://") + 3);
      return path < 0 ? "/" : target.substring(path);
    }
    return target;
  }
}
