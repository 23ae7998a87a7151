package io.widecast.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How core nodes reach each other by UDP.
 *
 * @param group IPv4 multicast address
 * @param port of the group, 1..65535
 * @param interfaceName network interface to send and listen on; empty: the node picks one
 * @param fallback what to do for a member that multicast does not reach
 * @param unicastPort this node's own UDP port; 0 takes a free one, announced in its frames
 * @param peers unicast addresses of other core nodes, for finding them without multicast and
 *     without a cluster manager
 * @param datagramBytes greatest UDP payload; empty: from the interface's MTU
 */
public record MulticastSection(
    String group,
    int port,
    Optional<String> interfaceName,
    Fallback fallback,
    int unicastPort,
    List<HostPort> peers,
    OptionalInt datagramBytes) {

  public MulticastSection {
    peers = List.copyOf(peers);
  }

  /** What the multicaster does for a member that multicast does not reach. */
  public enum Fallback {
    /** Sends it each datagram on its own. */
    UNICAST,
    /** Nothing: the member goes stale. */
    NONE
  }
}
