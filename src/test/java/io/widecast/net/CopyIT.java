package io.widecast.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.junit5.VertxExtension;
import io.widecast.bus.AskHeld;
import io.widecast.bus.Bus;
import io.widecast.bus.CopyPart;
import io.widecast.bus.CopyTaken;
import io.widecast.bus.Held;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.resync.ChangedRows;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A {@link CopySender} at one end of a connection, a {@link CopyTaker} at the other. */
@ExtendWith(VertxExtension.class)
class CopyIT {

  private static final String HOST = "127.0.0.1";
  private static final Token AT = new Token(2, 1_000_000);
  private static final StreamFrame.Greeting GREETING =
      new StreamFrame.Greeting(
          new NodeId("paris-2"),
          new NodeId("paris"),
          Optional.empty(),
          Token.NONE,
          Holding.NOTHING,
          "");
  private static final int ROWS = 5_000;

  private final StreamCodec codec = new StreamCodec(7);
  private final List<CopyPart> parts = new CopyOnWriteArrayList<>();

  @Test
  void aCopyBringsItsRequestsToTheStoreAndToWhoeverAskedForIt(Vertx vertx) throws Exception {
    Bus.registerCodecs(vertx);
    vertx
        .eventBus()
        .<AskHeld>localConsumer(
            Bus.HELD, message -> message.reply(new Held(Holding.NOTHING), Bus.LOCAL_ONLY));
    vertx
        .eventBus()
        .<CopyPart>localConsumer(
            Bus.COPY,
            message -> {
              parts.add(message.body());
              message.reply(new CopyTaken(), Bus.LOCAL_ONLY);
            });
    List<RecentRequest> requests = requests(RecentRequest.KEPT_MAX);

    List<RecentRequest> told = copied(vertx, requests).await(60, TimeUnit.SECONDS);

    assertThat(told).isEqualTo(requests);
    var taken = new ArrayList<RecentRequest>();
    int rows = 0;
    for (CopyPart part : parts) {
      if (part instanceof CopyPart.Requests more) {
        taken.addAll(more.requests());
      } else if (part instanceof CopyPart.Piece more) {
        rows += more.piece().count();
      }
    }
    assertThat(taken).isEqualTo(requests);
    assertThat(rows).isEqualTo(ROWS);
    assertThat(parts.get(0)).isEqualTo(CopyPart.Begin.whole(AT));
    assertThat(parts.get(parts.size() - 1)).isEqualTo(new CopyPart.End());
  }

  @Test
  @DisplayName("after a copy that was refused, and after one that was taken, comes another")
  void takesOneCopyAfterTheOther(Vertx vertx) throws Exception {
    Bus.registerCodecs(vertx);
    vertx
        .eventBus()
        .<AskHeld>localConsumer(
            Bus.HELD, message -> message.reply(new Held(Holding.NOTHING), Bus.LOCAL_ONLY));
    var refusals = new AtomicInteger(1);
    var refusal = new AtomicReference<String>();
    vertx
        .eventBus()
        .<CopyPart>localConsumer(
            Bus.COPY,
            message -> {
              if (message.body() instanceof CopyPart.Piece && refusals.getAndDecrement() > 0) {
                message.fail(1, "no room");
              } else {
                message.reply(new CopyTaken(), Bus.LOCAL_ONLY);
              }
            });
    List<RecentRequest> requests = requests(10);
    SocketAddress server = serve(vertx, requests);

    Future<List<RecentRequest>> third =
        inContext(
            vertx,
            taker ->
                taker
                    .take(server, GREETING, AT)
                    .onFailure(failure -> refusal.set(failure.getMessage()))
                    .recover(failure -> taker.take(server, GREETING, AT))
                    .compose(second -> taker.take(server, GREETING, AT)));

    assertThat(third.await(60, TimeUnit.SECONDS)).isEqualTo(requests);
    assertThat(refusal).hasValue("no room");
  }

  private Future<List<RecentRequest>> copied(Vertx vertx, List<RecentRequest> requests)
      throws Exception {
    SocketAddress server = serve(vertx, requests);
    return inContext(vertx, taker -> taker.take(server, GREETING, AT));
  }

  private <T> Future<T> inContext(Vertx vertx, Function<CopyTaker, Future<T>> work) {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(
        nothing -> work.apply(new CopyTaker(vertx, codec, new Metrics())).onComplete(done));
    return done.future();
  }

  private SocketAddress serve(Vertx vertx, List<RecentRequest> requests) throws Exception {
    NetServer server =
        vertx
            .createNetServer()
            .connectHandler(
                netSocket -> {
                  var socket =
                      new FrameSocket(vertx, netSocket, codec, new Metrics(), Optional.empty());
                  socket.handler(
                      frame -> {
                        if (frame.equals(new StreamFrame.AskCopy(AT, Holding.NOTHING))) {
                          sender(vertx, socket, requests).start();
                        } else {
                          assertThat(frame).isEqualTo(GREETING);
                        }
                      });
                })
            .listen(0, HOST)
            .await(20, TimeUnit.SECONDS);
    return SocketAddress.inetSocketAddress(server.actualPort(), HOST);
  }

  private static CopySender sender(Vertx vertx, FrameSocket socket, List<RecentRequest> requests) {
    ChangedRows rows = ChangedRows.whole(rows().iterator(), Filter.ALL);
    return new CopySender(
        vertx,
        socket,
        new StreamFrame.CopyBegin(AT, Optional.empty()),
        rows::next,
        requests,
        bytes -> {},
        at -> {},
        () -> {});
  }

  private static List<KeyVersion> rows() {
    var rows = new ArrayList<KeyVersion>();
    for (int i = 0; i < ROWS; i++) {
      var value = new Value(Bytes.utf8("value " + i), Value.TEXT);
      rows.add(
          new KeyVersion(
              Key.of(String.format("key/%05d", i)),
              new Versioned(value, new Token(1, i + 1), 1, 1, 0)));
    }
    return rows;
  }

  private static List<RecentRequest> requests(int count) {
    var requests = new ArrayList<RecentRequest>();
    for (int i = 0; i < count; i++) {
      requests.add(
          new RecentRequest(
              new RequestId(i, 2, 3), new Token(2, i + 1), 1, i % 2 == 0, 1_700_000_000_000L));
    }
    return requests;
  }
}
