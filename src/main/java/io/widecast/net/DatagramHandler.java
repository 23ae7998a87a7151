package io.widecast.net;

import java.net.InetSocketAddress;

/** Takes what arrives at {@link LanSockets}, on the context that opened them. */
@FunctionalInterface
public interface DatagramHandler {

  /**
   * One datagram. Anyone can send one, so {@code data} can be anything.
   *
   * @param data the handler's own copy, of 0 to {@link WidecastTransport#DATAGRAM_BYTES_MAX} bytes
   * @param multicast whether it came to the group's port, rather than to this node's own
   */
  void onDatagram(byte[] data, InetSocketAddress sender, boolean multicast);

  /** A burst that was read together is over: the moment for work that one burst needs once. */
  default void onBurstEnd() {}
}
