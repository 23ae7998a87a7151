package io.widecast.it;

import io.widecast.it.Processes.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * What a read at the master costs beside one of the node's own copy, in turns in one run: by one
 * client, and by several at once. Three core nodes, each a process; run it on a quiet machine:
 *
 * <pre>
 * mvn -q -DskipTests package
 * mvn -q -Pbench -DskipTests test-compile exec:exec \
 *     -Dbench.main=io.widecast.it.MasterReadMeasurement -Dbench.args="5 3000"
 * </pre>
 */
public final class MasterReadMeasurement {

  private static final int CLIENTS = 32;

  private MasterReadMeasurement() {}

  /**
   * @param arguments how many rounds, and how many reads of each kind in one; the first round warms
   *     up and does not count
   */
  public static void main(String[] arguments) throws InterruptedException, ExecutionException {
    int rounds = Integer.parseInt(arguments[0]);
    int reads = Integer.parseInt(arguments[1]);
    try (var processes = new Processes(MasterReadMeasurement.class)) {
      for (String id : List.of("paris-1", "paris-2", "paris-3")) {
        processes.core(id);
      }
      processes.start();
      Node master = processes.master();
      Node follower =
          processes.cores().stream().filter(node -> node != master).findFirst().orElseThrow();
      Http.put(master, "/v1/kv/k", "v");
      for (int round = 0; round <= rounds; round++) {
        System.out.println(round == 0 ? "warm-up" : "round " + round);
        measure("own copy, at a follower", follower, "local", reads);
        measure("at the master, asked there", master, "master", reads);
        measure("at the master, asked at a follower", follower, "master", reads);
      }
    }
  }

  private static void measure(String name, Node node, String consistency, int reads)
      throws InterruptedException, ExecutionException {
    String path = "/v1/kv/k?consistency=" + consistency;
    long[] alone = nanos(node, path, reads);
    var threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      var clients = new ArrayList<Callable<long[]>>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(() -> nanos(node, path, reads / 4));
      }
      long begun = System.nanoTime();
      for (var each : threads.invokeAll(clients)) {
        each.get();
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "  %-36s p50 %4d µs, p99 %5d µs; %d clients: %,7.0f/s%n",
          name,
          alone[reads / 2] / 1_000,
          alone[reads - reads / 100 - 1] / 1_000,
          CLIENTS,
          CLIENTS * (reads / 4) / seconds);
    } finally {
      threads.shutdownNow();
    }
  }

  /** How long each took, the shortest first. */
  private static long[] nanos(Node node, String path, int reads) {
    var nanos = new long[reads];
    for (int i = 0; i < reads; i++) {
      long begun = System.nanoTime();
      if (Http.get(node, path).statusCode() != 200) {
        throw new IllegalStateException(node + " refuses " + path);
      }
      nanos[i] = System.nanoTime() - begun;
    }
    Arrays.sort(nanos);
    return nanos;
  }
}
