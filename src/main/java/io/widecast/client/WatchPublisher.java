package io.widecast.client;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.model.ErrorCode;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One watch over as many connections as it takes. Each subscriber has a connection of its own, and
 * everything of one subscriber runs on one context. A subscriber that does not ask for more makes
 * the socket wait, and so the node, which then conflates.
 */
final class WatchPublisher implements Publisher<WatchFrame> {

  private static final String SUB_PROTOCOL = "widecast.v1.json";
  private static final int QUEUE_FRAMES_MAX = 64;
  private static final long PAUSE_MILLIS_MIN = 100;
  private static final long PAUSE_MILLIS_MAX = 5_000;

  /** A node is never silent for more than 5 s, so this one is gone. */
  private static final long SILENCE_MILLIS_MAX = 20_000;

  private static final long WATCH_ID = 1;

  private final Vertx vertx;
  private final WebSocketClient sockets;
  private final Requests requests;
  private final WatchRequest watch;

  WatchPublisher(Vertx vertx, WebSocketClient sockets, Requests requests, WatchRequest watch) {
    this.vertx = vertx;
    this.sockets = sockets;
    this.requests = requests;
    this.watch = watch;
  }

  @Override
  public void subscribe(Subscriber<? super WatchFrame> subscriber) {
    Context context = vertx.getOrCreateContext();
    var connection = new Connection(context, subscriber);
    subscriber.onSubscribe(connection);
    context.runOnContext(v -> connection.start());
  }

  private final class Connection implements Subscription {
    private final Context context;
    private final Subscriber<? super WatchFrame> subscriber;
    private final WatchCursor cursor = new WatchCursor(watch.since());
    private final Queue<WatchFrame> queue = new ArrayDeque<>(); // of QUEUE_FRAMES_MAX and a few

    private long requested;
    private boolean done; // nothing more is received
    private Throwable failure; // to be told once the queue is empty
    private WebSocket socket; // null between two connections
    private boolean paused;
    private long pauseMillis = PAUSE_MILLIS_MIN;
    private long heardNanos;
    private long silenceTimer = -1;

    Connection(Context context, Subscriber<? super WatchFrame> subscriber) {
      this.context = context;
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      context.runOnContext(
          v -> {
            if (n <= 0) { // rule 3.9 of Reactive Streams
              finish(new IllegalArgumentException("request(" + n + ")"));
            } else {
              requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
              drain();
            }
          });
    }

    @Override
    public void cancel() {
      context.runOnContext(
          v -> {
            queue.clear();
            stop();
          });
    }

    void start() {
      silenceTimer = vertx.setPeriodic(SILENCE_MILLIS_MAX / 4, id -> checkSilence());
      connect();
    }

    private void connect() {
      if (done) {
        return;
      }
      Endpoint endpoint = requests.endpoint();
      var options =
          requests
              .address(new WebSocketConnectOptions(), endpoint)
              .setURI("/v1/stream")
              .addSubProtocol(SUB_PROTOCOL);
      sockets
          .connect(options)
          .onComplete(opened -> opened(endpoint, opened), cause -> refused(endpoint, cause));
    }

    private void refused(Endpoint endpoint, Throwable cause) {
      if (cause instanceof UpgradeRejectedException rejected && rejected.getStatus() / 100 == 4) {
        finish(JsonForms.problem(rejected.getStatus(), rejected.getBody()));
      } else {
        requests.moveOn(endpoint);
        reconnect();
      }
    }

    private void opened(Endpoint endpoint, WebSocket opened) {
      if (done) {
        opened.close();
        return;
      }
      socket = opened;
      paused = false;
      heardNanos = System.nanoTime();
      opened.textMessageHandler(text -> received(opened, text));
      opened.exceptionHandler(e -> {}); // the close that follows is what counts
      opened.closeHandler(v -> closed(endpoint, opened));
      cursor.onConnected().ifPresent(this::offer);
      var request =
          new JsonObject()
              .put("id", WATCH_ID)
              .put("op", "watch")
              .put("match", new JsonArray(watch.match()))
              .put("since", cursor.since())
              .put("values", watch.values());
      if (!watch.conflate()) {
        request.put("conflate", false);
      }
      opened.writeTextMessage(request.encode());
    }

