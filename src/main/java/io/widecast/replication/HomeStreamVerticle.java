package io.widecast.replication;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.widecast.bus.AskHeld;
import io.widecast.bus.AskRead;
import io.widecast.bus.AskRecovery;
import io.widecast.bus.Bus;
import io.widecast.bus.CopyTaken;
import io.widecast.bus.Drainable;
import io.widecast.bus.Held;
import io.widecast.bus.LogDurable;
import io.widecast.bus.LogWrite;
import io.widecast.bus.PublishBatch;
import io.widecast.bus.PublishOutcomes;
import io.widecast.bus.ReadAnswered;
import io.widecast.bus.Recovery;
import io.widecast.bus.StoreDamaged;
import io.widecast.faults.FaultInjector;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ClusterView;
import io.widecast.model.ErrorCode;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.PublishOutcome;
import io.widecast.model.ReadOutcome;
import io.widecast.net.FrameSocket;
import io.widecast.replication.wan.EdgeReceiver;
import io.widecast.store.StoreMessages;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An edge node's replication: follows the home site over one stream to any of its core nodes, and
 * has its clients' publishes ordered there. An {@link EdgeReceiver} decides; this verticle owns the
 * connection. One event loop.
 */
public final class HomeStreamVerticle extends VerticleBase implements Drainable {

  private static final Logger LOG = LoggerFactory.getLogger(HomeStreamVerticle.class);

  private static final int CONNECT_MILLIS = 3_000;
  private static final long BACK_OFF_MILLIS_MIN = 100;
  private static final long BACK_OFF_MILLIS_MAX = 2_000;
  private static final long SILENCE_NANOS = 4_000_000_000L; // keep-alives come every second
  private static final long STATUS_MILLIS = 250;

  /** A core node that reaches no master is left for another after this long, then twice that... */
  private static final long STAY_NANOS_MIN = 2_000_000_000L;

  private static final long STAY_NANOS_MAX = 60_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long LOG_RETRY_MILLIS = 500;
  private static final int WAITING_MAX = 16_384;
  private static final int KEY_READS_MAX = 4_096;
  private static final long KEY_READS_FROM = 1L << 32; // their numbers; those of others are below

  private static final ReadOutcome.Refused UNREACHABLE =
      new ReadOutcome.Refused(
          ErrorCode.NO_MASTER,
          "the home site cannot be reached from here now, so nobody can be sure; retry shortly, or"
              + " read this node's own copy with consistency=local");

  private static final ReadOutcome.Refused TOO_MANY_READS =
      new ReadOutcome.Refused(
          ErrorCode.OVERLOADED,
          KEY_READS_MAX + " reads of what this node does not hold wait for home: try again");

  private final HomeStreamOptions options;
  private final Supplier<String> http;
  private final Metrics metrics;
  private final StreamCodec codec;
  private final Map<Long, Message<PublishBatch>> waiting = new HashMap<>(); // by number
  private final Map<Long, Message<AskRead>> keyReads = new HashMap<>(); // done at home, by number
  private final IndexAsks indexAsks = new IndexAsks(this::askIndex, UNREACHABLE);
  private NetClient client;
  private EdgeReceiver receiver;
  private EdgeStatus status;
  private FrameSocket socket; // null while not connected
  private int tried; // index of the next home address
  private long backOffMillis = BACK_OFF_MILLIS_MIN;
  private boolean connecting;
  private boolean draining;
  private Future<?> writing = Future.succeededFuture(); // to the store, the last
  private long ticks = -1; // timer
  private long heardNanos;
  private long masterlessNanos = NEVER; // since when the core node has reached no master
  private long stayNanos = STAY_NANOS_MIN;
  private long nextNumber;
  private int streamsOpened;

  /**
   * @param http base URL of this node's HTTP port
   */
  public HomeStreamVerticle(HomeStreamOptions options, Supplier<String> http, Metrics metrics) {
    this.options = options;
    this.http = http;
    this.metrics = metrics;
    this.codec = new StreamCodec(options.cluster());
  }

