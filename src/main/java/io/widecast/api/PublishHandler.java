package io.widecast.api;

import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.PublishJson;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome.Written;
import io.widecast.model.WidecastException;
import java.util.Optional;

/** {@code POST /v1/publish}: one atomic publish as JSON, or one a line as NDJSON. */
final class PublishHandler {

  /** 1.5 MiB of keys and values, a third more as Base64, and room for the rest. */
  static final int BODY_BYTES_MAX = 5 << 19;

  private final Writes writes;

  PublishHandler(Writes writes) {
    this.writes = writes;
  }

  void post(Exchange exchange) {
    Query query = exchange.query().only("ack", "timeout", "wait");
    WriteTerms terms = WriteTerms.of(query);
    Optional<String> idempotencyKey = KvHandler.idempotencyKey(exchange);
    switch (exchange.mediaType()) {
      case Exchange.JSON -> single(exchange, terms, idempotencyKey);
      case Exchange.NDJSON, "application/ndjson" ->
          new NdjsonPublish(exchange, writes, terms, idempotencyKey).run();
      default ->
          throw new WidecastException(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "a publish comes as " + Exchange.JSON + " or, one a line, as " + Exchange.NDJSON);
    }
  }

  private void single(Exchange exchange, WriteTerms terms, Optional<String> idempotencyKey) {
    exchange
        .body(BODY_BYTES_MAX, "the body of a publish")
        .map(PublishJson::content)
        .map(c -> KvHandler.request(c.drafts(), c.compares(), idempotencyKey, terms))
        .compose(request -> writes.write(request, terms.showAt()))
        .onSuccess(
            written -> {
              exchange.at(written.token());
              exchange.sendJson(
                  200, members(new JsonBytes(128).beginObject(), written).endObject());
            })
        .onFailure(exchange::fail);
  }

  /** The members that tell of a write: {@code token, epoch, revision, pairs}. */
  static JsonBytes members(JsonBytes json, Written written) {
    return json.name("token")
        .string(written.token().toString())
        .name("epoch")
        .number(written.token().epoch())
        .name("revision")
        .number(written.token().revision())
        .name("pairs")
        .number(written.pairs());
  }
}
