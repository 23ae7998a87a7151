package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.DeliveryOptions;
import io.widecast.bus.Bus;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import io.widecast.store.HeldView;
import io.widecast.store.StoreMessages;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * An API instance's way to the node's store: asks it, gives back what it held, and reads views on
 * workers, since that may wait for a disk. On the instance's event loop.
 */
final class StoreAccess {

  /** Threads that read, for all instances of a node: more would only wait for the same disk. */
  private static final int WORKERS = 4;

  /** Reads that wait for these; beyond that a node tells its clients. */
  private static final int READS_MAX = 1024;

  /** A check of everything takes as long as it takes. */
  private static final DeliveryOptions PATIENT =
      new DeliveryOptions().setLocalOnly(true).setSendTimeout(TimeUnit.HOURS.toMillis(1));

  private final Vertx vertx;
  private final WorkerExecutor workers;
  private int reads;

  StoreAccess(Vertx vertx) {
    this.vertx = vertx;
    this.workers =
        vertx.createSharedWorkerExecutor("widecast-reads", WORKERS, 10, TimeUnit.MINUTES);
  }

  /** The store's answer; fails with a {@link WidecastException}. */
  <T> Future<T> ask(StoreRequest request) {
    return vertx
        .eventBus()
        .<T>request(Bus.STORE, request, PATIENT)
        .transform(
            answer ->
                answer.succeeded()
                    ? Future.succeededFuture(answer.result().body())
                    : Future.failedFuture(StoreMessages.refusal(answer.cause())));
  }

  /** Gives back what an answer of the store holds; 0 is nothing. */
  void release(long hold) {
    if (hold != 0) {
      vertx.eventBus().send(Bus.STORE, new StoreRequest.Release(hold), Bus.LOCAL_ONLY);
    }
  }

  /**
   * What {@code work} finds, on a worker.
   *
   * @return fails with {@link ErrorCode#OVERLOADED} when too much is waiting already
   */
  <T> Future<T> read(Callable<T> work) {
    if (reads >= READS_MAX) {
      return Future.failedFuture(
          new WidecastException(
              ErrorCode.OVERLOADED,
              "the disk does not keep up: " + reads + " reads wait: try again"));
    }
    reads++;
    return workers.executeBlocking(work, false).onComplete(done -> reads--);
  }

  /** As {@link #read(Callable)}; what is held is given back when it is done. */
  <T> Future<T> read(HeldView held, Callable<T> work) {
    return read(work).onComplete(done -> release(held.hold()));
  }

  /**
   * What can be read for as long as it takes: {@code held} itself, or else the map as it is now, or
   * as it was then.
   *
   * @param earlier {@code held} is of a revision that was asked for
   */
  Future<HeldView> hold(HeldView held, boolean earlier) {
    View view = held.view();
    if (held.hold() != 0 || view.isInMemory()) {
      return Future.succeededFuture(held);
    }
    return earlier
        ? ask(new StoreRequest.HoldAt(view.token().revision()))
        : ask(new StoreRequest.ViewNow());
  }

  void close() {
    workers.close();
  }
}
