package io.widecast.api;

import io.widecast.api.json.EventJson;
import io.widecast.api.json.JsonBytes;
import io.widecast.model.Bytes;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.WidecastException;
import io.widecast.store.View;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * {@code GET /v1/kv}: keys in byte order, as a page of JSON or all as a stream of NDJSON. A page
 * ends at its limit or at {@value #PAGE_BYTES_MAX} bytes, whichever comes first; {@code next} goes
 * on.
 */
final class ListHandler {

  static final int LIMIT_DEFAULT = 1_000;
  static final int LIMIT_MAX = 10_000;
  static final int PAGE_BYTES_MAX = 8 << 20;

  private final LocalNode node;

  ListHandler(LocalNode node) {
    this.node = node;
  }

  /** What is asked for. */
  private record Range(Bytes prefix, Optional<Bytes> after, boolean withValues) {

    Iterator<KeyVersion> over(View view) {
      Bytes from =
          after.filter(key -> key.compareTo(prefix) >= 0).map(Range::successor).orElse(prefix);
      return new PrefixRows(view.from(from), prefix);
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
    Optional<Integer> limit = query.get("limit").map(ListHandler::limit);
    boolean stream = Accept.of(exchange).choose(Exchange.JSON, Exchange.NDJSON) == 1;
    Reads.view(exchange, node)
        .onSuccess(
            view -> {
              exchange.at(view.token());
              if (stream) {
                stream(exchange, range.over(view), range.withValues(), limit);
              } else {
                page(exchange, view, range, limit.orElse(LIMIT_DEFAULT));
              }
            })
        .onFailure(exchange::fail);
  }

  private void page(Exchange exchange, View view, Range range, int limit) {
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
    addFilter(exchange);
    exchange.sendJson(200, json.endObject());
  }

  private void stream(
      Exchange exchange, Iterator<KeyVersion> rows, boolean withValues, Optional<Integer> limit) {
    long nowMillis = System.currentTimeMillis();
    addFilter(exchange);
    var response = exchange.beginStream(Exchange.NDJSON);
    if (exchange.isHead()) {
      response.end();
      return;
    }
    var json = new JsonBytes(RowStream.CHUNK_BYTES + 1024);
    int[] left = {limit.orElse(Integer.MAX_VALUE)};
    new RowStream(
            response,
            () -> {
              json.clear();
              while (left[0] > 0 && json.size() < RowStream.CHUNK_BYTES && rows.hasNext()) {
                left[0]--;
                json.beginObject();
                EventJson.row(json, rows.next(), withValues, nowMillis);
                json.endObject().raw('\n');
              }
              return json.toArray();
            })
        .run();
  }

  private void addFilter(Exchange exchange) {
    node.filter()
        .map(Filter::toString)
        .ifPresent(
            text ->
                exchange.response().putHeader("Widecast-Filter", HeaderText.percentEncoded(text)));
  }

  private static Bytes prefix(String text) {
    return text.isEmpty() ? Bytes.EMPTY : Key.parse(text).bytes();
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LIMIT_MAX) {
        return limit;
      }
    } catch (NumberFormatException e) { // falls through to the refusal
    }
    throw new WidecastException(
        ErrorCode.BAD_REQUEST,
        "limit is a whole number from 1 to " + LIMIT_MAX + "; this is '" + Query.shown(text) + "'");
  }

  /** The rows from some key on for as long as they begin with a prefix. */
  private static final class PrefixRows implements Iterator<KeyVersion> {

    private final Iterator<KeyVersion> rows;
    private final byte[] prefix;
    private KeyVersion next;

    PrefixRows(Iterator<KeyVersion> rows, Bytes prefix) {
      this.rows = rows;
      this.prefix = prefix.unsafeArray();
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public KeyVersion next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      KeyVersion row = next;
      advance();
      return row;
    }

    private void advance() {
      next = rows.hasNext() ? rows.next() : null;
      if (next != null && !startsWith(next.key().bytes().unsafeArray())) {
        next = null;
      }
    }

    private boolean startsWith(byte[] key) {
      int length = prefix.length;
      return key.length >= length && Arrays.mismatch(key, 0, length, prefix, 0, length) < 0;
    }
  }
}
