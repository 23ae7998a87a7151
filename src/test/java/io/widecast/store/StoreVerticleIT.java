package io.widecast.store;

import static io.widecast.store.Samples.committed;
import static io.widecast.store.Samples.delete;
import static io.widecast.store.Samples.entry;
import static io.widecast.store.Samples.put;
import static io.widecast.store.Samples.row;
import static io.widecast.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.widecast.bus.AskRecovery;
import io.widecast.bus.Bus;
import io.widecast.bus.CopyPart;
import io.widecast.bus.LogDurable;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogSlice;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreVerticleIT {

  @TempDir Path directory;

  private final Metrics metrics = new Metrics();
  private final BlockingQueue<Applied> feed = new ArrayBlockingQueue<>(10_000);
  private Vertx vertx;

  @BeforeEach
  void begin() {
    vertx = Vertx.vertx();
    Bus.registerCodecs(vertx);
    StoreMessages.registerCodecs(vertx);
    vertx.eventBus().<Applied>localConsumer(Bus.APPLIED, message -> feed.add(message.body()));
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  @Test
  void mergesWritesThatWaitAndAnswersEach() throws Exception {
    deploy();
    Applied first = feed.poll(20, TimeUnit.SECONDS);

    var answers = new ArrayList<Future<LogDurable>>();
    var entries = new ArrayList<EncodedEntry>();
    for (long revision = 1; revision <= 500; revision++) {
      entries.add(entry(1, revision, put("key-" + revision, "value", 1, revision)));
      answers.add(ask(Bus.LOG, write(entries.get(entries.size() - 1))));
    }
    for (int i = 0; i < answers.size(); i++) {
      assertThat(await(answers.get(i)).lastRevision()).isEqualTo(i + 1);
    }
    vertx.eventBus().send(Bus.COMMITTED, committed(entries), Bus.LOCAL_ONLY);
    Applied applied = feed.poll(20, TimeUnit.SECONDS);

    assertThat(first.jumped()).isTrue();
    assertThat(first.view().size()).isZero();
    assertThat(applied.view().token()).isEqualTo(new Token(1, 500));
    assertThat(applied.view().size()).isEqualTo(500);
    assertThat(applied.entries()).isEqualTo(entries);
    assertThat(metrics.get(Metric.LOG_FSYNCS)).isLessThan(250);
    LogSlice slice = await(ask(Bus.LOG_READ, new LogRead(490, 1 << 20)));
    assertThat(slice.entries()).isEqualTo(entries.subList(490, 500));
  }

  @Test
  void answersInTheOrderOfTheLogHoweverFastTheDiskIs() throws Exception {
    deploy();
    var order = new ArrayList<Long>();
    Promise<Void> all = Promise.promise();
    vertx.runOnContext(started -> keepInFlight(64, new long[1], order, all));

    await(all.future());

    assertThat(order).isSorted().hasSize(20_000);
  }

  /** Each answer sends the next write, so that groups of all sizes come about. */
  private void keepInFlight(int count, long[] sent, List<Long> order, Promise<Void> all) {
    for (int i = 0; i < count && sent[0] < 20_000; i++) {
      long revision = ++sent[0];
      this.<LogDurable>ask(Bus.LOG, write(entry(1, revision, put("k", "v", 1, 1))))
          .onSuccess(
              answer -> {
                order.add(answer.lastRevision());
                keepInFlight(1, sent, order, all);
                if (order.size() == 20_000) {
                  all.complete();
                }
              })
          .onFailure(all::tryFail);
    }
  }

  @Test
  void aRestartFindsWhatWasCommittedAndTheLogBeyond() throws Exception {
    String id = deploy();
    feed.poll(20, TimeUnit.SECONDS);
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    EncodedEntry two = entry(1, 2, delete("a"), put("b", "2", 1, 2));
    EncodedEntry three = entry(1, 3, put("c", "3", 1, 3));
    await(ask(Bus.LOG, write(one, two, three)));
    vertx.eventBus().send(Bus.COMMITTED, committed(List.of(one, two)), Bus.LOCAL_ONLY);
    feed.poll(20, TimeUnit.SECONDS);

    vertx.undeploy(id).await(20, TimeUnit.SECONDS);
    deploy();
    Recovery recovery = await(ask(Bus.RECOVERY, new AskRecovery()));
    Applied asked = await(ask(Bus.VIEW, new AskView()));

    assertThat(recovery.applied()).isEqualTo(new Token(1, 2));
    assertThat(recovery.logEnd()).isEqualTo(new Token(1, 3));
    assertThat(recovery.log()).isEqualTo(List.of(one, two, three));
    assertThat(asked.jumped()).isTrue();
    assertThat(asked.view().find(Key.of("a"))).isEmpty();
    assertThat(asked.view().find(Key.of("b"))).isPresent();
    assertThat(asked.view().find(Key.of("c"))).isEmpty();
  }

  @Test
  void aCopyReplacesEverythingAtItsEnd() throws Exception {
    deploy();
    feed.poll(20, TimeUnit.SECONDS);

    await(ask(Bus.COPY, CopyPart.Begin.whole(new Token(2, 40))));
    await(
        ask(
            Bus.COPY,
            new CopyPart.Piece(CopyPiece.of(List.of(row("a", "1", 2, 7), row("b", "2", 2, 40))))));
    assertThat(feed).isEmpty();
    await(ask(Bus.COPY, new CopyPart.End()));
    Applied applied = feed.poll(20, TimeUnit.SECONDS);

    assertThat(applied.jumped()).isTrue();
    assertThat(applied.view().token()).isEqualTo(new Token(2, 40));
    assertThat(applied.view().size()).isEqualTo(2);
    assertThat(await(this.<LogDurable>ask(Bus.LOG, write(entry(2, 41, put("c", "3", 1, 41))))))
        .isEqualTo(new LogDurable(41));
  }

  @Test
  void aSecondStoreOnTheDirectoryIsRefused() throws Exception {
    deploy();

    assertThatThrownBy(this::deploy).hasMessageContaining("in use");
  }

  @Test
  void aBrokenOrderEndsAllAcknowledgements() throws Exception {
    var store = new StoreVerticle(options(), metrics);
    vertx.deployVerticle(store).await(20, TimeUnit.SECONDS);

    Future<LogDurable> hole = ask(Bus.LOG, write(entry(1, 5, put("a", "1", 1, 5))));

    assertThatThrownBy(() -> await(hole)).hasMessageContaining("does not follow");
    assertThatThrownBy(() -> await(store.failure())).hasMessageContaining("does not follow");
    assertThatThrownBy(() -> await(ask(Bus.LOG, write(entry(1, 1, put("a", "1", 1, 1))))))
        .hasMessageContaining("does not follow");
  }

  private StoreOptions options() {
    return StoreOptions.core(directory, new NodeId("paris-1"));
  }

  private String deploy() throws Exception {
    return vertx.deployVerticle(new StoreVerticle(options(), metrics)).await(20, TimeUnit.SECONDS);
  }

  private <T> Future<T> ask(String address, Object message) {
    return vertx.eventBus().<T>request(address, message, Bus.LOCAL_ONLY).map(reply -> reply.body());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.await(20, TimeUnit.SECONDS);
  }
}
