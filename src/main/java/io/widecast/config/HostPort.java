package io.widecast.config;

/**
 * Where a socket is: a host name or address, and a port.
 *
 * @param host not blank; an IPv6 address without its brackets
 * @param port 0..65535; 0 stands for any free one where something listens
 */
public record HostPort(String host, int port) {

  public static final int PORT_MAX = 65_535;

  public HostPort {
    if (host.isBlank() || port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("address '" + host + "', port " + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [ipv6]:port}.
   *
   * @throws IllegalArgumentException saying what is wrong with {@code text}
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("'" + text + "' is not host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "'" + text + "' has several colons: write an IPv6 address as [address]:port");
    }
    if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == '/')) {
      throw new IllegalArgumentException("'" + text + "' has no usable host before the colon");
    }
    String port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > PORT_MAX) {
      throw new IllegalArgumentException(
          "'" + text + "' has no port from 0 to " + PORT_MAX + " after the colon");
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
