package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.widecast.bus.AskHeld;
import io.widecast.bus.Bus;
import io.widecast.bus.CopyPart;
import io.widecast.bus.Held;
import io.widecast.metrics.Metrics;
import io.widecast.model.Holding;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fetches copies from another core node, each over a connection of its own, so that nothing else
 * waits behind one, and none runs into the next. Passes the parts to the store one at a time,
 * holding the sender back meanwhile. Used on one context.
 */
public final class CopyTaker {

  private static final int CONNECT_MILLIS = 3_000;
  private static final long SILENCE_MILLIS = 5_000;

  private final Vertx vertx;
  private final NetClient client;
  private final StreamCodec codec;
  private final Metrics metrics;

  public CopyTaker(Vertx vertx, StreamCodec codec, Metrics metrics) {
    this.vertx = vertx;
    this.client =
        vertx.createNetClient(
            new NetClientOptions().setConnectTimeout(CONNECT_MILLIS).setTcpNoDelay(true));
    this.codec = codec;
    this.metrics = metrics;
  }

  /**
   * Asks {@code address} to bring on what the store holds. Completes once the store has it on disk
   * and shows it, with the named requests that came with it; fails when the store does not take it,
   * the connection ends, or nothing arrives for a while although it may.
   *
   * @param atLeast what the copy must reach
   */
  public Future<List<RecentRequest>> take(
      SocketAddress address, StreamFrame.Greeting greeting, Token atLeast) {
    return vertx
        .eventBus()
        .<Held>request(Bus.HELD, new AskHeld(), Bus.LOCAL_ONLY)
        .compose(
            answer -> {
              Holding held = answer.body().holding();
              Token reach = held.first().compareTo(atLeast) > 0 ? held.first() : atLeast;
              return client
                  .connect(address)
                  .compose(netSocket -> take(netSocket, greeting, reach, held));
            });
  }

  private Future<List<RecentRequest>> take(
      NetSocket netSocket, StreamFrame.Greeting greeting, Token atLeast, Holding held) {
    var socket = new FrameSocket(vertx, netSocket, codec, metrics, Optional.empty());
    var copy = new Copy(socket);
    socket.send(greeting);
    socket.send(new StreamFrame.AskCopy(atLeast, held));
    return copy.promise.future();
  }

  public Future<Void> close() {
    return client.close();
  }

  /** One that is on its way. */
  private final class Copy {

    private final FrameSocket socket;
    private final Promise<List<RecentRequest>> promise = Promise.promise();
    private final ArrayDeque<CopyPart> parts = new ArrayDeque<>();
    private final List<RecentRequest> requests = new ArrayList<>(); // as the store has taken them
    private boolean passing; // a part is with the store
    private boolean over;
    private long keys;
    private long watchdog = -1;

    private Copy(FrameSocket socket) {
      this.socket = socket;
      socket.handler(this::onFrame);
      socket.closeHandler(() -> fail("the connection ended"));
      watch();
    }

    private void onFrame(StreamFrame frame) {
      if (over) {
        return;
      }
      if (frame instanceof StreamFrame.CopyBegin begin) {
        parts.add(new CopyPart.Begin(begin.at(), begin.changed()));
      } else if (frame instanceof StreamFrame.CopyRows more) {
        keys += more.piece().count();
        parts.add(new CopyPart.Piece(more.piece()));
      } else if (frame instanceof StreamFrame.CopyRequests more) {
        parts.add(new CopyPart.Requests(more.requests()));
      } else if (frame instanceof StreamFrame.CopyEnd end) {
        if (end.keys() != keys) {
          fail("copy of " + end.keys() + " keys, " + keys + " came");
          return;
        }
        parts.add(new CopyPart.End());
      } else {
        return; // what every connection is told
      }
      socket.pause();
      pass();
    }

    private void pass() {
      if (passing || over) {
        return;
      }
      vertx.cancelTimer(watchdog); // however long the store takes: the sender is held back
      CopyPart part = parts.poll();
      if (part == null) {
        watch();
        socket.resume();
        return;
      }
      passing = true;
      vertx
          .eventBus()
          .request(Bus.COPY, part, Bus.LOCAL_ONLY)
          .onSuccess(
              taken -> {
                passing = false;
                if (part instanceof CopyPart.Requests more) {
                  requests.addAll(more.requests());
                } else if (part instanceof CopyPart.End) {
                  end();
                }
                pass();
              })
          .onFailure(failure -> fail(failure.getMessage()));
    }

    private void watch() {
      watchdog = vertx.setTimer(SILENCE_MILLIS, id -> fail("the sender fell silent"));
    }

    private void end() {
      if (!over) {
        over = true;
        vertx.cancelTimer(watchdog);
        socket.close();
        promise.complete(requests);
      }
    }

    private void fail(String why) {
      if (!over) {
        over = true;
        vertx.cancelTimer(watchdog);
        socket.close();
        promise.fail(why);
      }
    }
  }
}
