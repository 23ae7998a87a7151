package io.widecast.api;

import io.vertx.core.Future;
import io.widecast.bus.NodeStatus;
import io.widecast.model.ClusterView;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.View;
import io.widecast.store.log.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one API instance knows of the node it serves: its copy, its standing in the cluster, and who
 * waits for either to move. On the instance's event loop.
 */
final class LocalNode {

  private final ApiOptions options;
  private final LatestView latest;
  private final Consumer<String> damage;
  private final Waiters waiters = new Waiters();
  private final VisibilityWaits visibilityWaits = new VisibilityWaits();
  private final VisibilityTracker visibility = new VisibilityTracker();
  private Optional<NodeStatus> status = Optional.empty();
  private Optional<Filter> filter = Optional.empty();
  private boolean everReadable;
  private boolean draining;

  /**
   * @param damage told what a read met that the disk no longer holds as it was written
   */
  LocalNode(ApiOptions options, LatestView latest, Consumer<String> damage) {
    this.options = options;
    this.latest = latest;
    this.damage = damage;
  }

  /** A read met damage: whoever can have it mended is told. */
  void reportDamage(StoreException met) {
    damage.accept(met.getMessage());
  }

  ApiOptions options() {
    return options;
  }

  /** The node's copy as it stands. */
  View view() {
    return latest.get();
  }

  /**
   * The node's copy, for a read.
   *
   * @throws WidecastException {@link ErrorCode#NOT_READY} until its copy could be shown once; from
   *     then on it is shown even while it is behind, and {@code Widecast-Lag-Ms} says so
   */
  View viewForReading() {
    if (!everReadable) {
      throw new WidecastException(
          ErrorCode.NOT_READY, "this node is not ready yet; /readyz?verbose says why: try again");
    }
    return latest.get();
  }

  /**
   * The node's position, for its answers to carry. None until its copy could be shown once: after a
   * restart it may stand behind what it showed before, until the end of its log is decided.
   */
  Optional<Token> position() {
    return everReadable ? Optional.of(latest.get().token()) : Optional.empty();
  }

  Optional<NodeStatus> status() {
    return status;
  }

  /** Everybody this node knows of. */
  ClusterView cluster() {
    return status
        .map(NodeStatus::cluster)
        .orElseThrow(
            () ->
                new WidecastException(
                    ErrorCode.NOT_READY, "this node does not know its cluster yet: try again"));
  }

  long lagMillis() {
    return status.map(NodeStatus::lagMillis).orElse(0L);
  }

  /** What this node holds, when that is not everything. */
  Optional<Filter> filter() {
    return filter;
  }

  /** Whether this node could hold {@code key} at all. */
  boolean holds(Key key) {
    return filter.isEmpty() || filter.get().accepts(key);
  }

  boolean draining() {
    return draining;
  }

  void drain() {
    draining = true;
  }

  VisibilityTracker visibility() {
    return visibility;
  }

  void onView(View view) {
    latest.offer(view);
    waiters.advance(latest.get().token());
  }

  void onStatus(NodeStatus now, long wallMillis) {
    status = Optional.of(now);
    everReadable |= now.readable();
    if (!now.filter().equals(filter.map(Filter::texts))) {
      filter = now.filter().map(Filter::parse);
    }
    visibility.onCluster(now.cluster(), wallMillis);
    visibilityWaits.onCluster(now.cluster());
  }

  void onTick(long nowNanos) {
    waiters.expire(nowNanos);
    visibilityWaits.expire(nowNanos);
  }

  /** True as soon as the node's copy is at {@code floor} or beyond, false after the time given. */
  Future<Boolean> reaches(Token floor, long timeoutMillis) {
    if (latest.get().token().compareTo(floor) >= 0) {
      return Future.succeededFuture(true);
    }
    return waiters.await(floor, deadline(timeoutMillis));
  }

  /**
   * The node's copy once it is at {@code floor} or beyond.
   *
   * @throws WidecastException inside the future: {@link ErrorCode#CATCH_UP_TIMEOUT}
   */
  Future<View> viewAt(Token floor, long timeoutMillis) {
    return reaches(floor, timeoutMillis)
        .map(
            reached -> {
              if (!reached) {
                Token at = latest.get().token();
                throw new WidecastException(
                    ErrorCode.CATCH_UP_TIMEOUT,
                    "this node is at " + at + ", not yet at " + floor + ": try again, or another",
                    Map.of("token", at.toString(), "revision", at.revision()));
              }
              return viewForReading();
            });
  }

  /** Nodes that do not show {@code revision} yet when the time is over; none as soon as all do. */
  Future<List<String>> visibleAt(long revision, Optional<String> site, long timeoutMillis) {
    return visibilityWaits.await(cluster(), revision, site, deadline(timeoutMillis));
  }

  private static long deadline(long timeoutMillis) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }
}
