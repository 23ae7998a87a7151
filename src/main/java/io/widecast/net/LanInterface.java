package io.widecast.net;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;

/**
 * Where a node's datagrams go out and come in.
 *
 * @param host the address it sends from
 * @param group the multicast group's address
 * @param card the interface that carries the group; empty when there is none, for {@code problem}
 * @param problem why multicast cannot be used, in a sentence that says what to do
 */
record LanInterface(
    Inet4Address host,
    Inet4Address group,
    Optional<NetworkInterface> card,
    Optional<String> problem) {

  /** IPv4 without options, and UDP. */
  private static final int HEADER_BYTES = 28;

  /** What fits everywhere that Ethernet's 1,500 bytes do, some tunnels included. */
  private static final int DATAGRAM_BYTES_UNKNOWN = 1_400;

  /**
   * Looks up {@code options.host()} and the interface; blocks. Fails only when the host is no IPv4
   * address; whatever else is wrong concerns multicast alone and becomes {@link #problem}.
   */
  static LanInterface of(LanOptions options) throws IOException {
    Inet4Address host = ipv4(options.host());
    Inet4Address group = ipv4(options.group());
    if (!group.isMulticastAddress()) {
      return without(host, group, options.group() + " is no multicast address (224.0.0.0/4)");
    }
    boolean auto = options.interfaceName().equals(LanOptions.AUTO);
    NetworkInterface card =
        auto
            ? NetworkInterface.getByInetAddress(host)
            : NetworkInterface.getByName(options.interfaceName());
    if (card == null) {
      return without(
          host,
          group,
          auto
              ? "no interface of this machine has the address " + host.getHostAddress()
              : "no interface is named " + options.interfaceName() + ", see: widecast doctor");
    }
    if (!card.isUp()) {
      return without(host, group, "interface " + card.getName() + " is down");
    }
    // The loopback interface carries multicast on Linux although it does not say that it can.
    if (!card.supportsMulticast() && !card.isLoopback()) {
      return without(host, group, "interface " + card.getName() + " has no multicast");
    }
    if (card.inetAddresses().noneMatch(Inet4Address.class::isInstance)) {
      return without(host, group, "interface " + card.getName() + " has no IPv4 address");
    }
    return new LanInterface(host, group, Optional.of(card), Optional.empty());
  }

  /** The longest payload that one packet of this interface carries. */
  int datagramBytesMax() throws IOException {
    NetworkInterface own = card.orElse(NetworkInterface.getByInetAddress(host));
    int mtu = own == null ? 0 : own.getMTU();
    return mtu <= HEADER_BYTES
        ? DATAGRAM_BYTES_UNKNOWN
        : Math.min(mtu - HEADER_BYTES, WidecastTransport.DATAGRAM_BYTES_MAX);
  }

  private static LanInterface without(Inet4Address host, Inet4Address group, String problem) {
    return new LanInterface(host, group, Optional.empty(), Optional.of(problem));
  }

  private static Inet4Address ipv4(String name) throws IOException {
    for (InetAddress address : InetAddress.getAllByName(name)) {
      if (address instanceof Inet4Address found) {
        return found;
      }
    }
    throw new IOException("'" + name + "' has no IPv4 address");
  }
}
