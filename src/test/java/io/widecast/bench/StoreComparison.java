package io.widecast.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code bench store} beside RocksDB and H2's MVStore, in turns in one process, each round in a new
 * directory; after each engine's turn the median of its rounds for each figure, the least and the
 * greatest, and which engines lack rounds: whoever ends the process early, as MVStore's overwrites
 * invite to, sees in the last table what is missing.
 *
 * <p>{@code mvn -Pbench -DskipTests test-compile exec:exec
 * -Dbench.main=io.widecast.bench.StoreComparison -Dbench.args="1000000 DIR 3 0"}: keys, where to
 * write, rounds, and how often everything is overwritten in addition.
 */
final class StoreComparison {

  private static final List<Supplier<StoreEngine>> ENGINES =
      List.of(() -> StoreBench.own().get(0), RocksEngine::new, MvStoreEngine::new);

  private StoreComparison() {}

  public static void main(String[] args) throws IOException {
    int keys = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    int overwrites = args.length > 3 ? Integer.parseInt(args[3]) : 0;
    var out = new PrintWriter(System.out, true);
    var bench = new StoreBench(new StoreBench.Options(keys, 16, 100, 100, overwrites), out);
    var engines = ENGINES.stream().map(made -> made.get().name()).toList();
    var figures = new LinkedHashMap<String, Map<String, List<Double>>>(); // by figure, by engine
    for (int round = 1; round <= rounds; round++) {
      for (Supplier<StoreEngine> made : ENGINES) {
        StoreEngine engine = made.get();
        bench
            .run(engine, parent)
            .forEach(
                (what, value) ->
                    figures
                        .computeIfAbsent(what, none -> new LinkedHashMap<>())
                        .computeIfAbsent(engine.name(), none -> new ArrayList<>())
                        .add(value));
        out.printf(
            "%nAfter %s in round %d of %d: median (least .. greatest)%n",
            engine.name(), round, rounds);
        figures.forEach((what, byEngine) -> out.println(line(what, byEngine, engines, rounds)));
      }
    }
  }

  private static String line(
      String what, Map<String, List<Double>> byEngine, List<String> engines, int rounds) {
    var line = new StringBuilder(String.format("  %-52s", what));
    for (String engine : engines) {
      List<Double> sorted = byEngine.getOrDefault(engine, List.of()).stream().sorted().toList();
      line.append(" | ").append(engine).append(' ');
      if (sorted.isEmpty()) {
        line.append("no round");
        continue;
      }
      line.append(shown(median(sorted)))
          .append(" (")
          .append(shown(sorted.get(0)))
          .append(" .. ")
          .append(shown(sorted.get(sorted.size() - 1)));
      line.append(sorted.size() < rounds ? "; " + sorted.size() + " of " + rounds + ")" : ")");
    }
    return line.toString();
  }

  private static double median(List<Double> sorted) {
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  private static String shown(double value) {
    return StoreBench.shown(value).strip();
  }
}
