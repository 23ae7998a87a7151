package io.widecast.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.subscribers.TestSubscriber;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.widecast.client.WatchFrame.Kind;
import io.widecast.model.ErrorCode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches against nodes that follow a script. */
class WatchIT {

  private Vertx vertx;
  private ScriptedNode node;
  private ScriptedNode other;
  private WidecastClient client;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    node = new ScriptedNode(vertx, request -> request.response().setStatusCode(404).end());
    other = new ScriptedNode(vertx, request -> request.response().setStatusCode(404).end());
    client = WidecastClient.create(ClientOptions.of(node.url(), other.url()));
  }

  @AfterEach
  void stop() {
    client.close();
    vertx.close().await();
  }

  @Test
  void goesOnAtAnotherNodeFromTheLastToken() {
    node.then(
        (socket, request) -> {
          take(socket);
          send(socket, "{'watch':1,'events':[" + put("a", 1) + "]}");
          send(socket, "{'watch':1,'snapshotEnd':true,'token':'1.1'}");
          send(socket, "{'watch':1,'token':'1.2','events':[" + put("b", 2) + "]}");
          socket.close((short) 4000, "draining");
        });
    other.then(
        (socket, request) -> {
          take(socket);
          send(socket, "{'watch':1,'token':'1.2','events':[" + put("b", 2) + "]}");
          send(
              socket,
              "{'watch':1,'token':'1.3','events':[{'type':'delete','key':'a',"
                  + "'expired':true,'revision':3,'version':0}]}");
          send(socket, "{'watch':1,'bookmark':true,'token':'1.9'}");
        });

    List<WatchFrame> frames = first(5, WatchRequest.of("**"));

    assertThat(frames)
        .extracting(WatchFrame::kind)
        .containsExactly(Kind.EVENTS, Kind.SNAPSHOT_END, Kind.EVENTS, Kind.EVENTS, Kind.BOOKMARK);
    assertThat(frames.get(3).events())
        .singleElement()
        .matches(event -> event.deleted() && event.expired() && event.key().equals("a"));
    assertThat(node.asked.get(0).getString("since")).isEqualTo("start");
    assertThat(other.asked.get(0).getString("since")).isEqualTo("1.2");
  }

  @Test
  void aHalfCopyIsTakenBackByAReset() {
    node.then(
        (socket, request) -> {
          take(socket);
          send(socket, "{'watch':1,'events':[" + put("a", 1) + "]}");
          vertx.runOnContext(v -> socket.close((short) 1011, "lost"));
        });
    other.then(
        (socket, request) -> {
          take(socket);
          send(socket, "{'watch':1,'events':[" + put("b", 2) + "]}");
          send(socket, "{'watch':1,'snapshotEnd':true,'token':'2.2'}");
        });

    List<WatchFrame> frames = first(4, WatchRequest.of("**"));

    assertThat(frames)
        .extracting(WatchFrame::kind)
        .containsExactly(Kind.EVENTS, Kind.RESET, Kind.EVENTS, Kind.SNAPSHOT_END);
    assertThat(other.asked.get(0).getString("since")).isEqualTo("start");
  }

  @Test
  void aRefusalThatARepetitionWouldMeetAgainIsTheEnd() {
    node.then(
        (socket, request) ->
            send(socket, "{'id':1,'error':{'type':'bad-token','detail':'from the future'}}"));

    TestSubscriber<WatchFrame> subscriber = client.watch(WatchRequest.of("**")).test();

    subscriber.awaitDone(10, TimeUnit.SECONDS);
    subscriber.assertError(e -> e instanceof ClientException c && c.is(ErrorCode.BAD_TOKEN));
  }

  @Test
  void aPassingRefusalIsTriedAtTheNextNode() {
    node.then(
        (socket, request) ->
            send(socket, "{'id':1,'error':{'type':'not-ready','detail':'joining'}}"));
    other.then(
        (socket, request) -> {
          take(socket);
          send(socket, "{'watch':1,'snapshotEnd':true,'token':'2.2'}");
        });

    assertThat(first(1, WatchRequest.of("**")))
        .extracting(WatchFrame::kind)
        .containsExactly(Kind.SNAPSHOT_END);
  }

  @Test
  void aFinalCloseCodeIsTheEnd() {
    node.then((socket, request) -> socket.close((short) 4500, "no"));

    TestSubscriber<WatchFrame> subscriber = client.watch(WatchRequest.of("**")).test();

    subscriber.awaitDone(10, TimeUnit.SECONDS);
    subscriber.assertError(e -> e.getMessage().contains("4500 no"));
  }

  @Test
  void nowIsWhereTheNodeTookTheWatch() {
    node.then(
        (socket, request) -> {
          send(socket, "{'id':1,'ok':true,'token':'1.7'}");
          socket.close((short) 4001, "restart");
        });

    TestSubscriber<WatchFrame> subscriber = client.watch(WatchRequest.of("**").since("now")).test();

    Awaitility.await().until(() -> !other.asked.isEmpty());
    assertThat(other.asked.get(0).getString("since")).isEqualTo("1.7");
    subscriber.cancel();
  }

  @Test
  void aSubscriberThatDoesNotAskIsNotSentAndLosesNothing() {
    int count = 500;
    node.then(
        (socket, request) -> {
          take(socket);
          send(socket, "{'watch':1,'snapshotEnd':true,'token':'1.1'}");
          IntStream.rangeClosed(2, count)
              .forEach(
                  i ->
                      send(
                          socket,
                          "{'watch':1,'token':'1." + i + "','events':[" + put("k", i) + "]}"));
        });

    TestSubscriber<WatchFrame> subscriber = client.watch(WatchRequest.of("**")).test(3);

    subscriber.awaitCount(3);
    subscriber.assertValueCount(3);
    subscriber.request(count);
    subscriber.awaitCount(count);
    assertThat(subscriber.values().get(count - 1).token().orElseThrow()).hasToString("1." + count);
    subscriber.cancel();
  }

  private List<WatchFrame> first(int count, WatchRequest request) {
    TestSubscriber<WatchFrame> subscriber = client.watch(request).take(count).test();
    subscriber.awaitDone(20, TimeUnit.SECONDS);
    subscriber.assertComplete();
    return subscriber.values();
  }

  private static String put(String key, int revision) {
    return "{'type':'put','key':'"
        + key
        + "','value':'v','contentType':'text/plain','revision':"
        + revision
        + ",'version':1}";
  }

  private static void take(ServerWebSocket socket) {
    send(socket, "{'id':1,'ok':true}");
  }

  private static void send(ServerWebSocket socket, String json) {
    socket.writeTextMessage(new JsonObject(json.replace('\'', '"')).encode());
  }
}