  @Override
  public Future<?> start() {
    EventBus bus = vertx.eventBus();
    client =
        vertx.createNetClient(
            new NetClientOptions().setConnectTimeout(CONNECT_MILLIS).setTcpNoDelay(true));
    return bus.<Recovery>request(Bus.RECOVERY, new AskRecovery(), Bus.LOCAL_ONLY)
        .onSuccess(
            recovery -> {
              receiver = new EdgeReceiver(recovery.body().applied());
              status = new EdgeStatus(options, receiver.hasCopy());
              heardNanos = System.nanoTime();
              bus.localConsumer(Bus.PUBLISH, this::onPublish);
              bus.localConsumer(Bus.READ, this::onAskRead);
              bus.<StoreDamaged>localConsumer(Bus.DAMAGED, told -> perform(receiver.onDamaged()));
              ticks = vertx.setPeriodic(STATUS_MILLIS, id -> onTick());
              connect();
            });
  }

  /** Home hears no more of this node; what it is writing gets to its disk. */
  @Override
  public Future<Void> drain() {
    return Future.future(
        promise ->
            context.runOnContext(
                nothing -> {
                  draining = true;
                  vertx.cancelTimer(ticks);
                  client.close().eventually(() -> writing).onComplete(promise);
                }));
  }

  @Override
  public Future<?> stop() {
    draining = true;
    return client.close();
  }

  // ---- the connection

  private void connect() {
    if (draining || connecting || socket != null) {
      return;
    }
    if (!receiver.isIdle()) { // what is being written first becomes the position
      vertx.setTimer(BACK_OFF_MILLIS_MIN, id -> connect());
      return;
    }
    connecting = true;
    HomeStreamOptions.Address home = options.home().get(tried);
    tried = (tried + 1) % options.home().size();
    vertx
        .eventBus()
        .<Held>request(Bus.HELD, new AskHeld(), Bus.LOCAL_ONLY)
        .compose(
            held ->
                client
                    .connect(home.port(), home.host())
                    .onSuccess(connected -> use(connected, home, held.body().holding())))
        .onFailure(failure -> retryLater())
        .onComplete(over -> connecting = false);
  }

  private void retryLater() {
    vertx.setTimer(backOffMillis, id -> connect());
    backOffMillis = Math.min(backOffMillis * 2, BACK_OFF_MILLIS_MAX);
  }

  private void use(NetSocket netSocket, HomeStreamOptions.Address home, Holding held) {
    var fresh = new FrameSocket(vertx, netSocket, codec, metrics, faults());
    socket = fresh;
    heardNanos = System.nanoTime();
    masterlessNanos = NEVER;
    receiver.onConnected();
    fresh.handler(this::onFrame);
    fresh.closeHandler(() -> onClosed(fresh));
    fresh.send(
        new StreamFrame.Greeting(
            options.id(),
            options.site(),
            Optional.of(options.filter()),
            receiver.resumeFrom(),
            held,
            http.get()));
    LOG.info("connected to {}:{}, from {}", home.host(), home.port(), receiver.resumeFrom());
  }

  private Optional<FaultInjector> faults() {
    return options.faults().isNone()
        ? Optional.empty()
        : Optional.of(
            FaultInjector.of(
                options.faults(),
                options.faultSeed(),
                options.id() + "/wan-client-" + streamsOpened++));
  }

  private void onClosed(FrameSocket closed) {
    if (socket != closed) {
      return;
    }
    socket = null;
    if (!draining) {
      metrics.increment(Metric.WAN_RECONNECTS);
      LOG.warn("the stream from home ended at {}; connecting again", receiver.position());
    }
    var lost = new ArrayList<>(waiting.values());
    waiting.clear();
    lost.forEach(
        message ->
            refuse(
                message,
                "the connection to the home site ended before its answer; retry with the same"
                    + " idempotency key",
                Map.of()));
    var unread = new ArrayList<>(keyReads.values());
    keyReads.clear();
    unread.forEach(message -> answer(message, UNREACHABLE));
    indexAsks.onLost();
    tellStatus();
    retryLater();
  }

