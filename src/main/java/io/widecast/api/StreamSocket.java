package io.widecast.api;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.SocketAddress;
import io.widecast.api.json.Durations;
import io.widecast.api.json.EventJson;
import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.StreamJson;
import io.widecast.api.json.StreamJson.Request;
import io.widecast.api.json.Utf8;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.PublishOutcome.Written;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.store.HeldView;
import io.widecast.store.log.StoreException;
import io.widecast.watch.Frame;
import io.widecast.watch.Selection;
import io.widecast.watch.Since;
import io.widecast.watch.Watch;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One client's WebSocket: requests and their answers, and the frames of its watches. A client with
 * too many requests under way, or that does not read its answers, is not read from until it has. On
 * the instance's event loop.
 */
final class StreamSocket {

  static final int WATCHES_MAX = 4096;
  static final int CLOSE_DRAINING = 4001;
  static final int CLOSE_TOO_SLOW = 4008;

  private static final int REQUESTS_MAX = 1024;
  private static final int UNSUPPORTED_DATA = 1003;
  private static final int INVALID_UTF8 = 1007;
  private static final int TOO_BIG = 1009;
  private static final byte[] NOTHING = {};
  private static final byte[] PONG = ascii("{\"op\":\"pong\"");

  /** What the sockets of one instance share. */
  record Shared(Reads reads, Writes writes, Watches watches, FrameJson frames, FlushQueue flushes) {

    LocalNode node() {
      return reads.node();
    }
  }

  private final Shared shared;
  private final ServerWebSocket socket;
  private final Consumer<StreamSocket> closed;
  private final SocketOut out;
  private final Map<Long, Watch> watches = new HashMap<>(); // by number
  private Buffer message = Buffer.buffer(); // as far as its fragments have come
  private int underWay;
  private boolean paused;

  /**
   * @param closed called once the connection is gone
   */
  StreamSocket(Shared shared, ServerWebSocket socket, Consumer<StreamSocket> closed) {
    this.shared = shared;
    this.socket = socket;
    this.closed = closed;
    this.out = new SocketOut(socket, this::onDrained);
    socket.frameHandler(this::onFrame);
    socket.closeHandler(v -> onClosed());
    socket.exceptionHandler(e -> {}); // the close that follows is what counts
  }

  SocketAddress client() {
    return socket.remoteAddress();
  }

  private void onClosed() {
    watches.values().forEach(shared.watches()::close);
    watches.clear();
    closed.accept(this);
  }

  private void onDrained() {
    watches.values().forEach(shared.watches()::rouse);
    resumeIfPossible();
  }

  private void onFrame(WebSocketFrame frame) {
    if (frame.isBinary()) {
      out.close(UNSUPPORTED_DATA, "requests are text frames with JSON");
    } else if (frame.isText() || frame.isContinuation()) {
      onPart(frame.binaryData(), frame.isFinal());
    }
  }

  private void onPart(Buffer part, boolean last) {
    if (message.length() + part.length() > PublishHandler.BODY_BYTES_MAX) {
      message = Buffer.buffer();
      out.close(TOO_BIG, "a message takes up to " + PublishHandler.BODY_BYTES_MAX + " bytes");
      return;
    }
    boolean whole = last && message.length() == 0;
    if (!whole) {
      message.appendBuffer(part);
    }
    if (last) {
      byte[] bytes = whole ? part.getBytes() : message.getBytes();
      message = Buffer.buffer();
      onMessage(bytes);
    }
  }

  private void onMessage(byte[] bytes) {
    if (!Utf8.isValid(bytes)) {
      out.close(INVALID_UTF8, "a text frame holds UTF-8");
      return;
    }
    OptionalLong id = OptionalLong.empty();
    try {
      Request request = StreamJson.request(bytes);
      id = request.id();
      onRequest(request);
    } catch (WidecastException e) {
      fail(id.isPresent() ? id : StreamJson.idOf(bytes), e);
    } catch (RuntimeException e) { // not expected: a 500 and a line in the log
      fail(id, e);
    }
  }

  private void onRequest(Request request) {
    switch (request.op()) {
      case "watch" -> watch(request);
      case "unwatch" -> unwatch(request);
      case "publish" -> publish(request);
      case "get" -> get(request);
      case "ping" -> pong(request);
      default -> throw new AssertionError(request.op());
    }
  }

  private void watch(Request request) {
    long number = request.id().orElseThrow();
    if (watches.containsKey(number)) {
      throw Query.bad("watch " + number + " is open already: give each its own id");
    }
    if (watches.size() >= WATCHES_MAX) {
      throw new WidecastException(
          ErrorCode.OVERLOADED, "a connection has up to " + WATCHES_MAX + " watches: open another");
    }
    shared.node().viewForReading();
    Selection selection = Selection.parse(request.match());
    Since since = request.text("since").map(Since::parse).orElse(Since.START);
    var sink = new Sink(number, request.flag("values", true));
    Watch watch = shared.watches().open(selection, since, request.flag("conflate", true), sink);
    watches.put(number, watch);
    JsonBytes answer = ok(request);
    watch.token().ifPresent(token -> answer.name("token").string(token.toString()));
    shared.node().filter().ifPresent(filter -> held(answer, filter.texts()));
    answer(answer);
  }

