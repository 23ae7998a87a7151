package io.widecast.api;

import io.vertx.core.Future;
import io.widecast.api.json.EventJson;
import io.widecast.api.json.JsonBytes;
import io.widecast.model.Bytes;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.store.HeldView;
import io.widecast.store.View;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * {@code GET /v1/kv}: keys in byte order, as a page of JSON or all as a stream of NDJSON. A page
 * ends at its limit or at {@value #PAGE_BYTES_MAX} bytes, whichever comes first; {@code next} goes
 * on.
 */
final class ListHandler {

  static final int LIMIT_DEFAULT = 1_000;
  static final int LIMIT_MAX = 10_000;
  static final int PAGE_BYTES_MAX = 8 << 20;

  private final Reads reads;

  ListHandler(Reads reads) {
    this.reads = reads;
  }

  /** What is asked for. */
  private record Range(Bytes prefix, Optional<Bytes> after, boolean withValues) {

    Iterator<KeyVersion> over(View view) {
      Bytes from =
          after.filter(key -> key.compareTo(prefix) >= 0).map(Range::successor).orElse(prefix);
      return view.from(from, prefix);
    }

    /** The least byte string above {@code key}. */
    private static Bytes successor(Bytes key) {
      return Bytes.wrap(Arrays.copyOf(key.unsafeArray(), key.length() + 1));
    }
  }

  void list(Exchange exchange) {
    Query query =
        exchange
            .query()
            .only(
                "prefix",
                "after",
                "limit",
                "keysOnly",
                "min",
                "timeout",
                "consistency",
                "revision",
                "snapshot");
    var range =
        new Range(
            query.get("prefix").map(ListHandler::prefix).orElse(Bytes.EMPTY),
            query.get("after").map(text -> Key.parse(text).bytes()),
            !query.flag("keysOnly"));
    Optional<Integer> limit = query.whole("limit", 1, LIMIT_MAX);
    boolean stream = Accept.of(exchange).choose(Exchange.JSON, Exchange.NDJSON) == 1;
    Future<HeldView> view = reads.view(exchange);
    Future<?> answered =
        stream
            ? view.compose(held -> stream(exchange, held, range, limit))
            : view.compose(held -> page(exchange, held, range, limit.orElse(LIMIT_DEFAULT)));
    answered.onFailure(exchange::fail);
  }

  private Future<?> page(Exchange exchange, HeldView held, Range range, int limit) {
    return reads
        .store()
        .read(held, () -> page(held.view(), range, limit))
        .onSuccess(
            json -> {
              addFilter(exchange);
              exchange.sendJson(200, json);
            });
  }

  private static JsonBytes page(View view, Range range, int limit) {
    long nowMillis = System.currentTimeMillis();
    var json = new JsonBytes(16 << 10).beginObject();
    json.name("revision").number(view.token().revision());
    json.name("epoch").number(view.token().epoch()).name("pairs").beginArray();
    Iterator<KeyVersion> rows = range.over(view);
    KeyVersion last = null;
    for (int i = 0; i < limit && json.size() < PAGE_BYTES_MAX && rows.hasNext(); i++) {
      last = rows.next();
      json.beginObject();
      EventJson.row(json, last, range.withValues(), nowMillis);
      json.endObject();
    }
    json.endArray();
    if (last != null && rows.hasNext()) {
      json.name("next").string(last.key().bytes());
    }
    return json.endObject();
  }

  private Future<?> stream(
      Exchange exchange, HeldView newest, Range range, Optional<Integer> limit) {
    StoreAccess store = reads.store();
    boolean earlier = exchange.query().get("revision").isPresent();
    return store
        .hold(newest, earlier)
        .map(
            held -> {
              if (newest.hold() == 0 && !earlier) {
                exchange.at(held.view().token());
              }
              addFilter(exchange);
              var rows = new Rows(held.view(), range, limit.orElse(Integer.MAX_VALUE));
              ChunkStream.answer(exchange, store, held.hold(), Exchange.NDJSON, rows);
              return held;
            });
  }

  /** All rows of a range as lines, some at a time; each time on some worker. */
  private static final class Rows implements Callable<byte[]> {

    private final View view;
    private final Range range;
    private final long nowMillis = System.currentTimeMillis();
    private final JsonBytes json = new JsonBytes(ChunkStream.CHUNK_BYTES + 1024);
    private Iterator<KeyVersion> rows; // made on a worker: the first row may be on disk
    private int left;

    Rows(View view, Range range, int limit) {
      this.view = view;
      this.range = range;
      this.left = limit;
    }

    @Override
    public byte[] call() {
      if (rows == null) {
        rows = range.over(view);
      }
      json.clear();
      while (left > 0 && json.size() < ChunkStream.CHUNK_BYTES && rows.hasNext()) {
        left--;
        json.beginObject();
        EventJson.row(json, rows.next(), range.withValues(), nowMillis);
        json.endObject().raw('\n');
      }
      return json.toArray();
    }
  }

  private void addFilter(Exchange exchange) {
    reads
        .node()
        .filter()
        .map(Filter::toString)
        .ifPresent(
            text ->
                exchange.response().putHeader("Widecast-Filter", HeaderText.percentEncoded(text)));
  }

  private static Bytes prefix(String text) {
    return text.isEmpty() ? Bytes.EMPTY : Key.parse(text).bytes();
  }
}
