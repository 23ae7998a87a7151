package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.widecast.it.Processes.Node;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Durable writes and reads at the master, at all nodes of two sites at once, while the home site is
 * parted and its master stopped: what the clients saw could have happened one after the other.
 */
class MasterReadsIT {

  private static final List<String> IDS = List.of("paris-1", "paris-2", "paris-3");
  private static final long SEED = Long.getLong("widecast.seed", 20_261_127);
  private static final int MANY = 400; // operations at a time

  @Test
  void histories() throws InterruptedException {
    try (var hosts = new Namespaces(IDS.size());
        var processes = new Processes(MasterReadsIT.class)) {
      for (int i = 0; i < IDS.size(); i++) {
        processes.coreAt(hosts.place(i), IDS.get(i));
      }
      processes.edge("tokyo-1"); // reaches every core node, a parted one too
      processes.start();
      try (var clients = new Clients(processes.all(), 6)) {
        clients.awaitMore(MANY);

        Node first = processes.master();
        hosts.cut(IDS.indexOf(first.id()), true, true);
        Node second = successor(processes, first);
        assertThat(refusedAt(first)).isEqualTo(503);
        clients.awaitMore(MANY);
        hosts.heal(IDS.indexOf(first.id()));
        clients.awaitMore(MANY);

        hosts.cut(IDS.indexOf(second.id()), true, false); // it hears the others, who do not hear it
        Node third = successor(processes, second);
        clients.awaitMore(MANY);
        hosts.heal(IDS.indexOf(second.id()));
        assertThat(processes.master()).isEqualTo(third);

        third.freeze(); // wakes up as a master that has missed its successor
        successor(processes, third);
        third.thaw();
        clients.awaitMore(MANY);

        processes.master().kill();
        clients.awaitMore(MANY);
        processes.start();
        clients.awaitMore(MANY);
        clients.finish();
        clients.verify();
      }
    }
  }

  /** The master that all others agree on once they no longer hear {@code cut}. */
  private static Node successor(Processes processes, Node cut) {
    List<Node> others = processes.cores().stream().filter(other -> other != cut).toList();
    await("another master").atMost(Processes.PATIENCE).until(() -> processes.master(others) != cut);
    return processes.master(others);
  }

  /** A node that is alone answers reads of its own copy only. */
  private static int refusedAt(Node alone) {
    assertThat(Http.get(alone, "/v1/kv?limit=1").statusCode()).isEqualTo(200);
    return Http.get(alone, "/v1/kv/city/JP/register-0?consistency=master&timeout=3s").statusCode();
  }

  /** Each does one operation after the other, at any node. */
  private static final class Clients implements AutoCloseable {
    private static final int KEYS = 4;

    private final List<Node> nodes;
    private final List<RegisterHistory> histories =
        IntStream.range(0, KEYS).mapToObj(key -> new RegisterHistory()).toList();
    private final ExecutorService threads;
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final List<Throwable> failures =
        java.util.Collections.synchronizedList(new ArrayList<>());
    private volatile boolean over;

    private Clients(List<Node> nodes, int count) {
      this.nodes = nodes;
      this.threads = Executors.newFixedThreadPool(count);
      var random = new SplittableRandom(SEED);
      for (int i = 0; i < count; i++) {
        var client = new Client("client-" + i, random.split());
        threads.execute(client::run);
      }
    }

    private void awaitMore(int operations) {
      int target = answered.get() + operations;
      await(operations + " more operations are answered")
          .atMost(Processes.PATIENCE)
          .until(() -> !failures.isEmpty() || answered.get() >= target);
      assertThat(failures).isEmpty();
    }

    private void finish() throws InterruptedException {
      over = true;
      threads.shutdown();
      assertThat(threads.awaitTermination(Processes.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isTrue();
      assertThat(failures).isEmpty();
    }

    private void verify() {
      assertThat(unanswered.get()).as("some asked a node that was alone").isPositive();
      for (RegisterHistory history : histories) {
        assertThat(history.reads()).isGreaterThan(50);
        assertThat(history.flaw()).isEmpty();
      }
    }

    @Override
    public void close() {
      over = true;
      threads.shutdownNow();
    }

    private final class Client {
      private final String name;
      private final SplittableRandom random;
      private int number;

      private Client(String name, SplittableRandom random) {
        this.name = name;
        this.random = random;
      }

      private void run() {
        try {
          while (!over) {
            step();
          }
        } catch (RuntimeException | AssertionError e) {
          failures.add(e);
        }
      }

      private void step() {
        Node node = nodes.get(random.nextInt(nodes.size()));
        int key = random.nextInt(KEYS);
        // Half of the keys are outside the edge node's filter.
        String path = "/v1/kv/city/" + (key % 2 == 0 ? "JP" : "FR") + "/register-" + key;
        if (random.nextInt(3) == 0) {
          write(node, path, histories.get(key));
        } else {
          read(node, path, histories.get(key));
        }
      }

      private void write(Node node, String path, RegisterHistory history) {
        String value = name + "-" + number++;
        long call = System.nanoTime();
        int status = status(() -> Http.put(node, path + "?timeout=500ms", value));
        boolean written = status == 200 || status == 201;
        assertThat(written || status == 0 || status >= 500).as("status %s", status).isTrue();
        history.onWrite(value, call, written ? System.nanoTime() : RegisterHistory.OPEN);
        count(written);
      }

      private void read(Node node, String path, RegisterHistory history) {
        long call = System.nanoTime();
        var body = new String[1];
        int status =
            status(
                () -> {
                  HttpResponse<String> answer =
                      Http.get(node, path + "?consistency=master&timeout=500ms");
                  body[0] = answer.statusCode() == 404 ? RegisterHistory.NOTHING : answer.body();
                  return answer;
                });
        boolean read = status == 200 || status == 404;
        assertThat(read || status == 0 || status >= 500).as("status %s", status).isTrue();
        if (read) {
          history.onRead(body[0], call, System.nanoTime());
        }
        count(read);
      }

      /** 0 when the connection failed. */
      private int status(java.util.function.Supplier<HttpResponse<String>> request) {
        try {
          return request.get().statusCode();
        } catch (UncheckedIOException e) {
          return 0;
        }
      }

      private void count(boolean isAnswered) {
        (isAnswered ? answered : unanswered).incrementAndGet();
      }
    }
  }
}
