package io.widecast.sim;

import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import io.widecast.wire.WireException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A connection as TCP gives it: bytes in order, delayed, in pieces that know nothing of frames,
 * until it ends in the middle of one. Only bytes travel; each end puts frames together again.
 */
final class SimStream {

  /** Takes what arrives at one end. */
  interface Handler {
    void onFrame(StreamFrame frame);

    void onClosed();
  }

  private static final long BLOCKED_RETRY_NANOS = 20_000_000L;
  private static final long BLOCKED_MAX_NANOS = 3_000_000_000L; // the kernel gives up then
  private static final double BYTES_PER_NANO = 0.1; // 100 MB/s

  private final Simulation sim;
  private final SimNetwork network;
  private final StreamCodec codec;
  private final SplittableRandom random;
  private final End client;
  private final End server;
  private boolean open = true;

  SimStream(
      Simulation sim,
      SimNetwork network,
      StreamCodec codec,
      SplittableRandom random,
      SimHost from,
      SimHost to) {
    this.sim = sim;
    this.network = network;
    this.codec = codec;
    this.random = random;
    this.client = new End(from);
    this.server = new End(to);
    from.attach(client);
    to.attach(server);
  }

  /** Nobody listens there, or nothing gets through: the client learns it after a while. */
  void refuse() {
    open = false;
    client.host.detach(client);
    server.host.detach(server);
    client.host.later(50_000_000 + random.nextLong(50_000_000), () -> client.handler.onClosed());
  }

  End client() {
    return client;
  }

  End server() {
    return server;
  }

  boolean isOpen() {
    return open;
  }

  /** Ends the connection; each side that still lives hears of it a moment later. */
  void reset() {
    if (!open) {
      return;
    }
    open = false;
    for (End end : new End[] {client, server}) {
      end.host.detach(end);
      end.host.later(100_000 + random.nextLong(400_000), () -> end.handler.onClosed());
    }
  }

  /** Some bytes that arrive together. */
  private record Piece(byte[] bytes, long dueNanos) {}

  /** One side of the connection. */
  final class End {
    private final SimHost host;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>(); // on their way to the other side
    private long lastDueNanos;
    private boolean moving;
    private long blockedNanos;
    private byte[] received = new byte[1024];
    private int receivedBytes;
    private Handler handler;

    private End(SimHost host) {
      this.host = host;
    }

    void handler(Handler newHandler) {
      handler = newHandler;
    }

    SimStream stream() {
      return SimStream.this;
    }

    void send(StreamFrame frame) {
      sendBytes(codec.encode(frame));
    }

    /** Any bytes at all, a frame or not. */
    void sendBytes(byte[] bytes) {
      if (!open) {
        return;
      }
      int position = 0;
      while (position < bytes.length) {
        int piece = 1 + random.nextInt(Math.max(1, bytes.length - position));
        add(Arrays.copyOfRange(bytes, position, position + piece));
        position += piece;
      }
      if (!moving && !pieces.isEmpty()) {
        moving = true;
        moveLater();
      }
    }

    /** Delays overlap, as in a long pipe; the bytes share its width. */
    private void add(byte[] piece) {
      long earliest = sim.nowNanos() + network.streamDelayNanos(host, other().host);
      lastDueNanos = Math.max(lastDueNanos, earliest) + (long) (piece.length / BYTES_PER_NANO);
      pieces.add(new Piece(piece, lastDueNanos));
    }

    void close() {
      reset();
    }

    private End other() {
      return this == client ? server : client;
    }

    private void moveLater() {
      sim.after(Math.max(0, pieces.peek().dueNanos() - sim.nowNanos()), this::move);
    }

    private void move() {
      if (!open) {
        return;
      }
      if (network.isBlocked(host, other().host)) {
        blockedNanos += BLOCKED_RETRY_NANOS;
        if (blockedNanos > BLOCKED_MAX_NANOS) {
          reset();
        } else {
          sim.after(BLOCKED_RETRY_NANOS, this::move);
        }
        return;
      }
      blockedNanos = 0;
      byte[] piece = pieces.poll().bytes();
      if (network.cuts(host, other().host)) {
        byte[] part = Arrays.copyOf(piece, random.nextInt(piece.length));
        deliver(part);
        reset();
        return;
      }
      deliver(piece);
      moving = !pieces.isEmpty();
      if (moving) {
        moveLater();
      }
    }

    private void deliver(byte[] piece) {
      sim.fold(piece.length);
      End other = other();
      other.host.run(() -> other.accept(piece));
    }

    private void accept(byte[] piece) {
      if (receivedBytes + piece.length > received.length) {
        received = Arrays.copyOf(received, 2 * (receivedBytes + piece.length));
      }
      System.arraycopy(piece, 0, received, receivedBytes, piece.length);
      receivedBytes += piece.length;
      try {
        takeFrames();
      } catch (WireException e) {
        network.countRefused(host, e);
        reset();
      }
    }

    private void takeFrames() throws WireException {
      int position = 0;
      while (receivedBytes - position >= StreamCodec.LENGTH_BYTES) {
        int length = StreamCodec.length(received, position, receivedBytes - position);
        int bodyAt = position + StreamCodec.LENGTH_BYTES;
        if (receivedBytes - bodyAt < length) {
          break;
        }
        StreamFrame frame = codec.decode(Arrays.copyOfRange(received, bodyAt, bodyAt + length));
        position = bodyAt + length;
        if (open) { // a handler before may have closed it
          handler.onFrame(frame);
        }
      }
      System.arraycopy(received, position, received, 0, receivedBytes - position);
      receivedBytes -= position;
    }
  }
}
