package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.widecast.bus.Bus;
import io.widecast.bus.CopyPart;
import io.widecast.model.RecentRequest;
import io.widecast.wire.StreamFrame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes a copy that arrives on a connection to the store, one part at a time, holding the sender
 * back meanwhile. Fails when nothing arrives for a while. Used on one context.
 */
public final class CopyTaker {

  private static final long SILENCE_MILLIS = 5_000;

  private final Vertx vertx;
  private final ArrayDeque<CopyPart> parts = new ArrayDeque<>();
  private Promise<List<RecentRequest>> promise; // null while no copy is wanted
  private boolean passing; // a part is with the store
  private List<RecentRequest> requests = new ArrayList<>(); // as the store has taken them
  private long rows;
  private long watchdog = -1;

  public CopyTaker(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * A copy was asked for: completes once the store has it on disk and shows it, with the named
   * requests that came with it.
   */
  public Future<List<RecentRequest>> begin() {
    promise = Promise.promise();
    parts.clear();
    requests = new ArrayList<>();
    rows = 0;
    watch();
    return promise.future();
  }

  /**
   * A frame of the connection; what is no part of a copy is passed over.
   *
   * @param socket the connection, null when it has ended meanwhile
   */
  public void onFrame(StreamFrame frame, FrameSocket socket) {
    if (promise == null) {
      return;
    }
    if (frame instanceof StreamFrame.CopyBegin begin) {
      parts.add(new CopyPart.Begin(begin.at()));
    } else if (frame instanceof StreamFrame.CopyRows more) {
      rows += more.rows().size();
      parts.add(new CopyPart.Rows(more.rows()));
    } else if (frame instanceof StreamFrame.CopyRequests more) {
      parts.add(new CopyPart.Requests(more.requests()));
    } else if (frame instanceof StreamFrame.CopyEnd end) {
      if (end.rows() != rows) {
        fail("copy of " + end.rows() + " rows, " + rows + " came");
        return;
      }
      parts.add(new CopyPart.End());
    }
    watch();
    if (socket != null) {
      socket.pause();
    }
    pass(socket);
  }

  private void pass(FrameSocket socket) {
    if (passing || promise == null) {
      return;
    }
    CopyPart part = parts.poll();
    if (part == null) {
      if (socket != null && !socket.isClosed()) {
        socket.resume();
      }
      return;
    }
    passing = true;
    vertx
        .eventBus()
        .request(Bus.COPY, part, Bus.LOCAL_ONLY)
        .onComplete(
            taken -> {
              passing = false;
              if (taken.failed()) {
                fail(taken.cause().getMessage());
              } else if (part instanceof CopyPart.Requests more) {
                requests.addAll(more.requests());
              } else if (part instanceof CopyPart.End) {
                finish();
              }
              pass(socket);
            });
  }

  private void finish() {
    Promise<List<RecentRequest>> done = promise;
    promise = null;
    vertx.cancelTimer(watchdog);
    done.complete(requests);
  }

  private void fail(String why) {
    if (promise != null) {
      Promise<List<RecentRequest>> failed = promise;
      promise = null;
      vertx.cancelTimer(watchdog);
      failed.fail(why);
    }
  }

  private void watch() {
    vertx.cancelTimer(watchdog);
    watchdog = vertx.setTimer(SILENCE_MILLIS, id -> fail("the sender fell silent"));
  }
}
