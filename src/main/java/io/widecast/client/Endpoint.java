package io.widecast.client;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * One node's HTTP port, as {@code http://host:port} or {@code https://host:port}.
 *
 * @param host without brackets, also for IPv6
 */
public record Endpoint(boolean tls, String host, int port) {

  /**
   * @throws IllegalArgumentException saying what is wrong with {@code text}
   */
  public static Endpoint parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw bad(text);
    }
    boolean tls = "https".equals(uri.getScheme());
    boolean hasPath = uri.getRawPath() != null && !uri.getRawPath().matches("/?");
    if (!tls && !"http".equals(uri.getScheme())
        || uri.getHost() == null
        || hasPath
        || uri.getRawQuery() != null
        || uri.getRawUserInfo() != null) {
      throw bad(text);
    }
    String host = uri.getHost().replaceAll("^\\[|]$", "");
    return new Endpoint(tls, host, uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80);
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "an endpoint is http://host:port, such as http://127.0.0.1:8080; this is '" + text + "'");
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + shown + ":" + port;
  }
}
