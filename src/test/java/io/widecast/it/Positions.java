package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.it.Processes.Node;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Looks at every node's position all the time, restarts or not, and remembers whether one ever went
 * back.
 */
final class Positions implements AutoCloseable {

  private static final long PAUSE_MILLIS = 25;

  private final Map<Node, Position> highest = new ConcurrentHashMap<>();
  private final AtomicReference<String> failure = new AtomicReference<>("");
  private final ScheduledExecutorService threads;

  Positions(Iterable<Node> nodes) {
    threads =
        Executors.newScheduledThreadPool(
            2,
            task -> {
              var thread = new Thread(task, "positions");
              thread.setDaemon(true);
              return thread;
            });
    for (Node node : nodes) {
      threads.scheduleWithFixedDelay(() -> look(node), 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look(Node node) {
    Optional<String> token;
    try {
      token = Http.get(node, "/livez").headers().firstValue("Widecast-Token");
    } catch (UncheckedIOException e) {
      return; // it is down
    }
    if (token.isEmpty()) {
      return; // it is up, and does not know yet
    }
    Position now = Position.parse(token.get());
    Position before = highest.getOrDefault(node, Position.NONE);
    if (now.compareTo(before) < 0) {
      failure.compareAndSet("", node + " went back from " + before + " to " + now);
    }
    highest.put(node, now);
  }

  void verify() {
    assertThat(failure.get()).isEmpty();
    assertThat(highest).isNotEmpty();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
