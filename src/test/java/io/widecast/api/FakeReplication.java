package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.widecast.bus.AskRead;
import io.widecast.bus.Bus;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.bus.NodeStatus;
import io.widecast.bus.PublishBatch;
import io.widecast.bus.PublishOutcomes;
import io.widecast.bus.ReadAnswered;
import io.widecast.model.ClusterView;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.store.Applied;
import io.widecast.store.AskView;
import io.widecast.store.StoreMessages;
import io.widecast.wire.EntryCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Stands in for replication and store together: orders publishes as a master alone would, and shows
 * them. Copies its whole map for each view, unless {@link #sharing}: then views are not frozen,
 * which is only good for measuring.
 */
final class FakeReplication extends VerticleBase {

  private final List<EncodedEntry> log = new ArrayList<>();
  private final Map<String, PublishOutcome> outcomes = new HashMap<>();
  private final Map<String, Long> bodies = new HashMap<>();
  private final NavigableMap<Key, Versioned> map = new ConcurrentSkipListMap<>();
  private final boolean sharing;
  private final FakeStore store = new FakeStore(log);
  private long epoch = 1;
  private long logFrom = 1; // lowest revision the log still holds
  private Optional<ErrorCode> refuse = Optional.empty();
  private Optional<List<String>> filter = Optional.empty();
  private Optional<Optional<ReadOutcome>> readOutcome = Optional.empty();
  private boolean tooLate;
  private boolean ready = true;
  private boolean masterKnown = true;

  FakeReplication() {
    this(false);
  }

  FakeReplication(boolean sharing) {
    this.sharing = sharing;
  }

  static void registerCodecs(Vertx vertx) {
    Bus.registerCodecs(vertx);
    StoreMessages.registerCodecs(vertx);
  }

  FakeStore store() {
    return store;
  }

  @Override
  public Future<?> start() {
    store.listen(vertx);
    vertx.eventBus().localConsumer(Bus.PUBLISH, this::onPublish);
    vertx.eventBus().<AskView>localConsumer(Bus.VIEW, m -> m.reply(applied(List.of(), true)));
    vertx.eventBus().localConsumer(Bus.LOG_READ, this::onLogRead);
    vertx.eventBus().localConsumer(Bus.READ, this::onRead);
    return Future.succeededFuture();
  }

  /** Runs {@code change} where this verticle owns its state, then tells everybody how it stands. */
  Future<Void> change(Runnable change) {
    return Future.future(
        promise ->
            context.runOnContext(
                v -> {
                  change.run();
                  publishStatus();
                  promise.complete();
                }));
  }

  void publishStatus() {
    Token at = position();
    var self = node("paris-1", ClusterView.Role.MASTER, ClusterView.State.ACTIVE, at.revision());
    var behind = node("paris-2", ClusterView.Role.CORE, ClusterView.State.STALE, 0);
    var edge =
        new ClusterView.Node(
            new NodeId("lyon-1"),
            ClusterView.Role.EDGE,
            ClusterView.State.ACTIVE,
            at.revision(),
            7,
            List.of("city/FR/**"),
            12,
            "http://127.0.0.1:9",
            false);
    var cluster =
        new ClusterView(
            at,
            Optional.of(new NodeId("paris-1")),
            List.of(
                new ClusterView.Site(new NodeId("paris"), true, List.of(self, behind)),
                new ClusterView.Site(new NodeId("lyon"), false, List.of(edge))));
    var checks =
        List.of(
            new NodeStatus.Check("copy", ready, "as the test says"),
            new NodeStatus.Check(NodeStatus.MASTER, masterKnown, "none is known yet"));
    vertx
        .eventBus()
        .publish(Bus.STATUS, new NodeStatus(checks, 0, filter, cluster), Bus.LOCAL_ONLY);
  }

  private static ClusterView.Node node(
      String id, ClusterView.Role role, ClusterView.State state, long revision) {
    return new ClusterView.Node(new NodeId(id), role, state, revision, 0, List.of(), 0, "", false);
  }

  void ready(boolean now) {
    ready = now;
  }

  void masterKnown(boolean now) {
    masterKnown = now;
  }

  void filter(List<String> patterns) {
    filter = Optional.of(patterns);
  }

  void refuse(ErrorCode code) {
    refuse = Optional.of(code);
  }

  /**
   * How far reads at the master must be; they are as far as this map by default.
   *
   * @param then what is answered; null for nothing
   */
  void answerReads(ReadOutcome then) {
    readOutcome = Optional.of(Optional.ofNullable(then));
  }

  private void onRead(Message<AskRead> message) {
    Optional<Versioned> found = message.body().key().map(map::get);
    readOutcome
        .orElse(Optional.of(new ReadOutcome.At(position(), found)))
        .ifPresent(outcome -> message.reply(new ReadAnswered(outcome), Bus.LOCAL_ONLY));
  }

  /** Whether writes are written, but do not reach their level in time. */
  void tooLate(boolean now) {
    tooLate = now;
  }

  void accept() {
    refuse = Optional.empty();
  }

  void forgetLog() {
    logFrom = log.size() + 1L;
  }

  /** A new master's first entry, which is empty. */
  void newEpoch() {
    epoch++;
    append(List.of(), Optional.empty());
  }

  /** As if a whole copy had come from elsewhere. */
  void jump() {
    forgetLog();
    vertx.eventBus().publish(Bus.APPLIED, applied(List.of(), true), Bus.LOCAL_ONLY);
  }

  private Token position() {
    return log.isEmpty() ? Token.NONE : log.get(log.size() - 1).entry().token();
  }

  private Applied applied(List<EncodedEntry> entries, boolean jumped) {
    var shown = sharing ? map : new TreeMap<>(map);
    return new Applied(new FakeView(position(), shown), entries, jumped);
  }

  private void onPublish(Message<PublishBatch> message) {
    int before = log.size();
    List<PublishOutcome> decided = message.body().requests().stream().map(this::decide).toList();
    if (log.size() > before) {
      var entries = List.copyOf(log.subList(before, log.size()));
      vertx.eventBus().publish(Bus.APPLIED, applied(entries, false), Bus.LOCAL_ONLY);
      publishStatus();
    }
    message.reply(new PublishOutcomes(decided), Bus.LOCAL_ONLY);
  }

  private PublishOutcome decide(PublishRequest request) {
    if (refuse.isPresent()) {
      return new PublishOutcome.Refused(refuse.get(), "as the test says");
    }
    String key = request.requestId().map(id -> id.high() + "," + id.low()).orElse("");
    PublishOutcome known = outcomes.get(key);
    if (known != null) {
      return sameBody(request.requestId().orElseThrow(), key)
          ? known
          : new PublishOutcome.Refused(ErrorCode.IDEMPOTENCY_MISMATCH, "another body");
    }
    for (Compare compare : request.compares()) {
      Optional<String> failed = failed(compare, Optional.ofNullable(map.get(compare.key())));
      if (failed.isPresent()) {
        return new PublishOutcome.Refused(
            ErrorCode.PRECONDITION_FAILED,
            "the condition on '" + compare.key() + "' does not hold",
            Map.of("key", compare.key().toString(), "failed", failed.get()));
      }
    }
    boolean created =
        request.drafts().get(0) instanceof Draft.Put put && !map.containsKey(put.key());
    Token token = append(request.drafts(), request.requestId());
    if (tooLate) {
      return new PublishOutcome.Refused(
          ErrorCode.ACK_TIMEOUT,
          "as the test says",
          Map.of("written", true, "token", token.toString(), "reached", "memory"));
    }
    var written = new PublishOutcome.Written(token, request.drafts().size(), created);
    request.requestId().ifPresent(id -> remember(id, key, written));
    return written;
  }

  private void remember(RequestId id, String key, PublishOutcome outcome) {
    outcomes.put(key, outcome);
    bodies.put(key, id.bodyHash());
  }

  private boolean sameBody(RequestId id, String key) {
    return bodies.get(key) == id.bodyHash();
  }

  private static Optional<String> failed(Compare compare, Optional<Versioned> held) {
    if (compare instanceof Compare.Absent) {
      return held.isPresent() ? Optional.of("absent") : Optional.empty();
    }
    if (compare instanceof Compare.Present) {
      return held.isEmpty() ? Optional.of("present") : Optional.empty();
    }
    if (compare instanceof Compare.AtRevision at) {
      return held.filter(v -> v.revision() == at.revision()).isPresent()
          ? Optional.empty()
          : Optional.of("revision");
    }
    Token token = ((Compare.AtToken) compare).token();
    return held.filter(v -> v.token().equals(token)).isPresent()
        ? Optional.empty()
        : Optional.of("token");
  }

  private Token append(List<Draft> drafts, Optional<RequestId> requestId) {
    long revision = log.size() + 1L;
    var token = new Token(epoch, revision);
    var pairs = new ArrayList<Pair>();
    for (Draft draft : drafts) {
      if (draft instanceof Draft.Put put) {
        Versioned before = map.get(put.key());
        long version = before == null ? 1 : before.version() + 1;
        long createRevision = before == null ? revision : before.createRevision();
        long expires = put.ttlMillis() == 0 ? 0 : System.currentTimeMillis() + put.ttlMillis();
        var pair = new Pair.Put(put.key(), put.value(), version, createRevision, expires);
        pairs.add(pair);
        map.put(put.key(), Versioned.of(pair, token));
      } else {
        pairs.add(new Pair.Delete(draft.key(), false));
        map.remove(draft.key());
      }
    }
    var entry = new Entry(epoch, revision, position().epoch(), 1, requestId, pairs);
    log.add(EntryCodec.encode(entry));
    return token;
  }

  private void onLogRead(Message<LogRead> message) {
    long after = message.body().after();
    var entries = new ArrayList<EncodedEntry>();
    int bytes = 0;
    for (long revision = after + 1;
        revision <= log.size() && (entries.isEmpty() || bytes < message.body().bytesMax());
        revision++) {
      entries.add(log.get((int) revision - 1));
      bytes += entries.get(entries.size() - 1).sizeBytes();
    }
    boolean complete = after + 1 >= logFrom;
    message.reply(new LogSlice(complete, complete ? entries : List.of()), Bus.LOCAL_ONLY);
  }
}
