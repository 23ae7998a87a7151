package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.StoreJson;
import io.widecast.model.Bytes;
import io.widecast.model.Filter;
import io.widecast.store.DiffRow;
import io.widecast.store.HeldDiff;
import io.widecast.store.HeldView;
import io.widecast.store.SnapshotInfo;
import io.widecast.store.SnapshotList;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import io.widecast.store.snapfile.SnapshotFileHeader;
import io.widecast.store.snapfile.SnapshotFileWriter;
import java.util.Iterator;
import java.util.Optional;

/** {@code /v1/snapshots}: the map frozen under names, by the node that is asked. */
final class SnapshotHandler {

  private static final String NOW = "now";

  private final Reads reads;
  private final StoreAccess store;

  SnapshotHandler(Reads reads) {
    this.reads = reads;
    this.store = reads == null ? null : reads.store();
  }

  void list(Exchange exchange) {
    exchange.query().only();
    store
        .<SnapshotList>ask(new StoreRequest.ListSnapshots())
        .onSuccess(
            list -> {
              var json = new JsonBytes(1024).beginObject().name("snapshots").beginArray();
              list.snapshots().forEach(info -> StoreJson.snapshot(json, info));
              exchange.sendJson(200, json.endArray().endObject());
            })
        .onFailure(exchange::fail);
  }

  void create(Exchange exchange) {
    exchange.query().only();
    StoreHandler.jsonBody(exchange, "the body of a snapshot")
        .map(body -> SnapshotName.checkedNew(StoreJson.name(body)))
        .compose(
            name -> {
              reads.node().viewForReading();
              return store.<SnapshotInfo>ask(new StoreRequest.TakeSnapshot(name));
            })
        .onSuccess(
            info -> {
              exchange
                  .response()
                  .putHeader(HttpHeaderNames.LOCATION, "/v1/snapshots/" + info.name());
              send(exchange, 201, info);
            })
        .onFailure(exchange::fail);
  }

  void get(Exchange exchange) {
    exchange.query().only();
    String name = SnapshotName.checked(exchange.name());
    store
        .<SnapshotInfo>ask(new StoreRequest.GetSnapshot(name))
        .onSuccess(info -> send(exchange, 200, info))
        .onFailure(exchange::fail);
  }

  void delete(Exchange exchange) {
    exchange.query().only();
    String name = SnapshotName.checked(exchange.name());
    store
        .<SnapshotInfo>ask(new StoreRequest.DeleteSnapshot(name))
        .onSuccess(info -> send(exchange, 202, info))
        .onFailure(exchange::fail);
  }

  private static void send(Exchange exchange, int status, SnapshotInfo info) {
    exchange.sendJson(status, StoreJson.snapshot(new JsonBytes(256), info));
  }

  /** A line for each key that differs, as fast as the client reads. */
  void diff(Exchange exchange) {
    Query query = exchange.query().only("from", "to");
    Accept.of(exchange).choose(Exchange.NDJSON);
    String from =
        query
            .get("from")
            .map(SnapshotName::checked)
            .orElseThrow(() -> Query.bad("from names the older snapshot: from=…&to=…"));
    Optional<String> to =
        query.get("to").filter(name -> !name.equals(NOW)).map(SnapshotName::checked);
    store
        .<HeldDiff>ask(new StoreRequest.Diff(from, to))
        .map(
            diff -> {
              ChunkStream.answer(
                  exchange, store, diff.hold(), Exchange.NDJSON, () -> lines(diff.rows()));
              return diff;
            })
        .onFailure(exchange::fail);
  }

  private static byte[] lines(Iterator<DiffRow> rows) {
    var json = new JsonBytes(ChunkStream.CHUNK_BYTES + 1024);
    while (json.size() < ChunkStream.CHUNK_BYTES && rows.hasNext()) {
      StoreJson.row(json, rows.next()).raw('\n');
    }
    return json.toArray();
  }

  /** The snapshot as a file, see {@link SnapshotFileWriter}. */
  void download(Exchange exchange) {
    exchange.query().only();
    String name = SnapshotName.checked(exchange.name());
    store
        .<SnapshotInfo>ask(new StoreRequest.GetSnapshot(name))
        .compose(
            info ->
                store
                    .<HeldView>ask(new StoreRequest.ViewSnapshot(name))
                    .map(
                        held -> {
                          download(exchange, info, held);
                          return held;
                        }))
        .onFailure(exchange::fail);
  }

  private void download(Exchange exchange, SnapshotInfo info, HeldView held) {
    View view = held.view();
    var header =
        new SnapshotFileHeader(
            info.name(),
            view.token(),
            info.createdAtMillis(),
            view.size(),
            view.contentBytes(),
            reads.node().filter().map(Filter::toString).orElse(""));
    var file = new SnapshotFileWriter(header, () -> view.from(Bytes.EMPTY));
    exchange
        .response()
        .putHeader(
            HttpHeaderNames.CONTENT_DISPOSITION,
            "attachment; filename=\"" + info.name() + SnapshotFileHeader.FILE_SUFFIX + "\"");
    ChunkStream.answer(exchange, store, held.hold(), SnapshotFileHeader.MEDIA_TYPE, file::next);
  }
}
