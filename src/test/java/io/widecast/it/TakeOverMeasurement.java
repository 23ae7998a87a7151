package io.widecast.it;

import io.widecast.it.Processes.Node;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How long nobody can write after {@code kill -9} of the master: from the kill to the answer of the
 * first write that came after it, at the survivors, under a steady load. At the end everything that
 * was acknowledged must be there. Three core nodes, each a process; run it on a quiet machine:
 *
 * <pre>
 * mvn -q -DskipTests package
 * mvn -q -Pbench -DskipTests test-compile exec:exec \
 *     -Dbench.main=io.widecast.it.TakeOverMeasurement -Dbench.args="50"
 * </pre>
 */
public final class TakeOverMeasurement {

  private static final long SEED = 20_261_127;
  private static final long PAUSE_MILLIS = 5; // of the one that asks, between two tries

  private TakeOverMeasurement() {}

  /**
   * @param arguments how many tries
   */
  public static void main(String[] arguments) throws InterruptedException {
    int tries = Integer.parseInt(arguments[0]);
    try (var processes = new Processes(TakeOverMeasurement.class)) {
      for (String id : List.of("paris-1", "paris-2", "paris-3")) {
        processes.core(id);
      }
      processes.start();
      try (var load = new Load(processes.cores(), "load", 3, 2, SEED)) {
        var millis = new long[tries];
        for (int i = 0; i < tries; i++) {
          load.awaitMore(100);
          millis[i] = takeOver(processes, i);
          System.out.printf("try %d: %d ms%n", i + 1, millis[i]);
          processes.start();
        }
        load.awaitMore(100);
        load.finish();
        int acknowledged = load.count();
        load.verify(Copies.awaitEqual(processes.cores(), processes.edges()), key -> true);
        report(millis, acknowledged);
      }
    }
  }

  private static long takeOver(Processes processes, int number) throws InterruptedException {
    Node master = processes.master();
    List<Node> survivors = processes.cores().stream().filter(node -> node != master).toList();
    long killed = System.nanoTime();
    master.kill();
    for (int ask = 0; ; ask++) {
      if (isWritten(survivors.get(ask % survivors.size()), number)) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static boolean isWritten(Node node, int number) {
    try {
      String path = "/v1/kv/city/JP/probe/" + number + "?timeout=1s";
      return Http.put(node, path, "x").statusCode() < 300;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static void report(long[] millis, int acknowledged) {
    Arrays.sort(millis);
    long within = Arrays.stream(millis).filter(each -> each <= 2_000).count();
    System.out.printf(
        Locale.ROOT,
        "%d take-overs: p50 %d ms, p95 %d ms, longest %d ms; %d within 2 s; %,d acknowledged"
            + " publishes, none missing%n",
        millis.length,
        millis[millis.length / 2],
        millis[(int) Math.ceil(millis.length * 0.95) - 1],
        millis[millis.length - 1],
        within,
        acknowledged);
  }
}