    private void closed(Endpoint endpoint, WebSocket closed) {
      if (done || closed != socket) {
        return;
      }
      socket = null;
      Short code = closed.closeStatusCode();
      if (code != null && isFinal(code)) {
        finish(
            ClientException.unexpected(
                endpoint + " closed the watch with " + code + " " + closed.closeReason()));
      } else {
        requests.moveOn(endpoint);
        reconnect();
      }
    }

    /** What a repetition would only meet again: 4500..4999, and what our own message did wrong. */
    private static boolean isFinal(int code) {
      return code >= 4500 && code <= 4999
          || code == 1002
          || code == 1003
          || code == 1007
          || code == 1009;
    }

    private void reconnect() {
      if (!done) {
        // Half fixed, half random: a thousand watchers of a lost node do not return in one instant.
        long pause = pauseMillis / 2 + (long) (Math.random() * pauseMillis / 2) + 1;
        pauseMillis = Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX);
        vertx.setTimer(pause, id -> connect());
      }
    }

    private void received(WebSocket from, String text) {
      if (done || from != socket) {
        return;
      }
      heardNanos = System.nanoTime();
      try {
        var json = new JsonObject(text);
        if (json.containsKey("watch")) {
          cursor.onFrame(JsonForms.frame(json)).ifPresent(this::offer);
          pauseMillis = PAUSE_MILLIS_MIN;
        } else if (json.containsKey("id")) {
          onReply(json);
        }
      } catch (ClientException e) {
        finish(e);
      } catch (DecodeException | ClassCastException e) {
        finish(ClientException.unexpected("a frame of the watch is not a JSON object"));
      }
    }

    private void onReply(JsonObject reply) {
      JsonObject error = reply.getJsonObject("error");
      if (error == null) {
        cursor.onTaken(position(reply));
        return;
      }
      ClientException problem = JsonForms.problem(0, error);
      boolean passing =
          Arrays.stream(ErrorCode.values()).anyMatch(code -> problem.is(code) && code.retryable());
      if (passing) {
        socket.close(); // and its close handler tries the next
      } else {
        finish(problem);
      }
    }

    private static Optional<Token> position(JsonObject reply) {
      try {
        return Optional.ofNullable(reply.getString("token")).map(Token::parse);
      } catch (WidecastException e) {
        throw ClientException.unexpected(e.detail());
      }
    }

    private void offer(WatchFrame frame) {
      queue.add(frame);
      drain();
      if (queue.size() >= QUEUE_FRAMES_MAX && !paused && socket != null) {
        paused = true;
        socket.pause();
      }
    }

    private void drain() {
      while (requested > 0 && !queue.isEmpty()) {
        requested--;
        subscriber.onNext(queue.remove());
      }
      if (failure != null && queue.isEmpty()) {
        Throwable last = failure;
        failure = null;
        subscriber.onError(last);
      }
      if (paused && queue.size() < QUEUE_FRAMES_MAX / 2 && socket != null) {
        paused = false;
        heardNanos = System.nanoTime();
        socket.resume();
      }
    }

    private void checkSilence() {
      boolean silent = System.nanoTime() - heardNanos > SILENCE_MILLIS_MAX * 1_000_000;
      if (socket != null && !paused && silent) {
        WebSocket lost = socket;
        closed(requests.endpoint(), lost);
        lost.close();
      }
    }

    /** Ends the watch; what came before the failure is delivered before it. */
    private void finish(Throwable cause) {
      if (!done) {
        stop();
        failure = cause;
        drain();
      }
    }

    private void stop() {
      done = true;
      vertx.cancelTimer(silenceTimer);
      if (socket != null) {
        socket.close();
      }
    }
  }
}
