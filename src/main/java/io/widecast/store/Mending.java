package io.widecast.store;

import io.vertx.core.Vertx;
import io.widecast.bus.Bus;
import io.widecast.bus.StoreDamaged;
import io.widecast.model.NodeId;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has replication fetch a copy of another node's map for as long as something here is damaged: at
 * once, then less and less often, since who could give one may not be there yet. With snapshots to
 * keep, a copy mends the map and not all of the store; once they are given up, another one mends
 * the rest. On the event loop of the {@link StoreVerticle}.
 */
final class Mending {

  private static final Logger LOG = LoggerFactory.getLogger(Mending.class);

  private static final long AGAIN_MILLIS = 3_000; // at first; then twice that, and so on
  private static final long AGAIN_MILLIS_MAX = 60_000;

  /** Damage that is met soon after a copy most likely stands in a snapshot, which no copy mends. */
  private static final long BETWEEN_COPIES_NANOS = 600_000_000_000L;

  private final Vertx vertx;
  private final NodeId node;
  private final StoreAnswers answers;
  private final BooleanSupplier canCopy;
  private Optional<String> damaged = Optional.empty(); // what of the map is, until a copy has come
  private long timer = -1;
  private long againMillis = AGAIN_MILLIS;
  private long nextCopyAtNanos = System.nanoTime();
  private boolean stopped;

  /**
   * @param canCopy whether no copy is coming in already
   */
  Mending(Vertx vertx, NodeId node, StoreAnswers answers, BooleanSupplier canCopy) {
    this.vertx = vertx;
    this.node = node;
    this.answers = answers;
    this.canCopy = canCopy;
  }

  /** What an earlier run has found, or why there is no map. */
  void begin() {
    answers.alarm().ifPresent(this::onDamage);
  }

  void onDamage(String detail) {
    if (damaged.isEmpty() && !stopped) {
      LOG.error("the store of {} is damaged: {}", node, detail);
      damaged = Optional.of(detail);
      vertx
          .executeBlocking(
              () -> {
                answers.alarm(detail);
                return null;
              })
          .onComplete(raised -> askAnew());
    }
  }

  /** A snapshot less: it may have been the last that was kept. */
  void onSnapshotDeleted() {
    askAnew();
  }

  /** The map is sound: what was damaged is in the old one, if anywhere. */
  void onCopied() {
    damaged = Optional.empty();
    nextCopyAtNanos = System.nanoTime() + BETWEEN_COPIES_NANOS;
    answers.showAlarm();
  }

  void stop() {
    stopped = true;
    vertx.cancelTimer(timer);
  }

  private void askAnew() {
    vertx.cancelTimer(timer);
    againMillis = AGAIN_MILLIS;
    ask();
  }

  private void ask() {
    Optional<String> detail = damaged.or(answers::alarm);
    if (stopped || detail.isEmpty()) {
      return;
    }
    vertx
        .executeBlocking(answers::isReplaceable)
        .onSuccess(replaceable -> ask(detail.get(), replaceable));
    timer = vertx.setTimer(againMillis, id -> ask());
    againMillis = Math.min(2 * againMillis, AGAIN_MILLIS_MAX);
  }

  private void ask(String detail, boolean replaceable) {
    boolean mapIsDamaged = damaged.isPresent() && System.nanoTime() >= nextCopyAtNanos;
    boolean known = damaged.isPresent() || answers.alarm().isPresent(); // none came meanwhile
    if (!stopped && known && canCopy.getAsBoolean() && (mapIsDamaged || replaceable)) {
      vertx.eventBus().publish(Bus.DAMAGED, new StoreDamaged(detail), Bus.LOCAL_ONLY);
    }
  }
}
