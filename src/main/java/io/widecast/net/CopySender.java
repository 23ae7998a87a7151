package io.widecast.net;

import io.vertx.core.Vertx;
import io.widecast.model.CopyPiece;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.RequestParts;
import io.widecast.wire.StreamFrame;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Sends what brings another node's copy to one position, in pieces, as fast as the connection takes
 * them. Used on one context; the map, which may be on disk, is read on workers.
 */
public final class CopySender {

  private final Vertx vertx;
  private final FrameSocket socket;
  private final StreamFrame.CopyBegin begin;
  private final Pieces pieces;
  private final Iterator<List<RecentRequest>> requests;
  private final IntConsumer sent;
  private final Consumer<Token> done;
  private final Runnable over;
  private long count;

  /** What is sent: read on workers, one call at a time. */
  @FunctionalInterface
  public interface Pieces {

    /** The next one, which ends soon after {@code bytesMax}; empty when there is none any more. */
    Optional<CopyPiece> next(int bytesMax);
  }

  /**
   * @param begin what it leads to, and from where
   * @param pieces by rising keys
   * @param requests the named requests that the copy holds the work of, by rising revision; none
   *     for an edge node
   * @param sent told the bytes of each frame
   * @param done told the copy's position when all is sent; never called when the connection ends
   * @param over called once when the map is no longer read, whether all was sent or not
   */
  public CopySender(
      Vertx vertx,
      FrameSocket socket,
      StreamFrame.CopyBegin begin,
      Pieces pieces,
      List<RecentRequest> requests,
      IntConsumer sent,
      Consumer<Token> done,
      Runnable over) {
    this.vertx = vertx;
    this.socket = socket;
    this.begin = begin;
    this.pieces = pieces;
    this.requests = RequestParts.split(requests).iterator();
    this.sent = sent;
    this.done = done;
    this.over = over;
  }

  /** Begins; call once. */
  public void start() {
    sent.accept(socket.send(begin));
    send();
  }

  private void send() {
    if (socket.isClosed()) {
      over.run();
    } else if (requests.hasNext()) {
      sent.accept(socket.send(new StreamFrame.CopyRequests(requests.next())));
      sendMoreSoon();
    } else {
      vertx
          .executeBlocking(() -> pieces.next(StreamFrame.BATCH_BYTES), false)
          .onSuccess(this::send)
          .onFailure(
              failure -> {
                over.run();
                socket.close(); // whoever wanted the copy asks again
              });
    }
  }

  private void send(Optional<CopyPiece> piece) {
    if (socket.isClosed()) {
      over.run();
    } else if (piece.isPresent()) {
      count += piece.get().count();
      sent.accept(socket.send(new StreamFrame.CopyRows(piece.get())));
      sendMoreSoon();
    } else {
      over.run();
      sent.accept(socket.send(new StreamFrame.CopyEnd(begin.at(), count)));
      done.accept(begin.at());
    }
  }

  private void sendMoreSoon() {
    if (socket.isFull()) {
      socket.onDrained(this::send);
    } else {
      vertx.getOrCreateContext().runOnContext(nothing -> send());
    }
  }
}
