package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.Utf8;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.log.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One request and its answer. Every answer goes out through here, and so carries the node's
 * headers; every failure ends in {@link #fail}. On the event loop of the instance that took it.
 */
final class Exchange {

  static final String JSON = "application/json";
  static final String NDJSON = "application/x-ndjson";

  /** What is left of a body whose request was refused is read and dropped, up to here. */
  private static final long DISCARD_BYTES_MAX = 64L << 20;

  private final HttpServerRequest request;
  private final LocalNode node;
  private final Query query;
  private final String rest;
  private Optional<Token> token = Optional.empty();
  private boolean lastOfConnection;

  /**
   * @param rest what the route's last, variable part stands for, still percent-encoded
   */
  Exchange(HttpServerRequest request, LocalNode node, Query query, String rest) {
    this.request = request;
    this.node = node;
    this.query = query;
    this.rest = rest;
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return request.response();
  }

  Query query() {
    return query;
  }

  boolean isHead() {
    return request.method() == HttpMethod.HEAD;
  }

  /**
   * The value of a header field that may come once.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} when it comes twice: taking one of them
   *     would leave out a condition, or store a value under the wrong type
   */
  Optional<String> header(CharSequence name) {
    List<String> given = request.headers().getAll(name);
    if (given.size() > 1) {
      throw Query.bad("the header field " + name + " stands there twice");
    }
    return given.isEmpty() ? Optional.empty() : Optional.of(given.get(0));
  }

  /** The value of a header field that is a list, all its lines in one. */
  Optional<String> listHeader(CharSequence name) {
    List<String> given = request.headers().getAll(name);
    return given.isEmpty() ? Optional.empty() : Optional.of(String.join(",", given));
  }

  /**
   * The key that the address names.
   *
   * @throws WidecastException {@link ErrorCode#BAD_KEY}
   */
  Key key() {
    byte[] bytes = Query.percentDecoded(rest);
    if (bytes == null) {
      throw new WidecastException(
          ErrorCode.BAD_KEY, "a % in an address is followed by two hexadecimal digits");
    }
    return Key.parseUtf8(bytes);
  }

  /**
   * The text that the address's variable part stands for.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST}
   */
  String name() {
    byte[] bytes = Query.percentDecoded(rest);
    if (bytes == null || !Utf8.isValid(bytes)) {
      throw Query.bad("the address is not percent-encoded UTF-8");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The position to answer with instead of that of the node's copy: a write's own. */
  Exchange at(Token position) {
    token = Optional.of(position);
    return this;
  }

  /**
   * The whole body.
   *
   * @param what the thing it holds, for the message
   * @return fails with {@link ErrorCode#TOO_LARGE} above {@code bytesMax}
   * @throws WidecastException as {@link #checkNotCompressed}
   */
  Future<byte[]> body(long bytesMax, String what) {
    checkNotCompressed();
    Promise<byte[]> body = Promise.promise();
    long announced = contentLength();
    if (announced > bytesMax) {
      return Future.failedFuture(tooLarge(what, bytesMax));
    }
    Buffer collected = Buffer.buffer((int) Math.max(announced, 64));
    request.handler(
        part -> {
          if (collected.length() + part.length() > bytesMax) {
            body.tryFail(tooLarge(what, bytesMax));
          } else {
            collected.appendBuffer(part);
          }
        });
    request.exceptionHandler(
        e -> body.tryFail(Query.bad("the body broke off, or its chunks are malformed")));
    request.endHandler(v -> body.tryComplete(collected.getBytes()));
    proceed();
    return body.future();
  }

  /** The content type of the body without its parameters, in lower case; empty for none. */
  String mediaType() {
    String type = header(HttpHeaderNames.CONTENT_TYPE).orElse("");
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Bodies are taken as they come, so one that was compressed for the way would be stored so.
   *
   * @throws WidecastException {@link ErrorCode#UNSUPPORTED_MEDIA_TYPE}
   */
  void checkNotCompressed() {
    String coding = listHeader(HttpHeaderNames.CONTENT_ENCODING).orElse("").strip();
    if (!coding.isEmpty() && !coding.toLowerCase(Locale.ROOT).equals("identity")) {
      throw new WidecastException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "a body is taken as it is: send it without Content-Encoding; this has '"
              + Query.shown(coding)
              + "'");
    }
  }

  /** Lets a client that asked first ({@code Expect: 100-continue}) send its body. */
  void proceed() {
    // Over HTTP/1.0 nobody waits for it, nor expects an answer before the answer.
    if (listHeader(HttpHeaderNames.EXPECT).filter(Exchange::asksFirst).isPresent()
        && request.version() != HttpVersion.HTTP_1_0) {
      response().writeContinue();
    }
  }

  /** The router has let nothing else through but blanks and commas. */
  private static boolean asksFirst(String expectations) {
    return expectations.toLowerCase(Locale.ROOT).contains("100-continue");
  }

  static WidecastException tooLarge(String what, long bytesMax) {
    return new WidecastException(
        ErrorCode.TOO_LARGE, what + " takes up to " + bytesMax + " bytes; this is more");
  }

  private long contentLength() {
    try {
      return header(HttpHeaderNames.CONTENT_LENGTH).map(Long::parseLong).orElse(-1L);
    } catch (NumberFormatException e) {
      throw Query.bad("Content-Length is not a number");
    }
  }

  /**
   * Begins an answer: its status, and the headers that every answer has. The position is left out
   * by a node that is not ready yet, rather than be one that lies behind what it told earlier.
   */
  HttpServerResponse begin(int status) {
    token
        .or(node::position)
        .ifPresent(position -> response().putHeader("Widecast-Token", position.toString()));
    return response()
        .setStatusCode(status)
        .putHeader("Widecast-Node", node.options().nodeId().text())
        .putHeader("Widecast-Site", node.options().siteId().text())
        .putHeader("Widecast-Lag-Ms", Long.toString(node.lagMillis()))
        .putHeader("X-Content-Type-Options", "nosniff");
  }

  /** Begins an answer whose length is not known yet; the caller writes and ends it. */
  HttpServerResponse beginStream(String contentType) {
    HttpServerResponse response =
        begin(200)
            .putHeader(HttpHeaderNames.CONTENT_TYPE, contentType)
            .putHeader(HttpHeaderNames.CACHE_CONTROL, "no-store");
    if (request.version() != HttpVersion.HTTP_1_0) {
      response.setChunked(true); // else the connection's end is the answer's
    }
    return response;
  }

  void sendJson(int status, JsonBytes json) {
    begin(status).putHeader(HttpHeaderNames.CACHE_CONTROL, "no-store");
    send(JSON, json.raw('\n').toArray());
  }

  /** Ends an answer that has begun with these bytes, or, to HEAD, with their length. */
  void send(String contentType, byte[] body) {
    HttpServerResponse response =
        response()
            .putHeader(HttpHeaderNames.CONTENT_TYPE, contentType)
            .putHeader(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
    if (isHead()) {
      response.end();
    } else {
      response.end(Buffer.buffer(body));
    }
  }

  /** Ends an answer that has no body. */
  void sendEmpty(int status) {
    HttpServerResponse response = begin(status);
    if (status != 204 && status != 304) {
      response.putHeader(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
    }
    response.end();
  }

  /** Answers with a problem; when the answer is under way already, cuts it off. */
  void fail(Throwable failure) {
    if (failure instanceof StoreException met) {
      node.reportDamage(met);
    }
    if (response().ended() || response().closed()) {
      return; // the client is gone: nobody to tell
    }
    WidecastException problem = Problems.expected(failure);
    if (response().headWritten()) {
      request.connection().close(); // an answer that just ended would look complete
      return;
    }
    discardBody();
    if (problem.extras().get("token") instanceof String own
        && Boolean.TRUE.equals(problem.extras().get("written"))) {
      at(Token.parse(own));
    }
    response().headers().clear();
    HttpServerResponse response = begin(problem.code().status());
    response.putHeader(HttpHeaderNames.CACHE_CONTROL, "no-store");
    if (lastOfConnection) {
      response.putHeader(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    if (problem.code().status() == 503) {
      response.putHeader(HttpHeaderNames.RETRY_AFTER, "1");
    }
    if (problem.code() == ErrorCode.UNAUTHORIZED) {
      response.putHeader(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer, Basic realm=\"Widecast\"");
    }
    if (problem.code() == ErrorCode.UPGRADE_REQUIRED) {
      response
          .putHeader(HttpHeaderNames.UPGRADE, "websocket")
          .putHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    }
    if (problem.extras().get("allow") instanceof String methods) {
      response.putHeader(HttpHeaderNames.ALLOW, methods);
    }
    send(Problems.CONTENT_TYPE, Problems.body(problem));
  }

  /** Answers with a problem and ends the connection. */
  void failAndClose(WidecastException why) {
    lastOfConnection = request.version() != HttpVersion.HTTP_2; // which has no such field
    fail(why);
    request.connection().close();
  }

  /** So that the client, still sending, gets to read the answer. */
  private void discardBody() {
    if (request.isEnded()) {
      return;
    }
    long[] dropped = {0};
    request.handler(
        part -> {
          dropped[0] += part.length();
          if (dropped[0] > DISCARD_BYTES_MAX) {
            request.connection().close();
          }
        });
    request.endHandler(v -> {});
    request.exceptionHandler(e -> {});
    request.resume();
  }
}
