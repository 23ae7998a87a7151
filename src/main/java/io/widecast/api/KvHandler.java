package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.widecast.api.json.Durations;
import io.widecast.api.json.EventJson;
import io.widecast.api.json.PublishJson;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.PublishOutcome.Written;
import io.widecast.model.PublishRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.store.HeldView;
import java.util.List;
import java.util.Optional;

/** {@code /v1/kv/{key}}: one key as a resource, its value as it was put. */
final class KvHandler {

  /** Values come from anybody: served as a page they must not act as one of this server's. */
  private static final String VALUE_POLICY = "default-src 'none'; sandbox";

  private final Reads reads;
  private final Writes writes;

  KvHandler(Reads reads, Writes writes) {
    this.reads = reads;
    this.writes = writes;
  }

  void get(Exchange exchange) {
    Query query = exchange.query().only(Reads.PARAMETERS);
    Key key = exchange.key();
    ReadTerms terms = ReadTerms.of(query);
    boolean atHome =
        terms.atMaster()
            && !reads.node().holds(key)
            && query.get("revision").isEmpty()
            && query.get("snapshot").isEmpty();
    Future<Optional<Versioned>> read =
        atHome
            ? findAtHome(exchange, terms, key)
            : reads.view(exchange).compose(held -> find(held, key));
    read.onSuccess(found -> answer(exchange, key, found)).onFailure(exchange::fail);
  }

  private Future<Optional<Versioned>> find(HeldView held, Key key) {
    if (!reads.node().holds(key)) {
      reads.store().release(held.hold());
      return Future.failedFuture(outsideFilter(reads.node(), key));
    }
    return reads.find(held, key);
  }

  private Future<Optional<Versioned>> findAtHome(Exchange exchange, ReadTerms terms, Key key) {
    return reads
        .findAtHome(terms, key)
        .map(
            confirmed -> {
              exchange.at(confirmed.view().token());
              return confirmed.found();
            });
  }

  private void answer(Exchange exchange, Key key, Optional<Versioned> found) {
    if (found.isEmpty()) {
      exchange.fail(notFound(key));
      return;
    }
    Versioned versioned = found.get();
    String etag = etag(versioned);
    boolean known = Conditions.has(exchange, etag);
    HttpServerResponse response =
        exchange
            .begin(known ? 304 : 200)
            .putHeader(HttpHeaderNames.ETAG, etag)
            .putHeader(HttpHeaderNames.CACHE_CONTROL, "no-cache")
            .putHeader(HttpHeaderNames.CONTENT_SECURITY_POLICY, VALUE_POLICY)
            .putHeader("Widecast-Version", Long.toString(versioned.version()))
            .putHeader("Widecast-Create-Revision", Long.toString(versioned.createRevision()));
    if (versioned.expiresAtMillis() > 0) {
      long seconds = EventJson.secondsLeft(versioned, System.currentTimeMillis());
      response.putHeader("Widecast-Ttl", Long.toString(seconds));
    }
    if (known) {
      response.end();
    } else {
      exchange.send(versioned.value().contentType(), versioned.value().bytes().unsafeArray());
    }
  }

  void put(Exchange exchange) {
    Query query = exchange.query().only("ack", "timeout", "ttl", "wait");
    Key key = exchange.key();
    WriteTerms terms = WriteTerms.of(query);
    long ttlMillis = query.get("ttl").map(text -> Durations.parseMillis("ttl", text)).orElse(0L);
    String contentType =
        exchange
            .header(HttpHeaderNames.CONTENT_TYPE)
            .filter(text -> !text.isEmpty())
            .map(PublishJson::contentType)
            .orElse(Value.OCTETS);
    List<Compare> compares = Conditions.ofPut(key, exchange);
    Optional<String> idempotencyKey = idempotencyKey(exchange);
    exchange
        .body(Value.BYTES_MAX, "a value")
        .map(body -> new Draft.Put(key, new Value(Bytes.wrap(body), contentType), ttlMillis))
        .compose(
            draft ->
                writes.write(
                    request(List.of(draft), compares, idempotencyKey, terms), terms.showAt()))
        .onSuccess(written -> answerPut(exchange, written))
        .onFailure(exchange::fail);
  }

  private static void answerPut(Exchange exchange, Written written) {
    exchange.at(written.token());
    exchange.response().putHeader(HttpHeaderNames.ETAG, "\"" + written.token() + "\"");
    exchange.sendEmpty(written.created() ? 201 : 200);
  }

  void delete(Exchange exchange) {
    Query query = exchange.query().only("ack", "timeout", "wait");
    Key key = exchange.key();
    WriteTerms terms = WriteTerms.of(query);
    List<Compare> given = Conditions.ofDelete(key, exchange);
    List<Compare> compares = given.isEmpty() ? List.of(new Compare.Present(key)) : given;
    List<Draft> drafts = List.of(new Draft.Delete(key, false));
    writes
        .write(request(drafts, compares, idempotencyKey(exchange), terms), terms.showAt())
        .onSuccess(written -> exchange.at(written.token()).sendEmpty(204))
        .onFailure(
            failure -> exchange.fail(given.isEmpty() ? absentAsNotFound(failure, key) : failure));
  }

  /** Without a condition of the client's, the only one is that there is something to delete. */
  private static Throwable absentAsNotFound(Throwable failure, Key key) {
    boolean absent =
        failure instanceof WidecastException e && e.code() == ErrorCode.PRECONDITION_FAILED;
    return absent ? notFound(key) : failure;
  }

  static PublishRequest request(
      List<Draft> drafts,
      List<Compare> compares,
      Optional<String> idempotencyKey,
      WriteTerms terms) {
    Optional<RequestId> id = idempotencyKey.map(key -> RequestIds.of(key, drafts, compares));
    return new PublishRequest(drafts, compares, id, terms.ack(), terms.timeoutMillis());
  }

  static Optional<String> idempotencyKey(Exchange exchange) {
    return exchange.header("Idempotency-Key").map(RequestIds::checked);
  }

  static WidecastException notFound(Key key) {
    return new WidecastException(ErrorCode.NOT_FOUND, "there is no key '" + key + "'");
  }

  static WidecastException outsideFilter(LocalNode node, Key key) {
    return new WidecastException(
        ErrorCode.OUTSIDE_FILTER,
        "this node holds "
            + node.filter().orElseThrow()
            + " only, and '"
            + key
            + "' is not among that: ask a core node, or read it there with consistency=master");
  }

  static String etag(Versioned versioned) {
    return "\"" + versioned.token() + "\"";
  }
}