  private void drop(String why) {
    LOG.warn("the stream from home is given up: {}", why);
    if (socket != null) {
      socket.close();
    }
  }

  // ---- frames

  private void onFrame(StreamFrame frame) {
    if (draining) {
      return;
    }
    heardNanos = System.nanoTime();
    if (frame instanceof StreamFrame.Entries entries) {
      backOffMillis = BACK_OFF_MILLIS_MIN;
      perform(receiver.onEntries(entries));
    } else if (frame instanceof StreamFrame.CopyBegin begin) {
      LOG.info("taking a copy as of {}", begin.at());
      perform(receiver.onCopyBegin(begin));
    } else if (frame instanceof StreamFrame.CopyRows rows) {
      perform(receiver.onCopyRows(rows));
    } else if (frame instanceof StreamFrame.CopyEnd end) {
      perform(receiver.onCopyEnd(end));
    } else if (frame instanceof StreamFrame.Outcomes outcomes) {
      Message<PublishBatch> message = waiting.remove(outcomes.number());
      if (message != null) {
        message.reply(new PublishOutcomes(outcomes.outcomes()), Bus.LOCAL_ONLY);
      }
    } else if (frame instanceof StreamFrame.ReadDone done) {
      onReadDone(done);
    } else if (frame instanceof StreamFrame.Status news) {
      onTold(news.status().cluster());
    } else if (frame instanceof StreamFrame.Refusal refusal) {
      LOG.error("the home site refuses this node: {}", refusal.detail());
    } else {
      metrics.increment(Metric.FRAMES_MALFORMED);
      drop("a frame that only core nodes send");
    }
  }

  private void perform(List<EdgeReceiver.Output> outputs) {
    if (draining) {
      return; // what was written is found at the next start
    }
    for (EdgeReceiver.Output output : outputs) {
      if (output instanceof EdgeReceiver.Output.Send send) {
        if (socket != null) {
          socket.send(send.frame());
        }
      } else if (output instanceof EdgeReceiver.Output.WriteLog write) {
        write(write.write());
      } else if (output instanceof EdgeReceiver.Output.Commit commit) {
        vertx.eventBus().send(Bus.COMMITTED, commit.committed(), Bus.LOCAL_ONLY);
      } else if (output instanceof EdgeReceiver.Output.Copy copy) {
        copy(copy);
      } else if (output instanceof EdgeReceiver.Output.Reconnect reconnect) {
        drop(reconnect.why());
      } else {
        throw new AssertionError(output); // Java 17 does not check this chain: a test does
      }
    }
  }

  private void write(LogWrite write) {
    writing =
        vertx
            .eventBus()
            .<LogDurable>request(Bus.LOG, write, Bus.LOCAL_ONLY)
            .onSuccess(durable -> perform(receiver.onLogDurable()))
            .onFailure(this::onNotWritten);
  }

  private void onNotWritten(Throwable failure) {
    if (StoreMessages.refusal(failure).code() == ErrorCode.INTERNAL) {
      return; // the store has failed for good, and whoever runs the node ends it
    }
    LOG.warn("the log was not written, and is tried again: {}", failure.getMessage());
    vertx.setTimer(LOG_RETRY_MILLIS, id -> perform(List.of(receiver.retry())));
  }

