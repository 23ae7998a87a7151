package io.widecast.api;

import io.vertx.core.Future;
import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.StoreJson;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import io.widecast.store.StoreFigures;
import io.widecast.store.StoreRequest;
import io.widecast.store.VerifyReport;

/**
 * {@code /v1/store} and {@code /v1/verify}: how the node's store stands, and whether it is sound.
 */
final class StoreHandler {

  private static final int BODY_BYTES_MAX = 4096;

  private final StoreAccess store;

  StoreHandler(StoreAccess store) {
    this.store = store;
  }

  void figures(Exchange exchange) {
    exchange.query().only();
    store
        .<StoreFigures>ask(new StoreRequest.Figures())
        .onSuccess(
            figures -> exchange.sendJson(200, StoreJson.figures(new JsonBytes(512), figures)))
        .onFailure(exchange::fail);
  }

  void verify(Exchange exchange) {
    exchange.query().only();
    exchange
        .body(BODY_BYTES_MAX, "the body of a verification")
        .compose(
            body -> {
              StoreJson.nothing(body);
              return store.<VerifyReport>ask(new StoreRequest.Verify());
            })
        .onSuccess(report -> exchange.sendJson(200, StoreJson.report(new JsonBytes(512), report)))
        .onFailure(exchange::fail);
  }

  /**
   * A small body that has to be JSON.
   *
   * @throws WidecastException {@link ErrorCode#UNSUPPORTED_MEDIA_TYPE}
   */
  static Future<byte[]> jsonBody(Exchange exchange, String what) {
    if (!exchange.mediaType().equals(Exchange.JSON)) {
      throw new WidecastException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE, what + " comes with Content-Type " + Exchange.JSON);
    }
    return exchange.body(BODY_BYTES_MAX, what);
  }
}
