package io.widecast.replication.expiry;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.widecast.bus.Bus;
import io.widecast.bus.Drainable;
import io.widecast.bus.NodeStatus;
import io.widecast.bus.PublishBatch;
import io.widecast.bus.PublishOutcomes;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.Applied;
import io.widecast.store.AskView;
import io.widecast.store.HeldView;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Publishes the deletes of keys whose time is over, while this node is the master: expiry is a
 * publish like any other, with its own revision. A key that was written again meanwhile is left
 * alone by the condition on its position. One event loop.
 */
public final class ExpiryVerticle extends VerticleBase implements Drainable {

  private static final long TICK_MILLIS = 50;
  private static final long RETRY_MILLIS = 500;
  private static final int BATCH_MAX = 256;

  private final NodeId self;
  private final Metrics metrics;
  private final ExpiryQueue queue = new ExpiryQueue();
  private boolean master;
  private boolean draining;
  private Future<?> publishing = Future.succeededFuture(); // the last batch
  private boolean reading; // the whole map, on a worker
  private long attempts; // to do so
  private final List<EncodedEntry> meanwhile = new ArrayList<>(); // applied while it is read
  private long revision = -1; // of the queue; -1 before the first view

  public ExpiryVerticle(NodeId self, Metrics metrics) {
    this.self = self;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    vertx.eventBus().<Applied>localConsumer(Bus.APPLIED, message -> onApplied(message.body()));
    vertx
        .eventBus()
        .<NodeStatus>localConsumer(
            Bus.STATUS,
            message -> master = message.body().cluster().master().filter(self::equals).isPresent());
    vertx.setPeriodic(TICK_MILLIS, id -> onTick());
    return vertx
        .eventBus()
        .<Applied>request(Bus.VIEW, new AskView(), Bus.LOCAL_ONLY)
        .onSuccess(
            found -> {
              if (revision < 0) {
                onApplied(found.body());
              }
            });
  }

  private void onApplied(Applied applied) {
    if (applied.jumped()) {
      readAnew();
    } else if (reading) {
      meanwhile.addAll(applied.entries());
    } else {
      applied.entries().forEach(this::onEntry);
    }
    revision = applied.view().token().revision();
  }

  /** The map may be on disk: read on a worker, while what is new waits. */
  private void readAnew() {
    reading = true;
    meanwhile.clear();
    long attempt = ++attempts;
    vertx
        .eventBus()
        .<HeldView>request(Bus.STORE, new StoreRequest.ViewNow(), Bus.LOCAL_ONLY)
        .compose(
            answer ->
                vertx
                    .executeBlocking(() -> expiring(answer.body().view()), false)
                    .onSuccess(rows -> onRead(attempt, rows, answer.body().view().token()))
                    .onComplete(over -> release(answer.body())))
        .onFailure(failure -> vertx.setTimer(RETRY_MILLIS, id -> readAnewIf(attempt)));
  }

  private void readAnewIf(long attempt) {
    if (attempt == attempts) {
      readAnew();
    }
  }

  private static List<KeyVersion> expiring(View view) {
    var rows = new ArrayList<KeyVersion>();
    view.expiring().forEachRemaining(rows::add);
    return rows;
  }

  private void onRead(long attempt, List<KeyVersion> rows, Token at) {
    if (attempt != attempts) {
      return; // the map was replaced meanwhile, and is being read again
    }
    queue.reset(rows);
    for (EncodedEntry entry : meanwhile) {
      if (entry.revision() > at.revision()) {
        onEntry(entry);
      }
    }
    meanwhile.clear();
    reading = false;
  }

  private void release(HeldView held) {
    if (held.hold() != 0) {
      vertx.eventBus().send(Bus.STORE, new StoreRequest.Release(held.hold()), Bus.LOCAL_ONLY);
    }
  }

  private void onEntry(EncodedEntry entry) {
    for (Pair pair : entry.entry().pairs()) {
      if (pair instanceof Pair.Put put) {
        queue.onPut(put.key(), Versioned.of(put, entry.entry().token()));
      } else {
        queue.onGone(pair.key());
      }
    }
  }

  private void onTick() {
    if (!master || draining || reading || !publishing.isComplete()) {
      return;
    }
    List<ExpiryQueue.Due> due = queue.due(System.currentTimeMillis(), BATCH_MAX);
    if (due.isEmpty()) {
      return;
    }
    var requests = due.stream().map(ExpiryVerticle::delete).toList();
    publishing =
        vertx
            .eventBus()
            .<PublishOutcomes>request(Bus.PUBLISH, new PublishBatch(requests), Bus.LOCAL_ONLY)
            .onSuccess(
                outcomes ->
                    metrics.add(
                        Metric.KEYS_EXPIRED,
                        outcomes.body().outcomes().stream()
                            .filter(PublishOutcome.Written.class::isInstance)
                            .count()));
  }

  @Override
  public Future<Void> drain() {
    return Future.future(
        promise ->
            context.runOnContext(
                nothing -> {
                  draining = true;
                  publishing.<Void>mapEmpty().onComplete(promise);
                }));
  }

  private static PublishRequest delete(ExpiryQueue.Due due) {
    return new PublishRequest(
        List.of(new Draft.Delete(due.key(), true)),
        List.of(new Compare.AtToken(due.key(), due.token())),
        Optional.empty(),
        AckLevel.DURABLE,
        PublishRequest.TIMEOUT_MILLIS_DEFAULT);
  }
}
