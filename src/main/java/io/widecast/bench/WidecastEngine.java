package io.widecast.bench;

import io.widecast.bus.Committed;
import io.widecast.bus.LogWrite;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.store.HeldView;
import io.widecast.store.StoreBenchAccess;
import io.widecast.store.StoreCore;
import io.widecast.store.StoreOptions;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import io.widecast.store.log.FileDisk;
import io.widecast.store.log.LogDrop;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Our own store as a node runs it, without the node: log, map, checkpoints and upkeep beside it.
 */
public final class WidecastEngine implements StoreEngine {

  private final Duration history;
  private StoreCore store;
  private StoreBenchAccess access;
  private final Map<String, HeldView> held = new HashMap<>();
  private long revision;
  private ExecutorService background;
  private final AtomicReference<LogDrop> toDrop = new AtomicReference<>();
  private CompletableFuture<Void> checkpoint = CompletableFuture.completedFuture(null);

  /**
   * @param history how long replaced values are kept; zero, as other engines do not keep them
   */
  public WidecastEngine(Duration history) {
    this.history = history;
  }

  @Override
  public String name() {
    return "Widecast";
  }

  @Override
  public void open(Path directory) throws IOException {
    var options = StoreOptions.core(directory, new NodeId("bench-1"));
    store =
        StoreCore.open(
            new FileDisk(directory),
            options.withHistory(history, options.historyBytes()),
            new Metrics(),
            System.currentTimeMillis());
    access = new StoreBenchAccess(store);
    revision = store.view().token().revision();
    background = Executors.newSingleThreadExecutor();
  }

  @Override
  public void put(List<byte[]> keys, List<byte[]> values) throws IOException {
    revision++;
    var pairs = new ArrayList<Pair>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      pairs.add(
          new Pair.Put(
              new Key(Bytes.wrap(keys.get(i))),
              new Value(Bytes.wrap(values.get(i)), Value.OCTETS),
              1,
              revision,
              0));
    }
    long now = System.currentTimeMillis();
    EncodedEntry entry =
        EntryCodec.encode(
            new Entry(1, revision, revision == 1 ? 0 : 1, now, Optional.empty(), pairs));
    Token token = entry.entry().token();
    store.append(
        new LogWrite(
            Optional.empty(),
            0,
            List.of(entry),
            new Token(revision == 1 ? 0 : 1, revision - 1),
            revision));
    store.apply(new Committed(List.of(entry), token));
    keepUp();
  }

  private void keepUp() throws IOException {
    LogDrop drop = toDrop.getAndSet(null);
    if (drop != null) {
      store.dropLog(drop); // the log is the writer's
    }
    if (store.checkpointDue() && checkpoint.isDone()) {
      checkpoint.join();
      StoreCore.PendingCheckpoint frozen = store.freeze();
      checkpoint = CompletableFuture.runAsync(() -> write(frozen), background);
    }
  }

  private void write(StoreCore.PendingCheckpoint frozen) {
    try {
      frozen.write();
      frozen.over(true);
      frozen.deleteOthers();
      toDrop.set(access.logToDrop(System.currentTimeMillis()));
      while (access.keepUp()) {
        // between checkpoints
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int get(byte[] key) {
    return store
        .view()
        .find(new Key(Bytes.wrap(key)))
        .map(held -> held.value().bytes().length())
        .orElse(-1);
  }

  @Override
  public long scan() {
    long count = 0;
    for (Iterator<KeyVersion> rows = store.view().from(Bytes.EMPTY); rows.hasNext(); rows.next()) {
      count++;
    }
    return count;
  }

  /** The map as it is now. */
  public View view() {
    return store.view();
  }

  /** What {@link #snapshot} froze under {@code name}; readable until it is dropped. */
  public View snapshotView(String name) {
    return held.get(name).view();
  }

  /** Held in memory, as the others': one that outlives the process is a forced record more. */
  @Override
  public void snapshot(String name) throws IOException {
    held.put(name, (HeldView) access.answer(new StoreRequest.ViewNow()));
  }

  @Override
  public void dropSnapshot(String name) throws IOException {
    access.answer(new StoreRequest.Release(held.remove(name).hold()));
    if (checkpoint.isDone()) {
      access.keepUp(); // as a node does all the time; else the background is at it
    }
  }

  @Override
  public void settle() throws IOException {
    for (int i = 0; i < 3; i++) {
      checkpoint.join();
      checkpoint = CompletableFuture.completedFuture(null);
      write(store.freeze());
      keepUp();
    }
  }

  @Override
  public String figures() {
    return access.figures();
  }

  @Override
  public void close() throws IOException {
    checkpoint.join();
    background.shutdown();
    store.close();
  }
}