  private static void held(JsonBytes answer, List<String> patterns) {
    answer.name("held").beginArray();
    patterns.forEach(answer::string);
    answer.endArray();
  }

  private void unwatch(Request request) {
    long number =
        request.watch().orElseThrow(() -> Query.bad("unwatch needs the member watch, a number"));
    Watch watch = watches.remove(number);
    if (watch == null) {
      throw new WidecastException(
          ErrorCode.NOT_FOUND, "this connection has no watch " + number + " open");
    }
    shared.watches().close(watch);
    answer(ok(request));
  }

  private void publish(Request request) {
    WriteTerms terms =
        WriteTerms.of(
            request.text("ack"),
            request.text("timeout").map(text -> Durations.parseMillis("timeout", text)),
            request.text("wait"));
    PublishRequest publish =
        KvHandler.request(
            request.pairs(),
            request.compares(),
            request.text("idempotencyKey").map(RequestIds::checked),
            terms);
    begin();
    shared
        .writes()
        .write(publish, terms.showAt())
        .map(written -> written(request, written))
        .onComplete(done -> end(request, done));
  }

  private static JsonBytes written(Request request, Written written) {
    return PublishHandler.members(ok(request), written);
  }

  private void get(Request request) {
    Key key =
        Key.parse(request.text("key").orElseThrow(() -> Query.bad("get needs the member key")));
    ReadTerms terms =
        ReadTerms.of(
            request.text("consistency"),
            Optional.empty(),
            request.text("timeout").map(text -> Durations.parseMillis("timeout", text)));
    Future<Optional<Versioned>> read = read(key, terms);
    begin();
    read.map(found -> found(request, key, found)).onComplete(done -> end(request, done));
  }

  private Future<Optional<Versioned>> read(Key key, ReadTerms terms) {
    Reads reads = shared.reads();
    if (!reads.node().holds(key)) {
      if (terms.atMaster()) {
        return reads.findAtHome(terms, key).map(Reads.Confirmed::found);
      }
      throw KvHandler.outsideFilter(reads.node(), key);
    }
    return reads.newest(terms).compose(view -> reads.find(new HeldView(view, 0), key));
  }

  private static JsonBytes found(Request request, Key key, Optional<Versioned> found) {
    Versioned versioned = found.orElseThrow(() -> KvHandler.notFound(key));
    JsonBytes answer = ok(request);
    answer.name("token").string(versioned.token().toString());
    EventJson.row(answer, new KeyVersion(key, versioned), true, System.currentTimeMillis());
    return answer;
  }

  /** A request whose answer takes a while. */
  private void begin() {
    underWay++;
    if (underWay >= REQUESTS_MAX) {
      pause();
    }
  }

  private void end(Request request, AsyncResult<JsonBytes> done) {
    underWay--;
    if (done.succeeded()) {
      answer(done.result());
    } else {
      fail(request.id(), done.cause());
    }
    resumeIfPossible();
  }

  private void pong(Request request) {
    var json = new JsonBytes(64).raw(PONG, 0, PONG.length);
    request.id().ifPresent(id -> json.name("id").number(id));
    answer(json);
  }

  /** An answer that went well, without its closing brace. */
  private static JsonBytes ok(Request request) {
    return new JsonBytes(128)
        .beginObject()
        .name("id")
        .number(request.id().orElseThrow())
        .name("ok")
        .bool(true);
  }

  private void fail(OptionalLong id, Throwable failure) {
    JsonBytes json = new JsonBytes(256).beginObject();
    id.ifPresent(number -> json.name("id").number(number));
    if (failure instanceof StoreException met) {
      shared.node().reportDamage(met);
    }
    Problems.error(json.name("error"), Problems.expected(failure));
    answer(json);
  }

  /** Sends an object whose closing brace is left to the socket. */
  private void answer(JsonBytes json) {
    out.write(json.toArray(), NOTHING);
    shared.flushes().add(out);
    if (out.full()) {
      pause();
    }
  }

  private void pause() {
    if (!paused) {
      paused = true;
      socket.pause();
    }
  }

  private void resumeIfPossible() {
    if (paused && underWay <= REQUESTS_MAX / 2 && !out.full()) {
      paused = false;
      socket.resume();
    }
  }

  /** The node is going: the client should reconnect elsewhere. */
  void drain() {
    out.close(CLOSE_DRAINING, "this node is shutting down: reconnect to another");
  }

  /** Keeps what lies between from taking a quiet connection for a dead one. */
  void ping() {
    if (!out.full()) {
      socket.writePing(Buffer.buffer());
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The frames of one watch. */
  private final class Sink implements WatchSink {
    private final byte[] head;
    private final boolean withValues;

    private Sink(long number, boolean withValues) {
      this.head = ascii("{\"watch\":" + number + ",");
      this.withValues = withValues;
    }

    @Override
    public boolean full() {
      return out.full();
    }

    @Override
    public void frame(Frame frame) {
      out.write(head, shared.frames().members(frame, withValues));
    }

    @Override
    public void flush() {
      out.flush();
    }

    @Override
    public void tooSlow(Optional<Token> last) {
      out.close(CLOSE_TOO_SLOW, last.map(Token::toString).orElse(""));
    }

    @Override
    public void drain() {} // the socket is closed as a whole
  }
}
