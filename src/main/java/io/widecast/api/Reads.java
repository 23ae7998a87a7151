package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.widecast.api.json.Revisions;
import io.widecast.bus.AskRead;
import io.widecast.bus.Bus;
import io.widecast.bus.ReadAnswered;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.store.HeldView;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What all reads have in common: which copy answers, of when, and how far it must be. */
final class Reads {

  static final String[] PARAMETERS = {"min", "timeout", "consistency", "revision", "snapshot"};

  private static final WidecastException UNCONFIRMED =
      new WidecastException(
          ErrorCode.NO_MASTER,
          "the master did not confirm in time how new a copy must be; retry shortly, or read this"
              + " node's own copy with consistency=local");

  private final Vertx vertx;
  private final LocalNode node;
  private final StoreAccess store;

  Reads(Vertx vertx, LocalNode node, StoreAccess store) {
    this.vertx = vertx;
    this.node = node;
    this.store = store;
  }

  LocalNode node() {
    return node;
  }

  StoreAccess store() {
    return store;
  }

  /**
   * The view that answers {@code exchange}: as new as it asks for, or the one of a revision or
   * snapshot, if it asks for that. To be released. The answer's position is that of the node's own
   * copy, also where an earlier state is read: it never goes back.
   *
   * @throws WidecastException now or inside the future
   */
  Future<HeldView> view(Exchange exchange) {
    Query query = exchange.query();
    Optional<Long> revision = query.get("revision").map(Revisions::parse);
    Optional<String> snapshot = query.get("snapshot").map(SnapshotName::checked);
    if (revision.isPresent() && snapshot.isPresent()) {
      throw Query.bad("revision and snapshot each name a state of the map: give one of them");
    }
    Future<View> newest = newest(ReadTerms.of(query));
    if (revision.isPresent()) {
      return newest.compose(reached -> store.ask(new StoreRequest.ViewAt(revision.get())));
    }
    if (snapshot.isPresent()) {
      return newest.compose(reached -> store.ask(new StoreRequest.ViewSnapshot(snapshot.get())));
    }
    return newest.map(
        view -> {
          exchange.at(view.token());
          return new HeldView(view, 0);
        });
  }

  /** The node's copy, once it is as new as {@code terms} ask. */
  Future<View> newest(ReadTerms terms) {
    if (terms.atMaster()) {
      return confirmed(terms, Optional.empty()).map(Confirmed::view);
    }
    return terms.min().isPresent()
        ? node.viewAt(terms.min().get(), terms.timeoutMillis())
        : Future.succeededFuture(node.viewForReading());
  }

  /** What {@code key} holds there; nearly always it is in memory, and needs no worker. */
  Future<Optional<Versioned>> find(HeldView held, Key key) {
    Optional<Optional<Versioned>> now = held.view().findNow(key);
    if (now.isPresent()) {
      store.release(held.hold());
      return Future.succeededFuture(now.get());
    }
    return store.read(held, () -> held.view().find(key));
  }

  /**
   * What {@code key} holds at home, which this node does not hold itself.
   *
   * @param view this node's own copy, at or beyond the position of what was found
   */
  record Confirmed(View view, Optional<Versioned> found) {}

  /** As that, for a read that must see every write that was answered before it. */
  Future<Confirmed> findAtHome(ReadTerms terms, Key key) {
    return confirmed(terms, Optional.of(key));
  }

  /** First the floor that was asked for, so that home is not asked too early either. */
  private Future<Confirmed> confirmed(ReadTerms terms, Optional<Key> key) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(terms.timeoutMillis());
    return newest(new ReadTerms(false, terms.min(), terms.timeoutMillis()))
        .compose(reached -> ask(key, millisTo(deadline)))
        .compose(
            at ->
                node.viewAt(at.index(), millisTo(deadline))
                    .map(view -> new Confirmed(view, at.found())));
  }

  private Future<ReadOutcome.At> ask(Optional<Key> key, long timeoutMillis) {
    return vertx
        .eventBus()
        .<ReadAnswered>request(
            Bus.READ,
            new AskRead(key),
            new DeliveryOptions().setLocalOnly(true).setSendTimeout(timeoutMillis))
        .transform(
            answer -> {
              if (answer.failed()) {
                boolean late = answer.cause() instanceof ReplyException;
                return Future.failedFuture(late ? UNCONFIRMED : answer.cause());
              }
              ReadOutcome outcome = answer.result().body().outcome();
              if (outcome instanceof ReadOutcome.At at) {
                return Future.succeededFuture(at);
              } else if (outcome instanceof ReadOutcome.Refused refused) {
                return Future.failedFuture(refused.toException());
              }
              throw new AssertionError(outcome);
            });
  }

  private static long millisTo(long deadlineNanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
  }
}
