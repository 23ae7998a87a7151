package io.widecast.api;

import io.widecast.api.json.JsonBytes;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import io.widecast.store.StoreMessages;
import io.widecast.store.log.StoreException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns failures into what clients read: {@code application/problem+json} (RFC 9457) over HTTP, the
 * member {@code error} with the same fields over WebSocket. Expected failures say what to do;
 * anything unforeseen becomes a 500 with a request id, under which the log has the stack trace.
 */
final class Problems {

  static final String CONTENT_TYPE = "application/problem+json";
  static final String TYPE_BASE = "https://widecast.io/problems/";

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** {@code failure} itself when it is expected, else a 500 that names the entry in the log. */
  static WidecastException expected(Throwable failure) {
    if (failure instanceof WidecastException known) {
      return known;
    }
    if (failure instanceof StoreException damage) {
      log.error("a request met damage: {}", damage.getMessage());
      return StoreMessages.damaged(damage);
    }
    String requestId = UUID.randomUUID().toString();
    log.error("request {} failed", requestId, failure);
    return new WidecastException(
        ErrorCode.INTERNAL,
        "this node made a mistake; its log has it under " + requestId,
        java.util.Map.of("requestId", requestId));
  }

  static byte[] body(WidecastException e) {
    var json = new JsonBytes(256).beginObject();
    json.name("type").string(TYPE_BASE + e.code().type());
    return members(json, e).endObject().raw('\n').toArray();
  }

  /**
   * Writes the object that a WebSocket answer holds as {@code error}; its type is the bare name.
   */
  static void error(JsonBytes json, WidecastException e) {
    json.beginObject().name("type").string(e.code().type());
    members(json, e).endObject();
  }

  private static JsonBytes members(JsonBytes json, WidecastException e) {
    ErrorCode code = e.code();
    json.name("title").string(code.title()).name("status").number(code.status());
    json.name("detail").string(e.detail()).name("retryable").bool(code.retryable());
    return json.members(e.extras());
  }
}
