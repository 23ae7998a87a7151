package io.widecast.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code bench store} beside RocksDB and H2's MVStore, one after the other in one process: {@code
 * mvn -Pbench -DskipTests test-compile exec:exec -Dbench.main=io.widecast.bench.StoreComparison
 * -Dbench.args="1000000"}.
 */
final class StoreComparison {

  private StoreComparison() {}

  public static void main(String[] args) throws IOException {
    int keys = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
    var bench =
        new StoreBench(
            new StoreBench.Options(keys, 16, 100, 100, 3), new PrintWriter(System.out, true));
    List<StoreEngine> engines = new ArrayList<>(StoreBench.own());
    engines.add(new RocksEngine());
    engines.add(new MvStoreEngine());
    for (StoreEngine engine : engines) {
      bench.run(engine, parent);
    }
  }
}
