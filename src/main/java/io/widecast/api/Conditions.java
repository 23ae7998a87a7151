package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.widecast.api.json.Revisions;
import io.widecast.model.Compare;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions of a request's header fields (RFC 9110, section 13). */
final class Conditions {

  private Conditions() {}

  /**
   * What must hold before {@code key} is written.
   *
   * @throws WidecastException {@link ErrorCode#BAD_TOKEN} for what is neither token nor revision
   */
  static List<Compare> ofPut(Key key, Exchange exchange) {
    var compares = new ArrayList<Compare>(ofDelete(key, exchange, true));
    Optional<String> noneMatch = exchange.header(HttpHeaderNames.IF_NONE_MATCH);
    if (noneMatch.isPresent()) {
      if (!noneMatch.get().strip().equals("*")) {
        throw Query.bad("a write takes If-None-Match: * only, which asks for an absent key");
      }
      compares.add(new Compare.Absent(key));
    }
    return compares;
  }

  /** What must hold before {@code key} is deleted. */
  static List<Compare> ofDelete(Key key, Exchange exchange) {
    return ofDelete(key, exchange, false);
  }

  private static List<Compare> ofDelete(Key key, Exchange exchange, boolean noneMatchAllowed) {
    if (!noneMatchAllowed && exchange.header(HttpHeaderNames.IF_NONE_MATCH).isPresent()) {
      throw Query.bad("a deletion takes If-Match, not If-None-Match");
    }
    return exchange
        .header(HttpHeaderNames.IF_MATCH)
        .map(text -> List.of(match(key, text.strip())))
        .orElse(List.of());
  }

  private static Compare match(Key key, String text) {
    if (text.equals("*")) {
      return new Compare.Present(key);
    }
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    String tag = quoted ? text.substring(1, text.length() - 1) : text;
    if (tag.indexOf('.') >= 0) {
      return new Compare.AtToken(key, Token.parse(tag));
    }
    return new Compare.AtRevision(key, Revisions.parse(tag));
  }

  /** Whether {@code If-None-Match} names {@code etag}, so that the client has it already. */
  static boolean has(Exchange exchange, String etag) {
    return exchange
        .listHeader(HttpHeaderNames.IF_NONE_MATCH)
        .map(text -> text.strip().equals("*") || lists(text, etag))
        .orElse(false);
  }

  private static boolean lists(String text, String etag) {
    for (String candidate : text.split(",")) {
      String tag = candidate.strip();
      if (tag.equals(etag) || tag.equals("W/" + etag)) { // weak comparison
        return true;
      }
    }
    return false;
  }
}
