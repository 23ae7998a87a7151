package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The console's files and the API's description, out of the jar. Read once, off the event loop,
 * then kept: there are few and they are small. A name is one plain word with an ending, so that
 * none leads anywhere else.
 */
final class StaticFiles {

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}\\.[a-z0-9]{2,5}");

  /** The console talks to this node only, and nobody shows it inside another page. */
  private static final String CONSOLE_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json");

  private record File(String contentType, String etag, byte[] content) {}

  private final Vertx vertx;
  private final Map<String, File> read = new HashMap<>(); // by resource name, those that exist

  StaticFiles(Vertx vertx) {
    this.vertx = vertx;
  }

  void index(Exchange exchange) {
    serve(exchange, "console/index.html");
  }

  void console(Exchange exchange) {
    String name = exchange.name();
    if (!NAME.matcher(name).matches()) {
      throw unknown(name);
    }
    serve(exchange, "console/" + name);
  }

  void description(Exchange exchange) {
    serve(exchange, "openapi.json");
  }

  private void serve(Exchange exchange, String resource) {
    Optional.ofNullable(read.get(resource))
        .map(Future::succeededFuture)
        .orElseGet(() -> vertx.executeBlocking(() -> load(resource), false))
        .onSuccess(
            file -> {
              read.put(resource, file);
              answer(exchange, file);
            })
        .onFailure(exchange::fail);
  }

  private static void answer(Exchange exchange, File file) {
    boolean known = Conditions.has(exchange, file.etag());
    HttpServerResponse response =
        exchange
            .begin(known ? 304 : 200)
            .putHeader(HttpHeaderNames.ETAG, file.etag())
            .putHeader(HttpHeaderNames.CACHE_CONTROL, "no-cache") // ask, and be told 304
            .putHeader(HttpHeaderNames.CONTENT_SECURITY_POLICY, CONSOLE_POLICY)
            .putHeader("Referrer-Policy", "no-referrer");
    if (known) {
      response.end();
    } else {
      exchange.send(file.contentType(), file.content());
    }
  }

  private static File load(String resource) throws IOException {
    String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
    try (InputStream in = StaticFiles.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null || type == null) {
        throw unknown(resource);
      }
      byte[] content = in.readAllBytes();
      return new File(type, etag(content), content);
    }
  }

  private static String etag(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(hash, 0, 8) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java platform has it
    }
  }

  private static WidecastException unknown(String name) {
    return new WidecastException(
        ErrorCode.UNKNOWN_PATH, "the console has no file " + Query.shown(name));
  }
}
