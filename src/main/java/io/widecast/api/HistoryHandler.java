package io.widecast.api;

import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.StoreJson;
import io.widecast.model.Key;
import io.widecast.store.Compacted;
import io.widecast.store.KeyHistory;
import io.widecast.store.StoreRequest;
import java.util.List;
import java.util.Optional;

/** {@code /v1/history/{key}} and {@code /v1/compact}: what was, and how far back. */
final class HistoryHandler {

  static final int VERSIONS_DEFAULT = 100;
  static final int VERSIONS_MAX = 1_000;

  private final Reads reads;

  HistoryHandler(Reads reads) {
    this.reads = reads;
  }

  /** Versions up to a limit, or to as many bytes as a page of a list has. */
  void get(Exchange exchange) {
    Query query = exchange.query().only("limit");
    Key key = exchange.key();
    int limit = query.whole("limit", 1, VERSIONS_MAX).orElse(VERSIONS_DEFAULT);
    LocalNode node = reads.node();
    node.viewForReading();
    if (!node.holds(key)) {
      throw KvHandler.outsideFilter(node, key);
    }
    reads
        .store()
        .<KeyHistory>ask(new StoreRequest.History(key, limit + 1, ListHandler.PAGE_BYTES_MAX))
        .compose(history -> reads.store().read(() -> written(key, history, limit)))
        .onSuccess(
            json ->
                json.ifPresentOrElse(
                    written -> exchange.sendJson(200, written),
                    () -> exchange.fail(KvHandler.notFound(key))))
        .onFailure(exchange::fail);
  }

  private static Optional<JsonBytes> written(Key key, KeyHistory history, int limit) {
    List<KeyHistory.Version> versions = history.versions();
    if (versions.isEmpty()) {
      return Optional.empty();
    }
    long nowMillis = System.currentTimeMillis();
    var json = new JsonBytes(4096).beginObject().name("key").string(key.bytes());
    json.name("compactRevision").number(history.horizon().revision());
    json.name("versions").beginArray();
    long bytes = 0;
    int count = 0;
    while (count < Math.min(limit, versions.size()) && bytes < ListHandler.PAGE_BYTES_MAX) {
      KeyHistory.Version version = versions.get(count++);
      bytes += version.held().map(held -> (long) held.value().bytes().length()).orElse(0L);
      StoreJson.version(json, version, nowMillis);
    }
    json.endArray();
    if (count < versions.size() || bytes >= ListHandler.PAGE_BYTES_MAX) {
      json.name("more").bool(true);
    }
    return Optional.of(json.endObject());
  }

  void compact(Exchange exchange) {
    exchange.query().only();
    StoreHandler.jsonBody(exchange, "the body of a compaction")
        .map(StoreJson::revision)
        .compose(revision -> reads.store().<Compacted>ask(new StoreRequest.Compact(revision)))
        .onSuccess(
            done ->
                exchange.sendJson(
                    200,
                    new JsonBytes(64)
                        .beginObject()
                        .name("compactRevision")
                        .number(done.horizon().revision())
                        .endObject()))
        .onFailure(exchange::fail);
  }
}
