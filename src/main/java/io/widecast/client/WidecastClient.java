package io.widecast.client;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.WidecastException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Talks to a Widecast cluster through the HTTP and WebSocket port of any of its nodes. Safe on any
 * thread; what it answers arrives on its own event loop, which must not be blocked.
 *
 * <p>Nothing is sent before a subscription. Every failure is a {@link ClientException}. Requests go
 * to the endpoint that answered last; reads, and writes under their idempotency key, are repeated
 * at the others while their time lasts, so that a lost node or a change of master is a pause and no
 * failure.
 */
public final class WidecastClient implements AutoCloseable {

  private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
  private static final int MESSAGE_BYTES_MAX = 64 << 20;
  private static final String KV = "/v1/kv/";

  private final Vertx vertx;
  private final boolean ownsVertx;
  private final HttpClient http;
  private final WebSocketClient sockets;
  private final Requests requests;

  private WidecastClient(Vertx vertx, boolean ownsVertx, ClientOptions options) {
    this.vertx = vertx;
    this.ownsVertx = ownsVertx;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(32));
    this.sockets =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setMaxConnections(Integer.MAX_VALUE)
                .setMaxFrameSize(MESSAGE_BYTES_MAX)
                .setMaxMessageSize(MESSAGE_BYTES_MAX));
    this.requests = new Requests(vertx, http, options);
  }

  /** A client with a small Vert.x of its own: one event loop, ended by {@link #close}. */
  public static WidecastClient create(ClientOptions options) {
    var small =
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(1)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setClassPathResolvingEnabled(false)
                    .setFileCachingEnabled(false));
    return new WidecastClient(Vertx.vertx(small), true, options);
  }

  /** A client on the event loops of {@code vertx}. */
  public static WidecastClient create(Vertx vertx, ClientOptions options) {
    return new WidecastClient(vertx, false, options);
  }

  /** What {@code key} holds at the node that answers; empty when it is absent. */
  public Maybe<StoredValue> get(String key) {
    return get(key, Map.of());
  }

  /**
   * As {@link #get(String)}, with {@code revision}, {@code min}, {@code timeout}, {@code
   * consistency} or {@code snapshot} as the HTTP API spells them.
   */
  public Maybe<StoredValue> get(String key, Map<String, String> parameters) {
    return request(HttpMethod.GET, KV + KeyPath.encode(key) + WriteOptions.query(parameters))
        .map(WidecastClient::stored)
        .toMaybe()
        .onErrorResumeNext(
            e -> e instanceof ClientException c && isAbsent(c) ? Maybe.empty() : Maybe.error(e));
  }

  private static boolean isAbsent(ClientException e) {
    return e.is(ErrorCode.NOT_FOUND);
  }

  private static StoredValue stored(Requests.Answer answer) {
    String contentType = Requests.contentType(answer);
    return new StoredValue(
        new Value(
            Bytes.wrap(answer.body().getBytes()), contentType == null ? Value.OCTETS : contentType),
        token(answer, "ETag"));
  }

  /** Makes {@code key} hold {@code value}. */
  public Single<Written> put(String key, Value value, WriteOptions options) {
    var headers = new LinkedHashMap<>(options.headers());
    headers.put("Content-Type", value.contentType());
    String uri = KV + KeyPath.encode(key) + options.query();
    return send(new Requests.Call(
            HttpMethod.PUT, uri, headers, Buffer.buffer(value.bytes().unsafeArray()), true))
        .map(answer -> new Written(token(answer, "ETag"), answer.status() == 201));
  }

  /** Makes {@code key} absent; an error of type {@code not-found} when it is already. */
  public Single<Written> delete(String key, WriteOptions options) {
    String uri = KV + KeyPath.encode(key) + options.query();
    return send(new Requests.Call(HttpMethod.DELETE, uri, options.headers(), Buffer.buffer(), true))
        .map(answer -> new Written(token(answer, "Widecast-Token"), false));
  }

  /**
   * Writes all of {@code drafts} at once, or nothing when one of {@code compares} fails, which may
   * be of any kind but {@link Compare.Present}.
   */
  public Single<Written> publish(List<Draft> drafts, List<Compare> compares, WriteOptions options) {
    var headers = new LinkedHashMap<>(options.headers());
    headers.put("Content-Type", Value.JSON);
    return Single.defer(
            () ->
                send(
                    new Requests.Call(
                        HttpMethod.POST,
                        "/v1/publish" + options.query(),
                        headers,
                        JsonForms.publish(drafts, compares).toBuffer(),
                        true)))
        .map(answer -> new Written(token(answer, "Widecast-Token"), false));
  }

  /**
   * Publishes NDJSON, one pair a line, each line on its own. The parts may be cut anywhere; the
   * next is asked for when the one before is written. Not repeated by itself, since the parts are
   * gone: the same parts under the same idempotency key may be sent again, and no line is written
   * twice.
   */
  public Single<PublishSummary> publishStream(Flowable<Buffer> parts, WriteOptions options) {
    return single(() -> connected(options).compose(request -> Upload.send(vertx, request, parts)))
        .map(WidecastClient::checked)
        .map(
            answer -> {
              JsonObject json = JsonForms.object(answer.body());
              return new PublishSummary(
                  json.getLong("published", 0L),
                  json.getLong("firstRevision", 0L),
                  json.getLong("lastRevision", 0L));
            });
  }

  private Future<HttpClientRequest> connected(WriteOptions options) {
    var request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setURI("/v1/publish" + options.query())
            .putHeader("Content-Type", "application/x-ndjson");
    options.headers().forEach(request::putHeader);
    return connected(request);
  }

  private Future<HttpClientRequest> connected(RequestOptions request) {
    Endpoint endpoint = requests.endpoint();
    return http.request(requests.address(request, endpoint))
        .recover(
            e ->
                Future.failedFuture(
                    ClientException.noAnswer(
                        "cannot connect to " + endpoint + ": " + Requests.reason(e))));
  }

  /**
   * One page of the keys that begin with {@code prefix}; {@code after}, {@code limit}, {@code
   * keysOnly}, {@code revision} and {@code snapshot} as the HTTP API spells them.
   */
  public Single<KeyPage> page(String prefix, Map<String, String> parameters) {
    var all = new LinkedHashMap<>(parameters);
    all.put("prefix", prefix);
    return request(HttpMethod.GET, "/v1/kv" + WriteOptions.query(all))
        .map(answer -> JsonForms.page(JsonForms.object(answer.body())));
  }

  /**
   * All keys that begin with {@code prefix}, fetched page by page as they are asked for. Each page
   * is consistent in itself; what is written meanwhile may show in later pages.
   */
  public Flowable<ListedPair> list(String prefix, Map<String, String> parameters) {
    return Flowable.defer(
        () -> {
          var after = new AtomicReference<>(Optional.ofNullable(parameters.get("after")));
          return Flowable.defer(
                  () -> {
                    var all = new LinkedHashMap<>(parameters);
                    after.get().ifPresent(key -> all.put("after", key));
                    return page(prefix, all)
                        .doOnSuccess(page -> after.set(page.next()))
                        .flattenAsFlowable(KeyPage::pairs);
                  })
              .repeatUntil(() -> after.get().isEmpty());
        });
  }

  /**
   * Follows the keys that match: never a hole, never the same frame twice, over as many connections
   * as it takes. Ends only by a refusal that a repetition would meet again.
   */
  public Flowable<WatchFrame> watch(WatchRequest watch) {
    return Flowable.fromPublisher(new WatchPublisher(vertx, sockets, requests, watch));
  }

  /** The JSON object at {@code path}, such as {@code /v1/cluster}. */
  public Single<JsonObject> getJson(String path) {
    return request(HttpMethod.GET, path).map(answer -> JsonForms.object(answer.body()));
  }

  /** The body at {@code path}, whatever it is. */
  public Single<Buffer> getBody(String path) {
    return request(HttpMethod.GET, path).map(Requests.Answer::body);
  }

  /**
   * The body at {@code path} part by part, however long it is, as fast as it is taken. Not repeated
   * by itself.
   */
  public Flowable<Buffer> stream(String path) {
    return Flowable.defer(
        () ->
            Flowable.fromPublisher(
                new BodyPublisher(
                    vertx.getOrCreateContext(),
                    () -> connected(new RequestOptions().setMethod(HttpMethod.GET).setURI(path)))));
  }

  /**
   * Sends {@code body} as JSON and answers the object that comes back, an empty one for no content.
   */
  public Single<JsonObject> sendJson(HttpMethod method, String path, JsonObject body) {
    return send(new Requests.Call(
            method, path, Map.of("Content-Type", Value.JSON), body.toBuffer(), false))
        .map(
            answer ->
                answer.body().length() == 0 ? new JsonObject() : JsonForms.object(answer.body()));
  }

  /** Encodes {@code text} as one path segment or parameter. */
  public static String encode(String text) {
    return KeyPath.encodeParameter(text);
  }

  /** Encodes {@code key} as the rest of a path, below {@code /v1/kv/} for example. */
  public static String encodeKey(String key) {
    return KeyPath.encode(key);
  }

  private Single<Requests.Answer> request(HttpMethod method, String uri) {
    return send(new Requests.Call(method, uri, Map.of(), Buffer.buffer(), true));
  }

  private Single<Requests.Answer> send(Requests.Call call) {
    return single(() -> requests.send(call)).map(WidecastClient::checked);
  }

  private static Requests.Answer checked(Requests.Answer answer) {
    if (answer.status() >= 300) { // 304 is never asked for, and no node redirects
      throw JsonForms.problem(answer.status(), answer.body());
    }
    return answer;
  }

  private static Token token(Requests.Answer answer, String header) {
    String text = answer.headers().get(header);
    try {
      return Token.parse(text == null ? "" : text.replace("\"", ""));
    } catch (WidecastException e) {
      throw ClientException.unexpected(
          "the answer's " + header + " is not a token: " + text + "; is this a Widecast node?");
    }
  }

  /**
   * Asks on an event loop: on the caller's own thread an answer could be there before anybody
   * listens for it, and be lost.
   */
  private <T> Single<T> single(Supplier<Future<T>> future) {
    return Single.create(
        emitter ->
            vertx.runOnContext(
                v ->
                    Future.succeededFuture()
                        .compose(go -> future.get()) // what it throws fails the call as well
                        .onComplete(
                            emitter::onSuccess,
                            cause -> emitter.tryOnError(asClientException(cause)))));
  }

  private static Throwable asClientException(Throwable cause) {
    return cause instanceof ClientException
        ? cause
        : ClientException.noAnswer("the connection was lost: " + Requests.reason(cause));
  }

  /** Ends all connections and watches; waits for it up to a few seconds. */
  @Override
  public void close() {
    Future<?> closed = ownsVertx ? vertx.close() : http.close().eventually(sockets::close);
    if (!Context.isOnEventLoopThread()) {
      try {
        closed.await(3, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        return; // the process is about to end, or its Vert.x is: nothing depends on the rest
      }
    }
  }
}
