package io.widecast.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private Map<String, Double> figures = new LinkedHashMap<>(); // of the run under way

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

  /**
   * Runs all steps on {@code engine} in a new directory below {@code parent}.
   *
   * @return the figures by what they say and in which unit, in the order of the steps
   */
  public Map<String, Double> run(StoreEngine engine, Path parent) throws IOException {
    figures = new LinkedHashMap<>();
    Path directory = Files.createTempDirectory(parent, "bench-store-");
    try {
      engine.open(directory);
      out.printf(
          "%n%s: %,d keys of %d bytes, values of %d, %d a batch with one fsync%n",
          engine.name(), keys.length, options.keyBytes(), options.valueBytes(), options.batch());
      long raw = (long) keys.length * (options.keyBytes() + options.valueBytes());
      rate("put", keys.length, () -> write(engine, 1));
      space(engine, directory, "space after load", raw);
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
      return figures;
    } finally {
      delete(directory);
    }
  }

  /** One figure: shown, and kept. */
  private void figure(String what, double value, String unit) {
    out.printf("  %-36s %s %s%n", what, shown(value), unit);
    out.flush();
    figures.put(what + ", " + unit, value);
  }

  static String shown(double value) {
    return String.format(value < 1_000 ? "%,14.3f" : "%,10.0f    ", value);
  }

  private interface Step {
    void run() throws IOException;
  }

  private void rate(String what, int count, Step step) throws IOException {
    long start = System.nanoTime();
    step.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    figure(what, count > 1 ? count / seconds : seconds, count > 1 ? "/s" : "s");
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
    figure("snapshot, p50", histogram.getValueAtPercentile(50) / 1e3, "µs");
    figure("snapshot, p99", histogram.getValueAtPercentile(99) / 1e3, "µs");
    long start = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      engine.dropSnapshot("s" + i);
    }
    figure("1,000 snapshots dropped", (System.nanoTime() - start) / 1e9, "s");
  }

  private void space(StoreEngine engine, Path directory, String when, long raw) throws IOException {
    long bytes;
    try (Stream<Path> files = Files.walk(directory)) {
      bytes = files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
    figure(when, (double) bytes / raw, "times the data");
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
