package io.widecast.store;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.widecast.bus.AskHeld;
import io.widecast.bus.AskRecovery;
import io.widecast.bus.Bus;
import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.CopyTaken;
import io.widecast.bus.Drainable;
import io.widecast.bus.Held;
import io.widecast.bus.LogDurable;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import io.widecast.store.log.DiskFullException;
import io.widecast.store.log.FileDisk;
import io.widecast.store.log.LogDrop;
import io.widecast.store.log.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link StoreCore}: log writes and copies on one worker, the map on another, checkpoints
 * and upkeep on a third, requests on a fourth, reads of the log on any. Log writes that arrive
 * while one is under way are merged into the next, so that many share one fsync; commits likewise.
 *
 * <p>When it has started it answers on {@link Bus#RECOVERY} and {@link Bus#VIEW}, and publishes one
 * {@link Applied}. After a failure of the disk or of the order it gives no further acknowledgement:
 * it fails every request and {@link #failure}, for whoever runs the node to act on.
 */
public final class StoreVerticle extends VerticleBase implements Drainable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreVerticle.class);

  /** One group: beyond this the next fsync takes the rest. */
  private static final long GROUP_BYTES_MAX = 4 << 20;

  private static final int GROUP_WRITES_MAX = 1024;
  private static final int QUEUE_WRITES_MAX = 16 * 1024;
  private static final long QUEUE_BYTES_MAX = 128 << 20;
  private static final int READS_MAX = 64;
  private static final int WAITING_COMMITS_MAX = 16 * 1024;
  private static final int APPLIED_TOGETHER = 512; // entries: readers wait for all of them

  /** Between two pieces of upkeep: when there is more to do, when clients write, when idle. */
  private static final long UPKEEP_MILLIS = 1;

  private static final long UPKEEP_YIELD_MILLIS = 5;
  private static final long UPKEEP_IDLE_MILLIS = 250;

  private static final long SCHEDULE_MILLIS = 1_000;

  /** How soon a commit that no write carries is logged by itself. */
  private static final long COMMIT_MILLIS = 50;

  private final StoreOptions options;
  private final SnapshotSchedule schedule;
  private final Metrics metrics;

  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final ArrayDeque<Written> done = new ArrayDeque<>(); // and not yet told
  private final ArrayDeque<Committed> commits = new ArrayDeque<>(); // to apply
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private final Promise<Void> failure = Promise.promise();
  private final Promise<Void> drained = Promise.promise(); // while closing
  private StoreCore core;
  private WorkerExecutor disk;
  private WorkerExecutor map;
  private WorkerExecutor background;
  private WorkerExecutor requests;
  private StoreAnswers answers;
  private Optional<Upkeep> upkeep = Optional.empty();
  private Future<?> applied = Future.succeededFuture(); // the commits that are being applied
  private Future<?> checkpoint = Future.succeededFuture();
  private Future<?> kept = Future.succeededFuture(); // the piece of upkeep under way
  private Future<?> copied = Future.succeededFuture(); // all parts of a copy so far
  private long queuedBytes;
  private boolean writing;
  private boolean overflowed; // the last write was refused for want of room in the queue
  private boolean applying;
  private boolean installing;
  private int copyParts; // with the disk
  private boolean closing;
  private int reads;
  private Throwable failed;
  private Mending mending;

  /**
   * @param message whom to tell; null for the store's own
   * @param afterRefused one was refused before it, so it may not follow what is in the log
   */
  private record Waiting(
      LogWrite write, Message<LogWrite> message, long bytes, boolean afterRefused) {}

  /** A group of writes that the disk is done with, and the log's last revision after each. */
  private record Written(List<Waiting> group, AsyncResult<List<Long>> result) {}

  public StoreVerticle(StoreOptions options, Metrics metrics) {
    this(options, SnapshotSchedule.NEVER, metrics);
  }

  public StoreVerticle(StoreOptions options, SnapshotSchedule schedule, Metrics metrics) {
    this.options = options;
    this.schedule = schedule;
    this.metrics = metrics;
  }

  /** Fails when the store can no longer keep its promises; never succeeds. */
  public Future<Void> failure() {
    return failure.future();
  }

  @Override
  public Future<?> start() {
    disk = executor("widecast-disk-");
    map = executor("widecast-map-");
    background = executor("widecast-checkpoint-");
    requests = executor("widecast-requests-");
    return disk.executeBlocking(
            () ->
                StoreCore.open(
                    new FileDisk(options.dataDirectory()),
                    options,
                    metrics,
                    System.currentTimeMillis()))
        .onSuccess(this::opened);
  }

  private WorkerExecutor executor(String prefix) {
    return vertx.createSharedWorkerExecutor(
        prefix + deploymentID(), 1, 10, TimeUnit.MINUTES); // a slow disk is reported elsewhere
  }

  private void opened(StoreCore opened) {
    core = opened;
    answers = new StoreAnswers(core, metrics);
    mending = new Mending(vertx, options.node(), answers, () -> copyParts == 0);
    upkeep = core.container().map(container -> new Upkeep(core, container, metrics));
    listen(Bus.LOG, this::onLog);
    listen(Bus.COMMITTED, this::onCommitted);
    listen(Bus.COPY, this::onCopy);
    listen(Bus.HELD, this::onAskHeld);
    listen(Bus.LOG_READ, this::onLogRead);
    listen(Bus.RECOVERY, this::onRecovery);
    listen(Bus.VIEW, this::onView);
    listen(Bus.STORE, this::onRequest);
    keepUp(UPKEEP_IDLE_MILLIS);
    if (schedule.isOn() && upkeep.isPresent()) {
      vertx.setPeriodic(SCHEDULE_MILLIS, id -> keepSchedule());
    }
    vertx.setPeriodic(COMMIT_MILLIS, id -> logCommit());
    LOG.info(
        "store of {} in {}: {} keys at {}",
        options.node(),
        options.dataDirectory(),
        core.view().size(),
        core.view().token());
    publish(new Applied(core.view(), List.of(), true));
    mending.begin();
  }

  private <T> void listen(String address, Handler<Message<T>> handler) {
    consumers.add(vertx.eventBus().<T>localConsumer(address, handler));
  }

  private void onLog(Message<LogWrite> message) {
    LogWrite write = message.body();
    long bytes = write.entries().stream().mapToLong(EncodedEntry::sizeBytes).sum();
    if (failed != null) {
      refuse(message, failed);
    } else if (queue.size() >= QUEUE_WRITES_MAX || queuedBytes + bytes > QUEUE_BYTES_MAX) {
      overflowed = true;
      StoreMessages.refuse(
          message,
          new WidecastException(
              ErrorCode.OVERLOADED, "the disk does not keep up: " + queue.size() + " writes wait"));
    } else {
      enqueue(new Waiting(write, message, bytes, overflowed));
      overflowed = false;
    }
  }

  private void enqueue(Waiting waiting) {
    queue.add(waiting);
    queuedBytes += waiting.bytes;
    writeNext();
  }

  private void writeNext() {
    if (writing || queue.isEmpty() || failed != null) {
      return;
    }
    var group = new ArrayList<Waiting>();
    var writes = new ArrayList<LogWrite>();
    long bytes = 0;
    while (!queue.isEmpty()
        && group.size() < GROUP_WRITES_MAX
        && (group.isEmpty() || bytes + queue.peek().bytes <= GROUP_BYTES_MAX)) {
      Waiting next = queue.remove();
      group.add(next);
      writes.add(next.write);
      bytes += next.bytes;
    }
    queuedBytes -= bytes;
    boolean gap = group.stream().anyMatch(Waiting::afterRefused);
    writing = true;
    disk.executeBlocking(() -> append(writes, gap), false)
        .onComplete(result -> written(new Written(group, result)));
  }

  private List<Long> append(List<LogWrite> writes, boolean gap) {
    if (gap) {
      core.refuseNext();
    }
    return core.append(writes);
  }

  /**
   * The disk goes on with the next group before the senders of this one are told. That one may be
   * done before {@link #writeNext} returns, and then comes here from within: so the groups that are
   * done queue up, and whoever comes first tells all of them in order.
   */
  private void written(Written group) {
    writing = false;
    done.add(group);
    if (group.result.failed() && !(group.result.cause() instanceof WidecastException)) {
      fail(group.result.cause());
    }
    writeNext();
    Written next;
    while ((next = done.poll()) != null) {
      tell(next);
    }
    checkpointIfDue();
    if (closing && !writing) {
      drained.tryComplete();
    }
  }

  private static void tell(Written written) {
    for (int i = 0; i < written.group.size(); i++) {
      Message<LogWrite> message = written.group.get(i).message;
      if (message == null) {
        continue; // the store's own
      }
      if (written.result.succeeded()) {
        message.reply(new LogDurable(written.result.result().get(i)), Bus.LOCAL_ONLY);
      } else {
        refuse(message, written.result.cause());
      }
    }
  }

  /** A position that readers saw must be known after a restart, also when nothing follows it. */
  private void logCommit() {
    if (failed == null && !closing && !writing && queue.isEmpty()) {
      core.commitToLog().ifPresent(write -> enqueue(new Waiting(write, null, 0, false)));
    }
  }

  private void onCommitted(Message<Committed> message) {
    if (failed != null || closing) {
      return;
    }
    if (commits.size() == WAITING_COMMITS_MAX) {
      fail(new IllegalStateException(commits.size() + " commits wait to be applied"));
      return;
    }
    commits.add(message.body());
    applyNext();
  }

  private void applyNext() {
    if (applying || installing || commits.isEmpty() || failed != null) {
      return;
    }
    List<Committed> batch = List.copyOf(commits);
    commits.clear();
    applying = true;
    applied =
        map.executeBlocking(() -> apply(batch), false)
            .onSuccess(done -> done.forEach(this::publish))
            .onFailure(this::fail)
            .onComplete(
                over -> {
                  applying = false;
                  applyNext();
                  checkpointIfDue();
                });
  }

  /** What has gathered is applied together: a change of the map costs less for many entries. */
  private List<Applied> apply(List<Committed> batch) {
    var done = new ArrayList<Applied>();
    var together = new ArrayList<EncodedEntry>();
    for (int i = 0; i < batch.size(); i++) {
      together.addAll(batch.get(i).entries());
      if (together.size() >= APPLIED_TOGETHER || i == batch.size() - 1) {
        core.apply(new Committed(together, batch.get(i).upTo())).ifPresent(done::add);
        together.clear();
      }
    }
    return done;
  }

  private void publish(Applied applied) {
    vertx.eventBus().publish(Bus.APPLIED, applied, Bus.LOCAL_ONLY);
  }

  private void onCopy(Message<CopyPart> message) {
    if (failed != null) {
      refuse(message, failed);
      return;
    }
    boolean end = message.body() instanceof CopyPart.End;
    installing |= end;
    copyParts++;
    copied =
        Future.join(applied.otherwiseEmpty(), checkpoint.otherwiseEmpty())
            .transform(over -> disk.executeBlocking(() -> core.take(message.body()), false))
            .onSuccess(
                whole -> {
                  try {
                    whole.ifPresent(
                        view -> {
                          mending.onCopied();
                          publish(core.show(view));
                        });
                    message.reply(new CopyTaken(), Bus.LOCAL_ONLY);
                  } catch (WidecastException e) {
                    fail(e); // on disk it has taken the place of what is newer
                    refuse(message, e);
                  }
                })
            .onFailure(
                cause -> {
                  if (cause instanceof StoreException) {
                    fail(cause);
                  }
                  refuse(message, cause);
                })
            .onComplete(over -> copyPartOver(end));
  }

  private void onAskHeld(Message<AskHeld> message) {
    copied // what is left of a transfer that broke off comes first
        .transform(over -> disk.executeBlocking(core::held, false))
        .onSuccess(holding -> message.reply(new Held(holding), Bus.LOCAL_ONLY))
        .onFailure(cause -> refuse(message, cause));
  }

  private void copyPartOver(boolean end) {
    copyParts--;
    if (end) {
      installing = false;
      applyNext();
    }
  }

  private void onLogRead(Message<LogRead> message) {
    if (failed != null) {
      refuse(message, failed);
    } else if (reads >= READS_MAX) {
      StoreMessages.refuse(
          message,
          new WidecastException(ErrorCode.OVERLOADED, reads + " reads of the log are under way"));
    } else {
      reads++;
      vertx
          .executeBlocking(() -> core.readLog(message.body()), false)
          .onSuccess(slice -> message.reply(slice, Bus.LOCAL_ONLY))
          .onFailure(cause -> refuse(message, cause))
          .onComplete(over -> reads--);
    }
  }

  private void onRecovery(Message<AskRecovery> message) {
    disk.<Recovery>executeBlocking(core::recovery, false)
        .onSuccess(recovery -> message.reply(recovery, Bus.LOCAL_ONLY))
        .onFailure(cause -> refuse(message, cause));
  }

  private void onView(Message<AskView> message) {
    message.reply(new Applied(core.view(), List.of(), true), Bus.LOCAL_ONLY);
  }

  private void onRequest(Message<StoreRequest> message) {
    if (failed != null || closing) {
      refuse(message, failed != null ? failed : new IllegalStateException("the node stops"));
      return;
    }
    if (message.body() instanceof StoreRequest.Damaged report) {
      mending.onDamage(report.detail());
      return;
    }
    Future<Record> answer =
        message.body() instanceof StoreRequest.Verify && !core.isMapLost()
            ? vertx.executeBlocking(() -> answers.verify(System.currentTimeMillis()), false)
            : requests.executeBlocking(
                () -> answers.answer(message.body(), System.currentTimeMillis()), false);
    answer
        .onSuccess(
            found -> {
              if (found instanceof VerifyReport report && !report.sound()) {
                mending.onDamage(answers.alarm().orElse("a check has found an alarm"));
              }
            })
        .onSuccess(found -> message.reply(found, Bus.LOCAL_ONLY))
        .onSuccess(
            found -> {
              if (message.body() instanceof StoreRequest.DeleteSnapshot) {
                mending.onSnapshotDeleted();
              }
            })
        .onFailure(
            cause -> {
              if (cause instanceof StoreException damage) {
                LOG.error("cannot answer {}: {}", message.body(), damage.getMessage());
                mending.onDamage(damage.getMessage());
                StoreMessages.refuse(message, StoreMessages.damaged(damage));
              } else {
                refuse(message, cause);
              }
            });
  }

  // ---- in the background

  private void keepSchedule() {
    if (failed == null && !closing && !core.isMapLost()) {
      requests
          .executeBlocking(() -> answers.keepSchedule(schedule, System.currentTimeMillis()), false)
          .onSuccess(taken -> taken.ifPresent(name -> LOG.info("snapshot {} taken", name)))
          .onFailure(cause -> LOG.warn("no snapshot could be taken: {}", cause.getMessage()));
    }
  }

  private void keepUp(long delayMillis) {
    upkeep.ifPresent(work -> vertx.setTimer(delayMillis, id -> keepUp(work)));
  }

  private void keepUp(Upkeep work) {
    if (failed != null || closing) {
      return;
    }
    kept =
        background
            .executeBlocking(work::run, false)
            .onSuccess(
                more -> {
                  if (!more && work.wantsCheckpoint()) {
                    checkpoint();
                  }
                  boolean busy = writing || applying;
                  keepUp(!more ? UPKEEP_IDLE_MILLIS : busy ? UPKEEP_YIELD_MILLIS : UPKEEP_MILLIS);
                })
            .onFailure(
                cause -> {
                  if (cause instanceof DiskFullException) {
                    keepUp(UPKEEP_IDLE_MILLIS); // what it needs may be given back
                  } else if (cause instanceof StoreException damage) {
                    LOG.error("nothing is deleted or cleaned any more: {}", damage.getMessage());
                    mending.onDamage(damage.getMessage());
                    keepUp(UPKEEP_IDLE_MILLIS);
                  } else {
                    fail(cause);
                  }
                });
  }

  private void checkpointIfDue() {
    if (core.checkpointDue()) {
      checkpoint();
    }
  }

  private void checkpoint() {
    if (failed != null || closing || installing || copyParts > 0 || !checkpoint.isComplete()) {
      return;
    }
    checkpoint =
        map.executeBlocking(core::freeze, false)
            .compose(this::write)
            .compose(written -> dropLog())
            .onFailure(this::checkpointFailed);
  }

  private Future<?> write(StoreCore.PendingCheckpoint frozen) {
    return background
        .executeBlocking(
            () -> {
              frozen.write();
              return null;
            },
            false)
        .transform(
            done ->
                map.executeBlocking(
                        () -> {
                          frozen.over(done.succeeded());
                          return null;
                        },
                        false)
                    .compose(
                        over ->
                            done.succeeded()
                                ? Future.succeededFuture()
                                : Future.failedFuture(done.cause())))
        .compose(
            over ->
                background.executeBlocking(
                    () -> {
                      frozen.deleteOthers();
                      return null;
                    },
                    false));
  }

  private Future<Void> dropLog() {
    return background
        .executeBlocking(
            () -> {
              LogDrop drop = core.logToDrop(System.currentTimeMillis());
              core.forgetUpTo(drop.base());
              return drop;
            },
            false)
        .compose(
            drop ->
                disk.executeBlocking(
                    () -> {
                      core.dropLog(drop);
                      return null;
                    },
                    false));
  }

  /** Nothing is lost, the log holds it all; but with a broken disk the log will fail next. */
  private void checkpointFailed(Throwable cause) {
    if (cause instanceof DiskFullException) {
      LOG.warn("no room for a checkpoint in {}: {}", options.dataDirectory(), cause.getMessage());
    } else {
      LOG.error("checkpoint in {} failed", options.dataDirectory(), cause);
    }
  }

  private static void refuse(Message<?> message, Throwable cause) {
    WidecastException refusal =
        cause instanceof WidecastException known
            ? known
            : new WidecastException(ErrorCode.INTERNAL, String.valueOf(cause.getMessage()));
    StoreMessages.refuse(message, refusal);
  }

  private void fail(Throwable cause) {
    if (failed != null) {
      return;
    }
    failed = cause;
    mending.stop();
    LOG.error("the store of {} gives up: nothing more is acknowledged", options.node(), cause);
    queue.stream()
        .filter(waiting -> waiting.message != null)
        .forEach(waiting -> refuse(waiting.message, cause));
    queue.clear();
    failure.tryFail(cause);
  }

  /** What is committed by now is applied, and everybody told, while they still listen. */
  @Override
  public Future<Void> drain() {
    return Future.future(
        promise -> context.runOnContext(nothing -> allApplied().onComplete(promise)));
  }

  private Future<Void> allApplied() {
    return applied.transform(over -> applying ? allApplied() : Future.succeededFuture());
  }

  @Override
  public Future<?> stop() {
    closing = true;
    if (core == null) {
      return Future.succeededFuture();
    }
    mending.stop();
    consumers.forEach(MessageConsumer::unregister);
    return queueEmpty()
        .transform(over -> copied)
        .transform(over -> applied)
        .transform(over -> checkpoint)
        .transform(over -> kept)
        .transform(
            over ->
                disk.executeBlocking(
                    () -> {
                      if (failed == null) {
                        core.close();
                      } else {
                        core.abandon();
                      }
                      return null;
                    },
                    false));
  }

  /** When all writes that were taken are on disk, or have failed. */
  private Future<Void> queueEmpty() {
    return writing ? drained.future() : Future.succeededFuture();
  }
}
