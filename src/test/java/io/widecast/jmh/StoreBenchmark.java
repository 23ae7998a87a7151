package io.widecast.jmh;

import io.widecast.bench.StoreBench;
import io.widecast.bench.StoreEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
 * A node's store by one thread, with its log, checkpoints and upkeep, on a real disk: random keys
 * of 16 bytes, values of 100. Expected: 350,000 gets/s, 100,000 puts/s with one fsync for each 100,
 * 3 million keys/s in order, and a snapshot within 20 µs, independent of the number of keys. Run
 * with {@code -Djmh.args="StoreBenchmark"} as MasterBenchmark is.
 */
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class StoreBenchmark {

  private static final int BATCH = 100;

  /** A loaded store, and which key comes next. */
  public abstract static class Loaded {

    private final SplittableRandom random = new SplittableRandom(7);
    private final List<byte[]> keys = new ArrayList<>();
    private Path directory;
    StoreEngine engine;

    void load(int count) throws IOException {
      directory = Files.createTempDirectory("store-benchmark-");
      engine = StoreBench.own().get(0);
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

    void put(List<byte[]> batch) throws IOException {
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

  /** A million keys. */
  @State(Scope.Thread)
  public static class Million extends Loaded {

    static final int KEYS = 1_000_000;

    @Setup
    public void setUp() throws IOException {
      load(KEYS);
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
  public int get(Million store) throws IOException {
    return store.engine.get(store.anyKey());
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @OperationsPerInvocation(Million.KEYS)
  public long scan(Million store) throws IOException {
    return store.engine.scan();
  }

  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @OperationsPerInvocation(BATCH)
  public void put(Million store) throws IOException {
    var batch = new ArrayList<byte[]>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      batch.add(store.anyKey());
    }
    store.put(batch.stream().distinct().toList());
  }

  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void snapshot(Snapshots store) throws IOException {
    store.engine.snapshot("taken");
  }
}
