package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * A steady load of durable puts, deletes and publishes of several pairs, each with an idempotency
 * key and repeated at another node until it is acknowledged. Writers have keys of their own, so
 * each knows what must be there: {@link #verify} holds a copy against it, value by value and
 * version by version, which shows what is missing as well as what was done twice.
 */
final class Load implements AutoCloseable {

  private static final List<String> COUNTRIES = List.of("JP", "IN", "PE", "BR", "FR");
  private static final int KEYS_PER_WRITER = 40;

  /** A pair as acknowledged; without a value it is a delete. */
  record Change(String key, String value) {}

  private record Held(String value, Position position, long version) {}

  private record Operation(String id, List<Change> changes, boolean single) {}

  private final List<Node> nodes;
  private final Set<Node> avoided = ConcurrentHashMap.newKeySet();
  private final List<Writer> writers = new ArrayList<>();
  private final ScheduledExecutorService threads;
  private final ConcurrentSkipListMap<Position, List<Change>> acknowledged =
      new ConcurrentSkipListMap<>();
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean stopping;

  /**
   * Begins.
   *
   * @param prefix second segment of all keys, after {@code city/CC/}
   * @param pauseMillis of a writer between two operations
   */
  Load(List<Node> nodes, String prefix, int writerCount, long pauseMillis, long seed) {
    this.nodes = List.copyOf(nodes);
    this.threads =
        Executors.newScheduledThreadPool(
            writerCount,
            task -> {
              var thread = new Thread(task, "load");
              thread.setDaemon(true);
              return thread;
            });
    var random = new SplittableRandom(seed);
    for (int i = 0; i < writerCount; i++) {
      var writer = new Writer(prefix + "-" + i, random.split());
      writers.add(writer);
      threads.scheduleWithFixedDelay(writer::run, 0, pauseMillis, TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Sends nothing to {@code node} from now on: it does not even refuse. What it was sent before is
   * answered when this returns, or a writer would wait for a node that is about to stop.
   */
  void avoid(Node node) {
    avoided.add(node);
    await("nothing is under way at " + node)
        .atMost(Processes.PATIENCE)
        .until(() -> writers.stream().noneMatch(writer -> writer.at == node));
  }

  void allow(Node node) {
    avoided.remove(node);
  }

  int count() {
    return acknowledged.size();
  }

  /** How often an operation had to be sent again. */
  int repeated() {
    return repeated.get();
  }

  /** Waits until that many more operations are acknowledged. */
  void awaitMore(int operations) {
    int target = count() + operations;
    await(operations + " more acknowledged publishes")
        .atMost(Processes.PATIENCE)
        .until(() -> failure.get() != null || count() >= target);
    check();
  }

  /** Lets every operation under way have its acknowledgement, and ends. */
  void finish() {
    stopping = true;
    await("every publish is acknowledged in the end")
        .atMost(Processes.PATIENCE)
        .until(() -> failure.get() != null || writers.stream().allMatch(Writer::idle));
    threads.shutdown();
    check();
  }

  private void check() {
    if (failure.get() != null) {
      throw new AssertionError("the load failed", failure.get());
    }
  }

  /** All acknowledged publishes by their tokens. */
  TreeMap<Position, List<Change>> acknowledged() {
    return new TreeMap<>(acknowledged);
  }

  /** After {@link #finish}: the copy has what this load wrote, no more and no less. */
  void verify(Copies.Copy copy, Predicate<String> filter) {
    for (Writer writer : writers) {
      var expected = new TreeMap<>(writer.held);
      expected.keySet().removeIf(filter.negate());
      for (Map.Entry<String, Held> entry : expected.entrySet()) {
        JsonObject row = copy.rows().get(entry.getKey());
        assertThat(row)
            .as("acknowledged %s %s is missing", entry.getKey(), entry.getValue())
            .isNotNull();
        Held held = entry.getValue();
        assertThat(row.getString("value")).as(entry.getKey()).isEqualTo(held.value());
        assertThat(new Position(row.getLong("epoch"), row.getLong("revision")))
            .as(entry.getKey())
            .isEqualTo(held.position());
        assertThat(row.getLong("version")).as(entry.getKey()).isEqualTo(held.version());
      }
      List<String> present =
          copy.rows().keySet().stream()
              .filter(key -> key.split("/")[2].equals(writer.name))
              .toList();
      assertThat(present).containsExactlyElementsOf(expected.keySet());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** One thread at a time runs it: the scheduler sees to that. */
  private final class Writer {
    private final String name;
    private final SplittableRandom random;
    private final TreeMap<String, Held> held = new TreeMap<>();
    private Operation current; // null: the last one is acknowledged
    private int number;
    private volatile boolean idle;
    private volatile Node at; // where a request is under way; null between two

    private Writer(String name, SplittableRandom random) {
      this.name = name;
      this.random = random;
    }

    private boolean idle() {
      return idle;
    }

    private void run() {
      try {
        if (current == null && stopping) {
          idle = true;
        } else if (!idle) {
          step();
        }
      } catch (RuntimeException | AssertionError e) {
        failure.compareAndSet(null, e);
        throw e;
      }
    }

    private void step() {
      if (current == null) {
        current = next();
      } else {
        repeated.incrementAndGet();
      }
      Node node = choose();
      HttpResponse<String> answer;
      try {
        answer = send(node, current);
      } catch (UncheckedIOException e) {
        return; // open whether it was written: again, with the same key
      } finally {
        at = null;
      }
      if (answer.statusCode() >= 500) {
        return;
      }
      assertThat(answer.statusCode())
          .as("%s at %s: %s", current, node, answer.body())
          .isLessThan(300);
      acknowledge(current, Http.position(answer));
      current = null;
    }

    private Node choose() {
      do {
        List<Node> usable = nodes.stream().filter(node -> !avoided.contains(node)).toList();
        at = usable.get(random.nextInt(usable.size()));
      } while (avoided.contains(at)); // only just
      return at;
    }

    private Operation next() {
      String id = name + "-" + number++;
      int kind = random.nextInt(10);
      if (kind < 5 || held.isEmpty()) {
        return new Operation(id, List.of(new Change(anyKey(), id)), true);
      }
      if (kind < 7) {
        var keys = List.copyOf(held.keySet());
        String key = keys.get(random.nextInt(keys.size()));
        return new Operation(id, List.of(new Change(key, null)), true);
      }
      var changes = new TreeMap<String, Change>();
      for (int i = 0; i < 2 + random.nextInt(6); i++) {
        String key = anyKey();
        changes.put(key, new Change(key, random.nextInt(4) == 0 ? null : id));
      }
      return new Operation(id, List.copyOf(changes.values()), false);
    }

    private String anyKey() {
      String country = COUNTRIES.get(random.nextInt(COUNTRIES.size()));
      return "city/" + country + "/" + name + "/" + random.nextInt(KEYS_PER_WRITER);
    }

    private HttpResponse<String> send(Node node, Operation operation) {
      if (!operation.single()) {
        return Http.publish(
            node,
            new JsonObject().put("pairs", pairs(operation)),
            "Idempotency-Key",
            operation.id());
      }
      Change change = operation.changes().get(0);
      String path = "/v1/kv/" + change.key();
      return change.value() == null
          ? Http.delete(node, path, "Idempotency-Key", operation.id())
          : Http.send(
              node,
              "PUT",
              path,
              BodyPublishers.ofString(change.value()),
              "Content-Type",
              "text/plain",
              "Idempotency-Key",
              operation.id());
    }

    private void acknowledge(Operation operation, Position position) {
      for (Change change : operation.changes()) {
        if (change.value() == null) {
          held.remove(change.key());
        } else {
          held.merge(
              change.key(),
              new Held(change.value(), position, 1),
              (old, fresh) -> new Held(fresh.value(), position, old.version() + 1));
        }
      }
      List<Change> other = acknowledged.put(position, operation.changes());
      assertThat(other).as("%s was given out twice", position).isNull();
    }
  }

  private static JsonArray pairs(Operation operation) {
    var pairs = new JsonArray();
    for (Change change : operation.changes()) {
      var pair = new JsonObject().put("key", change.key());
      pairs.add(
          change.value() == null ? pair.put("delete", true) : pair.put("value", change.value()));
    }
    return pairs;
  }
}
