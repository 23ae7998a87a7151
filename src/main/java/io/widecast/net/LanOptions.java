package io.widecast.net;

/**
 * What {@link LanSockets} open.
 *
 * @param group IPv4 multicast address, as text
 * @param port of the group; every node of the site has the same
 * @param interfaceName of the network interface that carries the group, or {@link #AUTO}
 * @param host address or name of this machine that this node sends from and is reached at
 * @param unicastPort this node's own port; 0 for any that is free
 * @param receiveBytes SO_RCVBUF asked for; the kernel may grant less
 * @param datagramBytes longest datagram to send; 0 to go by the interface's MTU
 */
public record LanOptions(
    String group,
    int port,
    String interfaceName,
    String host,
    int unicastPort,
    int receiveBytes,
    int datagramBytes) {

  /** The interface that carries {@code host}. */
  public static final String AUTO = "auto";

  /** With the usual buffer, datagrams as long as the MTU allows and any own port. */
  public LanOptions(String group, int port, String interfaceName, String host) {
    this(group, port, interfaceName, host, 0, WidecastTransport.SOCKET_BUFFER_BYTES, 0);
  }

  public LanOptions {
    if (port < 1 || port > 65_535 || unicastPort < 0 || unicastPort > 65_535) {
      throw new IllegalArgumentException("ports " + port + " and " + unicastPort);
    }
    if (receiveBytes < WidecastTransport.RECEIVE_BYTES) {
      throw new IllegalArgumentException("receive buffer of " + receiveBytes + " bytes");
    }
    if (datagramBytes < 0 || datagramBytes > WidecastTransport.DATAGRAM_BYTES_MAX) {
      throw new IllegalArgumentException(
          "datagrams of "
              + datagramBytes
              + " bytes, where 0 to "
              + WidecastTransport.DATAGRAM_BYTES_MAX
              + " are allowed");
    }
  }
}
