package io.widecast.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.widecast.bus.Bus;
import io.widecast.bus.PublishBatch;
import io.widecast.bus.PublishOutcomes;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.WidecastException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands publishes to the replication. What arrives within one turn of the event loop goes as one
 * message, in its order, because a message on the bus costs more than a small publish does;
 * requests that wait for different things go apart, because the answers of one message come
 * together. Owned by one API instance, on its event loop.
 */
final class Publisher {

  static final int BATCH_REQUESTS_MAX = 256;
  static final int BATCH_BYTES_MAX = 256 << 10;

  /** Beyond these, a publish is refused at once with {@link ErrorCode#OVERLOADED}. */
  static final int IN_FLIGHT_REQUESTS_MAX = 32_768;

  static final long IN_FLIGHT_BYTES_MAX = 64L << 20;

  private record Waiting(PublishRequest request, Promise<PublishOutcome> promise) {}

  private static final Map<String, Object> NOT_WRITTEN = Map.of("written", false);

  private record Terms(AckLevel ack, long timeoutMillis) {}

  private final Vertx vertx;
  private final Context context;
  private final Metrics metrics;
  private final Map<Terms, List<Waiting>> turn = new HashMap<>();
  private boolean flushScheduled;
  private int inFlightRequests;
  private long inFlightBytes;

  Publisher(Vertx vertx, Context context, Metrics metrics) {
    this.vertx = vertx;
    this.context = context;
    this.metrics = metrics;
  }

  /** What became of {@code request}; the future never fails. */
  Future<PublishOutcome> publish(PublishRequest request) {
    if (overloaded()) {
      return Future.succeededFuture(tooMuch());
    }
    Promise<PublishOutcome> promise = Promise.promise();
    var terms = new Terms(request.ack(), request.timeoutMillis());
    turn.computeIfAbsent(terms, t -> new ArrayList<>()).add(new Waiting(request, promise));
    count(1, bytes(request));
    if (!flushScheduled) {
      flushScheduled = true;
      context.runOnContext(v -> flush());
    }
    return promise.future();
  }

  /** What became of each request, in order; the future never fails. */
  Future<List<PublishOutcome>> publishAll(List<PublishRequest> requests) {
    long bytes = requests.stream().mapToLong(Publisher::bytes).sum();
    count(requests.size(), bytes);
    return send(requests).onComplete(done -> count(-requests.size(), -bytes));
  }

  private void flush() {
    flushScheduled = false;
    var lists = new ArrayList<>(turn.values());
    turn.clear();
    for (List<Waiting> list : lists) {
      int from = 0;
      long bytes = 0;
      for (int to = 0; to < list.size(); to++) {
        long next = bytes(list.get(to).request());
        if (to > from && (to - from == BATCH_REQUESTS_MAX || bytes + next > BATCH_BYTES_MAX)) {
          send(list.subList(from, to), bytes);
          from = to;
          bytes = 0;
        }
        bytes += next;
      }
      send(list.subList(from, list.size()), bytes);
    }
  }

  private void send(List<Waiting> batch, long bytes) {
    send(batch.stream().map(Waiting::request).toList())
        .onSuccess(
            outcomes -> {
              count(-batch.size(), -bytes);
              for (int i = 0; i < batch.size(); i++) {
                batch.get(i).promise().complete(outcomes.get(i));
              }
            });
  }

  /** Never fails: what the bus reports becomes the outcome of each request. */
  private Future<List<PublishOutcome>> send(List<PublishRequest> requests) {
    metrics.add(Metric.PUBLISHES, requests.size());
    return vertx
        .eventBus()
        .<PublishOutcomes>request(Bus.PUBLISH, new PublishBatch(requests), delivery(requests))
        .map(message -> message.body().outcomes())
        .otherwise(failure -> Collections.nCopies(requests.size(), failed(failure)))
        .onSuccess(this::countRefused);
  }

  private void countRefused(List<PublishOutcome> outcomes) {
    long refused = outcomes.stream().filter(PublishOutcome.Refused.class::isInstance).count();
    if (refused > 0) {
      metrics.add(Metric.PUBLISHES_REFUSED, refused);
    }
  }

  private static PublishOutcome failed(Throwable failure) {
    if (failure instanceof ReplyException reply) {
      if (reply.failureType() == ReplyFailure.NO_HANDLERS) {
        return new PublishOutcome.Refused(
            ErrorCode.NOT_READY, "this node takes no writes yet: try again", NOT_WRITTEN);
      }
      if (reply.failureType() == ReplyFailure.TIMEOUT) {
        return new PublishOutcome.Refused(
            ErrorCode.ACK_TIMEOUT,
            "nobody answered for this write, so it may or may not come: retry it with the same"
                + " idempotency key");
      }
    }
    WidecastException unforeseen = Problems.expected(failure);
    return new PublishOutcome.Refused(unforeseen.code(), unforeseen.detail(), unforeseen.extras());
  }

  private static PublishOutcome tooMuch() {
    return new PublishOutcome.Refused(
        ErrorCode.OVERLOADED, "too many writes are under way at this node: try again", NOT_WRITTEN);
  }

  private boolean overloaded() {
    return inFlightRequests >= IN_FLIGHT_REQUESTS_MAX || inFlightBytes >= IN_FLIGHT_BYTES_MAX;
  }

  private void count(int requests, long bytes) {
    inFlightRequests += requests;
    inFlightBytes += bytes;
  }

  private static long bytes(PublishRequest request) {
    long bytes = 64;
    for (Draft draft : request.drafts()) {
      bytes += draft.contentBytes();
    }
    return bytes;
  }

  /** The default of the bus, unless the level may take longer than that leaves. */
  private static DeliveryOptions delivery(List<PublishRequest> requests) {
    long timeoutMillis = requests.get(0).timeoutMillis();
    long graceMillis = Bus.LOCAL_ONLY.getSendTimeout() / 2;
    return timeoutMillis <= graceMillis
        ? Bus.LOCAL_ONLY
        : new DeliveryOptions(Bus.LOCAL_ONLY).setSendTimeout(timeoutMillis + graceMillis);
  }
}
