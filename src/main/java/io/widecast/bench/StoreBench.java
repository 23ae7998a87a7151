package io.widecast.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures storage engines on the same data with the same durability, one after the other in one
 * process: load, random reads, an ordered scan, snapshots, overwriting with and without one held,
 * reopening, and the space each step leaves.
 */
public final class StoreBench {

  /**
   * @param keys how many, random
   * @param keyBytes of each
   * @param valueBytes of each
   * @param batch puts in one step, with one fsync
   * @param overwrites how often everything is overwritten
   */
  public record Options(int keys, int keyBytes, int valueBytes, int batch, int overwrites) {}

  private static final int WARM_UP_SCANS = 4;

  private final Options options;
  private final PrintWriter out;
  private final byte[][] keys;

  public StoreBench(Options options, PrintWriter out) {
    this.options = options;
    this.out = out;
    var random = new SplittableRandom(7);
    this.keys = new byte[options.keys()][];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = new byte[options.keyBytes()];
      random.nextBytes(keys[i]);
    }
  }

  /** Our own engine alone. */
  public static List<StoreEngine> own() {
    return List.of(new WidecastEngine(java.time.Duration.ZERO));
  }

  /** Runs all steps on {@code engine} in a new directory below {@code parent}. */
  public void run(StoreEngine engine, Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "bench-store-");
    try {
      engine.open(directory);
      out.printf(
          "%n%s: %,d keys of %d bytes, values of %d, %d a batch with one fsync%n",
          engine.name(), keys.length, options.keyBytes(), options.valueBytes(), options.batch());
      long raw = (long) keys.length * (options.keyBytes() + options.valueBytes());
      rate("put", keys.length, () -> write(engine, 1));
      space(engine, directory, "after load", raw);
      read(engine, keys.length); // warm up
      rate("get, random, warm", keys.length, () -> read(engine, keys.length));
      rate("scan, ordered, the first", keys.length, () -> engine.scan());
      for (int i = 0; i < WARM_UP_SCANS; i++) {
        engine.scan();
      }
      rate("scan, ordered, warm", keys.length, () -> engine.scan());
      snapshots(engine);
      engine.snapshot("held");
      rate("put over a held snapshot", keys.length, () -> write(engine, 2));
      space(engine, directory, "one snapshot held, all overwritten", raw);
      rate(
          "drop the snapshot and settle",
          1,
          () -> {
            engine.dropSnapshot("held");
            engine.settle();
          });
      space(engine, directory, "after that", raw);
      for (int i = 0; i < options.overwrites(); i++) {
        int round = i;
        write(engine, 3 + round);
      }
      space(engine, directory, "overwritten " + options.overwrites() + " times", raw);
      engine.settle();
      space(engine, directory, "settled", raw);
      line(engine.figures());
      rate("close", 1, engine::close);
      rate("open again", 1, () -> engine.open(directory));
      rate("get, random, cold", keys.length / 10, () -> read(engine, keys.length / 10));
      engine.close();
    } finally {
      delete(directory);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void rate(String what, int count, Step step) throws IOException {
    long start = System.nanoTime();
    step.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (count > 1) {
      out.printf("  %-36s %,12.0f /s%n", what, count / seconds);
    } else {
      out.printf("  %-36s %,12.3f s%n", what, seconds);
    }
    out.flush();
  }

  private void line(String text) {
    if (!text.isEmpty()) {
      out.println("  " + text);
    }
  }

  private void write(StoreEngine engine, int round) throws IOException {
    var random = new SplittableRandom(round);
    var batchKeys = new ArrayList<byte[]>(options.batch());
    var values = new ArrayList<byte[]>(options.batch());
    int step = 7919; // visits all keys once, in another order each round
    long at = Math.floorMod(random.nextInt(), keys.length);
    while (keys.length % step == 0) {
      step += 2;
    }
    for (int i = 0; i < keys.length; i++) {
      byte[] value = new byte[options.valueBytes()];
      random.nextBytes(value);
      batchKeys.add(keys[(int) at]);
      values.add(value);
      at = (at + step) % keys.length;
      if (batchKeys.size() == options.batch() || i == keys.length - 1) {
        engine.put(batchKeys, values);
        batchKeys.clear();
        values.clear();
      }
    }
  }

  private void read(StoreEngine engine, int count) throws IOException {
    var random = new SplittableRandom(99);
    for (int i = 0; i < count; i++) {
      if (engine.get(keys[random.nextInt(keys.length)]) != options.valueBytes()) {
        throw new BenchException("a key is missing in " + engine.name());
      }
    }
  }

  private void snapshots(StoreEngine engine) throws IOException {
    var histogram = new Histogram(3);
    for (int i = 0; i < 1_000; i++) {
      long start = System.nanoTime();
      engine.snapshot("s" + i);
      histogram.recordValue(System.nanoTime() - start);
    }
    out.printf(
        "  %-36s %,12.1f µs p50 %,10.1f µs p99%n",
        "snapshot",
        histogram.getValueAtPercentile(50) / 1e3,
        histogram.getValueAtPercentile(99) / 1e3);
    long start = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      engine.dropSnapshot("s" + i);
    }
    out.printf("  %-36s %,12.3f s%n", "1,000 dropped", (System.nanoTime() - start) / 1e9);
    out.flush();
  }

  private void space(StoreEngine engine, Path directory, String when, long raw) throws IOException {
    long bytes;
    try (Stream<Path> files = Files.walk(directory)) {
      bytes = files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
    out.printf(
        "  %-36s %,12.0f MB, %.2f times the data%n", when, bytes / 1e6, (double) bytes / raw);
    out.flush();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** For runs outside the command line. */
  public static void main(String[] args) throws IOException {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    var out = new PrintWriter(System.out, true);
    var bench = new StoreBench(new Options(count, 16, 100, 100, 3), out);
    for (StoreEngine engine : own()) {
      bench.run(engine, Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir")));
    }
  }
}
