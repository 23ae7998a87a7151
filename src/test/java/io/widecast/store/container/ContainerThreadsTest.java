package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.sim.SimDisk;
import io.widecast.store.View;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The owner at work, a checkpoint being written and readers, each on a thread of its own. */
class ContainerThreadsTest {

  private static final int ROUNDS = 250;
  private static final int READS = 30; // of each reader, at the least
  private static final int KEYS = 300;

  /** What readers must find, by revision; entered before readers can see the revision. */
  private final Map<Long, Model> models = new ConcurrentHashMap<>();

  private final List<EncodedEntry> log = new ArrayList<>();
  private final AtomicInteger compacted = new AtomicInteger();
  private final AtomicInteger wholeReads = new AtomicInteger();
  private final SplittableRandom random = new SplittableRandom(17);
  private final Model model = new Model();
  private Container container;
  private volatile boolean done;
  private volatile SnapshotView snapshot;
  private volatile Model snapshotModel;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readersSeeOneStateEachWhileTheOwnerWrites(boolean history) throws Exception {
    // Next to nothing fits the caches, so that most pages are read from disk, again and again.
    var options = new ContainerOptions(96 << 10, 8 << 10, 32 << 10, 1 << 20, 1 << 10, history);
    var disk = new HookedDisk(new SimDisk());
    Container.make(disk, 3);
    container = Container.open(disk, 3, options, new Metrics());
    models.put(0L, model.copy());
    publish(400);
    container.checkpoint(1);
    hold();

    ExecutorService threads = Executors.newFixedThreadPool(4);
    var readers = new ArrayList<Future<?>>();
    for (int i = 0; i < 3; i++) {
      var choice = random.split();
      readers.add(threads.submit(() -> readUntilDone(choice)));
    }
    try {
      write(threads);
    } finally {
      done = true;
    }
    for (Future<?> reader : readers) {
      reader.get();
    }
    threads.shutdown();

    assertThat(wholeReads.get()).isGreaterThan(3 * READS / 2);
    assertThat(disk.read).as("segments were read").hasSizeGreaterThan(3);
    snapshot.close();
    while (container.deleteStep()) {
      // to the end
    }
    Oracle.check(container);
  }

  private void hold() {
    snapshotModel = model.copy();
    snapshot = container.pinNow(1);
  }

  private void write(ExecutorService threads) throws Exception {
    ContainerCheckpoint checkpoint = null;
    Future<?> writing = null;
    for (int round = 0; round < ROUNDS; round++) {
      publish(1 + random.nextInt(20));
      for (int i = random.nextInt(6); i > 0; i--) {
        container.deleteStep();
      }
      if (round % 5 == 0) {
        container.cleanStep();
      }
      if (round % 7 == 0 && container.horizon().revision() < model.token.revision() - 60) {
        container.raiseHorizon(new Token(1, model.token.revision() - 60));
        int from = (int) container.pruned().revision();
        int to = (int) container.horizon().revision();
        Pruning pruning = Pruning.of(log.subList(from, to), container.horizon());
        while (container.pruneStep(pruning)) {
          // to the end
        }
      }
      if (round % 11 == 0) {
        container.pinNow(1).close(); // something to delete
      }
      if (checkpoint != null && writing.isDone()) {
        writing.get();
        checkpoint.install();
        checkpoint.deleteFiles();
        checkpoint = null;
      }
      if (checkpoint == null && round % 3 == 0) {
        checkpoint = container.freeze(1);
        ContainerCheckpoint now = checkpoint;
        writing =
            threads.submit(
                () -> {
                  now.write();
                  return null;
                });
      }
    }
    if (checkpoint != null) {
      writing.get();
      checkpoint.install();
      checkpoint.deleteFiles();
    }
  }

  private void publish(int entries) {
    var batch = new ArrayList<EncodedEntry>();
    for (int i = 0; i < entries; i++) {
      long revision = model.token.revision() + 1;
      Key key = Key.of("key-" + random.nextInt(KEYS));
      Versioned before = model.rows.get(key);
      Pair pair =
          random.nextInt(4) == 0
              ? new Pair.Delete(key, false)
              : new Pair.Put(
                  key,
                  new Value(Bytes.utf8(key + "@" + revision), Value.TEXT),
                  before == null ? 1 : before.version() + 1,
                  before == null ? revision : before.createRevision(),
                  0);
      var entry = new Entry(1, revision, 1, revision, Optional.empty(), List.of(pair));
      model.apply(entry);
      log.add(EntryCodec.encode(entry));
      batch.add(log.get(log.size() - 1));
    }
    models.put(model.token.revision(), model.copy());
    container.advance(batch, model.token);
  }

  private void readUntilDone(SplittableRandom choice) {
    for (int i = 0; !done || i < READS; i++) {
      View view = container.view();
      try {
        int kind = choice.nextInt(3);
        if (kind == 0) {
          checkWhole(view, models.get(view.token().revision()));
        } else if (kind == 1) {
          checkWhole(snapshot, snapshotModel);
        } else {
          checkSome(view, models.get(view.token().revision()), choice);
        }
        wholeReads.incrementAndGet();
      } catch (WidecastException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.COMPACTED);
        compacted.incrementAndGet();
      }
    }
  }

  private static void checkWhole(View view, Model expected) {
    Iterator<KeyVersion> rows = view.from(Bytes.EMPTY);
    for (Map.Entry<Key, Versioned> row : expected.rows.entrySet()) {
      assertThat(rows.hasNext()).isTrue();
      assertThat(rows.next()).isEqualTo(new KeyVersion(row.getKey(), row.getValue()));
    }
    assertThat(rows.hasNext()).isFalse();
  }

  private static void checkSome(View view, Model expected, SplittableRandom choice) {
    for (int i = 0; i < 20; i++) {
      Key key = Key.of("key-" + choice.nextInt(KEYS));
      assertThat(view.find(key)).isEqualTo(Optional.ofNullable(expected.rows.get(key)));
    }
  }

  @Test
  void theStateThatReadersHaveStaysReadableUntilTheNextIsPublished() throws IOException {
    // With no room to cache, every read goes to disk: also between an edit and its publication.
    var options = new ContainerOptions(96 << 10, 0, 0, 1 << 20, 1 << 10, true);
    var disk = new SimDisk();
    Container.make(disk, 3);
    container = Container.open(disk, 3, options, new Metrics());
    publish(400);
    container.checkpoint(1);
    View view = container.view();
    Model before = model.copy();

    // The owner is in the middle of an edit: it removes most of the map, and frees its pages.
    var head = container.running();
    final int pagesBefore = container.pages().count();
    for (int i = 0; i < KEYS; i++) {
      byte[] key = Key.of("key-" + i).bytes().unsafeArray();
      while (head.tree().reader().find(key, Long.MAX_VALUE) != null) {
        container.forest().forget(head, head.tree().reader().find(key, Long.MAX_VALUE));
      }
    }

    assertThat(container.pages().count()).isLessThan(pagesBefore / 2);
    checkWhole(view, before);
  }
}
