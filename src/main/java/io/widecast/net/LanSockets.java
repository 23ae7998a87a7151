package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.widecast.metrics.Metrics;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A node's two UDP sockets: one hears the site's multicast group, the other is the node's own and
 * sends everything, so that the source of each datagram is where its sender is reached. All methods
 * are called, and all datagrams delivered, on the context that opened them.
 *
 * <p>Nothing here is reliable: a datagram may be lost, doubled, late or forged. A sender hears its
 * own multicasts too.
 */
public interface LanSockets {

  /**
   * Opens both sockets on the current event-loop context. Fails when the node's own socket cannot
   * be bound; when only multicast does not work, says so in {@link #multicastProblem}.
   *
   * @param vertx built by {@link WidecastTransport#vertx}
   * @param metrics counts what is sent and what could not be; receipts are for the caller to count,
   *     who can tell its own datagrams from others'
   */
  static Future<LanSockets> open(Vertx vertx, LanOptions options, Metrics metrics) {
    return DirectLanSockets.open(vertx, options, metrics).map(sockets -> sockets);
  }

  /** Replaces the receiver; what arrives while there is none is dropped. */
  void handler(DatagramHandler handler);

  /**
   * Sends one datagram to the group; nothing without multicast. Datagrams sent in one turn of the
   * event loop leave together at its end.
   *
   * @param datagram of at most {@link #datagramBytesMax} bytes, copied before this returns
   */
  void multicast(byte[] datagram);

  /**
   * Sends one datagram to one node.
   *
   * @param to resolved, so that no name is looked up
   */
  void unicast(byte[] datagram, InetSocketAddress to);

  /** Whether the kernel keeps up; when false, a datagram sent now is likely dropped and counted. */
  boolean isWritable();

  /** The port that datagrams to this node go to, and that its own come from. */
  int unicastPort();

  /** The longest datagram worth sending: what one packet of the LAN carries. */
  int datagramBytesMax();

  /** Why multicast cannot be used, in a sentence that says what to do; empty when it can. */
  Optional<String> multicastProblem();

  default boolean multicastAvailable() {
    return multicastProblem().isEmpty();
  }

  /** Closes both; nothing is delivered any more. */
  Future<Void> close();
}
