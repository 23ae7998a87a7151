package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random entries, clients that read fast, slowly or not at all, that leave and come back, logs that
 * forget and maps that are replaced: at each token a client's map is the truth of that moment.
 */
class WatchHubSimTest {

  private static final long SECOND = 1_000_000_000L;
  private static final List<String> PATTERNS =
      List.of("**", "a/**", "b/*", "a/x/1", "*/x/*", "c/**", "a/**,b/x", "b/x,b/**,a/x/2");

  static LongStream seeds() {
    String one = System.getProperty("widecast.seed");
    return one == null
        ? LongStream.range(0, Long.getLong("widecast.seeds", 500))
        : LongStream.of(Long.parseLong(one));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyClientSeesTheTruthAtEachToken(long seed) {
    try {
      new Run(seed).run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("replay: -Dwidecast.seed=" + seed, e);
    }
  }

  @Test
  void theRunsReachEveryCorner() {
    var runs = LongStream.range(0, 30).mapToObj(Run::new).toList();

    runs.forEach(Run::run);

    var clients = runs.stream().flatMap(run -> run.clients.stream()).toList();
    assertThat(clients.stream().mapToLong(client -> client.events).sum()).isPositive();
    assertThat(clients.stream().mapToLong(client -> client.skipped).sum()).isPositive();
    assertThat(clients.stream().mapToLong(client -> client.resets).sum()).isPositive();
    assertThat(clients.stream().mapToLong(client -> client.bookmarks).sum()).isPositive();
    assertThat(runs.stream().mapToLong(run -> run.tooSlow).sum()).isPositive();
  }

  private static final class Run {
    private final SplittableRandom random;
    private final Model model;
    private final Metrics metrics = new Metrics();
    private final List<Key> keys =
        Stream.of(
                "a/x/1", "a/x/2", "a/y", "a", "b/x", "b/y", "b/y/z", "c/1", "c/2", "q/x/w", "a/x/")
            .map(Key::of)
            .toList();
    private final WatchHub hub;
    private final List<CheckedClient> clients = new ArrayList<>();
    private long now = 1;
    private long tooSlow;

    Run(long seed) {
      random = new SplittableRandom(seed);
      model = new Model(random.nextBoolean()); // half of them read their map elsewhere
      var limits =
          new WatchLimits(
              4 + random.nextInt(30),
              600 + random.nextInt(3000),
              random.nextBoolean() ? 1 : 400,
              2 + random.nextInt(20),
              1 << 20,
              2 + random.nextInt(12),
              200 + random.nextInt(3000),
              1500,
              1 + random.nextInt(300),
              1 + random.nextInt(5),
              4 * SECOND);
      IntStream.range(0, random.nextInt(20)).forEach(i -> entry());
      hub = new WatchHub(limits, metrics, model.view());
    }

    void run() {
      IntStream.range(0, 6).forEach(i -> clients.add(client()));
      clients.forEach(client -> client.openAtStart(now));
      for (int step = 0; step < 300; step++) {
        step();
      }
      settle();
      clients.forEach(
          client -> assertThat(client.token()).isEqualTo(Optional.of(model.position())));
      clients.forEach(CheckedClient::close);
      assertThat(metrics.get(Gauge.WATCHES)).isZero();
      assertThat(metrics.get(Gauge.WATCH_QUEUE_BYTES)).isZero();
    }

    private CheckedClient client() {
      var patterns = List.of(PATTERNS.get(random.nextInt(PATTERNS.size())).split(","));
      return new CheckedClient(model, hub, Selection.parse(patterns), random.nextInt(4) > 0);
    }

    private void step() {
      now += random.nextLong(SECOND / 2);
      int dice = random.nextInt(100);
      if (dice < 45) {
        publish();
      } else if (dice < 48) {
        hub.tick();
      } else if (dice < 50) {
        model.forgetBelow(model.position().revision() - random.nextInt(20));
      } else if (dice < 51) {
        jump();
      } else if (dice < 58) {
        reopen(random.nextInt(clients.size()));
      } else if (dice < 70) {
        clients.get(random.nextInt(clients.size())).answerLog();
      } else if (dice < 77) {
        clients.get(random.nextInt(clients.size())).answerMap(random.nextInt(20) > 0);
      } else {
        take(random.nextInt(clients.size()), 1 + random.nextInt(4));
      }
      hub.takeReady();
    }

    private void publish() {
      var batch = new ArrayList<EncodedEntry>();
      IntStream.rangeClosed(0, random.nextInt(5)).forEach(i -> batch.add(entry()));
      hub.onApplied(model.applied(batch, false));
    }

    private EncodedEntry entry() {
      if (random.nextInt(30) == 0) {
        model.nextEpoch();
        return model.publish(List.of(), false);
      }
      List<Key> chosen =
          random
              .ints(1 + random.nextInt(3), 0, keys.size())
              .distinct()
              .mapToObj(keys::get)
              .toList();
      return model.publish(chosen, random.nextInt(3) == 0);
    }

    private void jump() {
      entry();
      entry();
      model.forgetBelow(model.position().revision() + 1);
      hub.onApplied(model.applied(List.of(), true));
    }

    private void take(int index, int frames) {
      CheckedClient client = clients.get(index);
      if (client.tooSlow()) {
        tooSlow++;
        client.close();
        client.resume(now);
      } else {
        client.take(frames, now);
      }
    }

    private void reopen(int index) {
      CheckedClient client = clients.get(index);
      client.close();
      switch (random.nextInt(8)) {
        case 0 -> client.openAtStart(now);
        case 1 -> client.openNow(now);
        case 2 -> client.resumeFrom(foreign(), now);
        default -> client.resume(now);
      }
    }

    /** A position that this order never had and never will: of an epoch that was over by then. */
    private Token foreign() {
      Token at = model.position();
      if (at.equals(Token.NONE)) {
        return new Token(0, 1);
      }
      long revision = random.nextLong(at.revision()) + 1;
      long epoch = random.nextLong(at.epoch()) + 1;
      var token = new Token(epoch, revision);
      return model.isReal(token) ? new Token(0, revision) : token;
    }

    /** Everybody reads as fast as they can, until nothing moves. */
    private void settle() {
      for (int round = 0; round < 700; round++) {
        now += 5 * SECOND;
        hub.tick();
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).answerLog();
          clients.get(i).answerMap(true);
          take(i, 50);
        }
      }
    }
  }
}
