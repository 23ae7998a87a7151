package io.widecast.jmh;

import io.widecast.bench.WidecastEngine;
import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.store.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A node's store by one thread, with its log, checkpoints and upkeep, on a real disk in a temporary
 * directory: random keys of 16 bytes, values of 100, everything in memory that fits.
 *
 * <ul>
 *   <li>{@code get}: any key; keys/s, expected 350,000.
 *   <li>{@code scan}: 10,000 keys with their values in order from any key on; keys/s, expected 3
 *       million.
 *   <li>{@code put}: overwrites 100 keys in one step with one fsync, as a node does; keys/s,
 *       expected 100,000. {@code StoreComparison} has it beside other engines.
 *   <li>{@code snapshot}: held in memory, not the named one, which is a forced record more; µs,
 *       expected within 20 and independent of the number of keys. Each is dropped again, outside of
 *       what is measured.
 *   <li>{@code findInSnapshot}: any key in a held snapshot, with a tenth as many puts made since;
 *       keys/s, expected as {@code get}.
 * </ul>
 *
 * <p>{@code mvn -Pbench -DskipTests test-compile exec:exec -Djmh.args="StoreBenchmark"}; smaller
 * and shorter with {@code "StoreBenchmark -p keys=10000 -wi 1 -i 1 -w 1 -r 1"}.
 */
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class StoreBenchmark {

  private static final int BATCH = 100;
  private static final int SCAN = 10_000;

  /** A loaded store, and which key comes next. */
  public abstract static class Loaded {

    private final SplittableRandom random = new SplittableRandom(7);
    private final List<byte[]> keys = new ArrayList<>();
    private Path directory;
    WidecastEngine engine;

    void load(int count) throws IOException {
      directory = Files.createTempDirectory("store-benchmark-");
      engine = new WidecastEngine(Duration.ZERO);
      engine.open(directory);
      for (int i = 0; i < count; i++) {
        byte[] key = new byte[16];
        random.nextBytes(key);
        keys.add(key);
      }
      for (int i = 0; i < count; i += BATCH) {
        put(keys.subList(i, Math.min(count, i + BATCH)));
      }
      engine.settle();
    }

    byte[] anyKey() {
      return keys.get(random.nextInt(keys.size()));
    }

    void putAny() throws IOException {
      var batch = new LinkedHashSet<byte[]>(); // arrays by identity: a key once in a batch
      while (batch.size() < Math.min(BATCH, keys.size())) {
        batch.add(anyKey());
      }
      put(List.copyOf(batch));
    }

    private void put(List<byte[]> batch) throws IOException {
      var values = new ArrayList<byte[]>();
      for (int i = 0; i < batch.size(); i++) {
        byte[] value = new byte[100];
        random.nextBytes(value);
        values.add(value);
      }
      engine.put(batch, values);
    }

    /** Deletes what was written. */
    @TearDown
    public void delete() throws IOException {
      engine.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** A store as it is now. */
  @State(Scope.Thread)
  public static class Present extends Loaded {

    @Param("1000000")
    int keys;

    @Setup
    public void setUp() throws IOException {
      load(keys);
    }
  }

  /** A store and a snapshot of it, from which it has gone on. */
  @State(Scope.Thread)
  public static class Past extends Loaded {

    @Param("1000000")
    int keys;

    View snapshot;

    @Setup
    public void setUp() throws IOException {
      load(keys);
      engine.snapshot("past");
      snapshot = engine.snapshotView("past");
      for (int i = 0; i < keys / 10; i += BATCH) {
        putAny();
      }
      engine.settle();
    }
  }

  /** Few keys or many, and a snapshot that is dropped outside of what is measured. */
  @State(Scope.Thread)
  public static class Snapshots extends Loaded {

    @Param({"1000", "1000000"})
    int keys;

    @Setup
    public void setUp() throws IOException {
      load(keys);
    }

    /** Gives it up again. */
    @TearDown(Level.Invocation)
    public void drop() throws IOException {
      engine.dropSnapshot("taken");
    }
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  public int get(Present store) {
    return store.engine.get(store.anyKey());
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @OperationsPerInvocation(SCAN)
  public long scan(Present store) {
    View view = store.engine.view();
    Iterator<KeyVersion> rows = view.from(Bytes.wrap(store.anyKey()));
    long bytes = 0;
    for (int i = 0; i < SCAN; i++) {
      if (!rows.hasNext()) {
        rows = view.from(Bytes.EMPTY); // past the last key: on from the first
      }
      bytes += rows.next().versioned().value().bytes().length();
    }
    return bytes;
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @OperationsPerInvocation(BATCH)
  public void put(Present store) throws IOException {
    store.putAny();
  }

  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void snapshot(Snapshots store) throws IOException {
    store.engine.snapshot("taken");
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  public int findInSnapshot(Past store) {
    var key = new Key(Bytes.wrap(store.anyKey()));
    return store.snapshot.find(key).orElseThrow().value().bytes().length();
  }
}