  /** Parts go to the store in order; the stream is held back while one is there. */
  private void copy(EdgeReceiver.Output.Copy copy) {
    FrameSocket from = socket;
    if (from != null) {
      from.pause();
    }
    writing =
        vertx
            .eventBus()
            .<CopyTaken>request(Bus.COPY, copy.part(), Bus.LOCAL_ONLY)
            .onComplete(
                taken -> {
                  if (from != null && !from.isClosed()) {
                    from.resume();
                  }
                  if (taken.failed()) {
                    perform(receiver.onCopyFailed(taken.cause().getMessage()));
                  } else if (copy.part() instanceof io.widecast.bus.CopyPart.End) {
                    perform(receiver.onCopied());
                    tellStatus();
                  }
                });
  }

  private void onTold(ClusterView cluster) {
    if (cluster.master().isPresent()) {
      masterlessNanos = NEVER;
      stayNanos = STAY_NANOS_MIN;
    } else if (masterlessNanos == NEVER) {
      masterlessNanos = System.nanoTime();
    }
    status.onTold(cluster);
    tellStatus();
  }

  // ---- publishes of this node's clients

  private void onPublish(Message<PublishBatch> message) {
    if (socket == null || waiting.size() >= WAITING_MAX) {
      refuse(
          message,
          "the home site cannot be reached from here now; retry shortly",
          Map.of("written", false));
      return;
    }
    waiting.put(nextNumber, message);
    socket.send(new StreamFrame.Publish(nextNumber++, message.body().requests()));
  }

  private void refuse(Message<PublishBatch> message, String detail, Map<String, Object> extras) {
    var refused = new PublishOutcome.Refused(ErrorCode.NO_MASTER, detail, extras);
    var outcomes = new ArrayList<PublishOutcome>();
    message.body().requests().forEach(request -> outcomes.add(refused));
    message.reply(new PublishOutcomes(outcomes), Bus.LOCAL_ONLY);
  }

  // ---- reads at the master

  /** A key that this node does not hold is read at home, by itself; others need the index only. */
  private void onAskRead(Message<AskRead> message) {
    Optional<Key> key = message.body().key();
    if (key.isEmpty()) {
      indexAsks.add(outcome -> answer(message, outcome));
    } else if (socket == null) {
      answer(message, UNREACHABLE);
    } else if (keyReads.size() >= KEY_READS_MAX) {
      answer(message, TOO_MANY_READS);
    } else {
      long number = KEY_READS_FROM + nextNumber++;
      keyReads.put(number, message);
      socket.send(new StreamFrame.Read(number, key));
    }
  }

  private boolean askIndex(long number) {
    if (socket != null) {
      socket.send(new StreamFrame.Read(number, Optional.empty()));
    }
    return socket != null;
  }

  private void onReadDone(StreamFrame.ReadDone done) {
    Message<AskRead> message = keyReads.remove(done.number());
    if (message != null) {
      answer(message, done.outcome());
    } else {
      indexAsks.onAnswer(done.number(), done.outcome());
    }
  }

  private static void answer(Message<AskRead> message, ReadOutcome outcome) {
    message.reply(new ReadAnswered(outcome), Bus.LOCAL_ONLY);
  }

  // ---- status

  private void onTick() {
    if (socket != null && System.nanoTime() - heardNanos > SILENCE_NANOS) {
      drop("nothing was heard for " + SILENCE_NANOS / 1_000_000_000 + " s");
    }
    boolean stayed = masterlessNanos != NEVER && System.nanoTime() - masterlessNanos > stayNanos;
    if (stayed && options.home().size() > 1) {
      stayNanos = Math.min(2 * stayNanos, STAY_NANOS_MAX);
      masterlessNanos = NEVER;
      drop("the core node there reaches no master: perhaps another one does");
    }
    tellStatus();
  }

  private void tellStatus() {
    if (draining) {
      return;
    }
    long lagMillis = socket == null ? (System.nanoTime() - heardNanos) / 1_000_000 : 0;
    vertx
        .eventBus()
        .publish(Bus.STATUS, status.of(receiver, http.get(), lagMillis), Bus.LOCAL_ONLY);
  }
}
