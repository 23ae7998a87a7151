package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.http.HttpServerRequest;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Asks for the API key where one is configured: as {@code Authorization: Bearer}, as {@code
 * X-Api-Key}, or as the password of HTTP Basic, which is how a browser can show the console.
 * Health, counters, the description and the console's files are open.
 */
final class Access {

  private final Optional<byte[]> key;

  Access(Optional<String> key) {
    this.key = key.map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws WidecastException {@link ErrorCode#UNAUTHORIZED}
   */
  void check(HttpServerRequest request, String path) {
    if (key.isEmpty() || !path.startsWith("/v1/") && !path.equals("/v1")) {
      return;
    }
    String given = given(request);
    // Takes as long for a wrong key as for a nearly right one.
    if (!MessageDigest.isEqual(key.get(), given.getBytes(StandardCharsets.UTF_8))) {
      throw new WidecastException(
          ErrorCode.UNAUTHORIZED,
          "this node asks for its API key, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'");
    }
  }

  private static String given(HttpServerRequest request) {
    String own = request.getHeader("X-Api-Key");
    if (own != null) {
      return own;
    }
    String authorization = request.getHeader(HttpHeaderNames.AUTHORIZATION);
    if (authorization == null) {
      return "";
    }
    int space = authorization.indexOf(' ');
    String scheme = space < 0 ? "" : authorization.substring(0, space);
    String credentials = authorization.substring(space + 1).strip();
    if (scheme.equalsIgnoreCase("Bearer")) {
      return credentials;
    }
    return scheme.equalsIgnoreCase("Basic") ? password(credentials) : "";
  }

  private static String password(String credentials) {
    try {
      String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
      return pair.substring(pair.indexOf(':') + 1);
    } catch (IllegalArgumentException e) { // not Base64: no key
      return "";
    }
  }
}
