package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.net.http.HttpResponse;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A map that is larger than its node's memory. */
class LargeStoreIT {

  private static final int KEYS = Integer.getInteger("widecast.large.keys", 200_000);
  private static final int KEYS_PER_REQUEST = 20_000;
  private static final int READS = 500;

  private static String key(int i) {
    return "large/%02d/%07d".formatted(i % 50, i);
  }

  /** Different for each key, and 500 bytes long. */
  private static String value(int i) {
    return "%07d-".formatted(i) + "abcdefghij".repeat(50).substring(8);
  }

  @Test
  void aStoreLargerThanMemoryIsLoadedReadAndStartedAgain() {
    try (var processes = new Processes(LargeStoreIT.class).withHeap("-Xmx96m")) {
      Node node = processes.core("paris-1", "site.electorate=paris-1");
      processes.start();
      long begun = System.nanoTime();
      for (int from = 0; from < KEYS; from += KEYS_PER_REQUEST) {
        load(node, from, Math.min(KEYS, from + KEYS_PER_REQUEST));
      }
      report("loaded", begun);
      readAtRandom(node);

      node.kill();
      begun = System.nanoTime();
      processes.start();
      report("started again after kill -9", begun);
      begun = System.nanoTime();
      readAtRandom(node);
      report(READS + " random reads", begun);
      for (int i = 0; i < 200; i++) {
        String path = "/v1/kv/" + key(i * (KEYS / 200));
        assertThat(Http.put(node, path, "anew", "Content-Type", "text/plain").statusCode())
            .isEqualTo(200);
      }
      JsonObject store = Http.getJson(node, "/v1/store");
      assertThat(store.getLong("liveBytes")).as(store.encode()).isGreaterThan(KEYS * 500L);
      assertThat(Http.get(node, "/readyz").statusCode()).isEqualTo(200);
      assertThat(Http.metrics(node).get("widecast_keys")).isEqualTo(KEYS);
      assertThat(node.terminate()).isZero();
      assertThat(node.log()).doesNotContain("OutOfMemory", " ERROR ");
    }
  }

  private static void report(String what, long sinceNanos) {
    long millis = (System.nanoTime() - sinceNanos) / 1_000_000;
    org.slf4j.LoggerFactory.getLogger(LargeStoreIT.class).info("{}: {} ms", what, millis);
  }

  private static void load(Node node, int from, int to) {
    var lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append("{\"key\":\"").append(key(i)).append("\",\"value\":\"");
      lines.append(value(i)).append("\"}\n");
    }
    Maps.publish(node, lines.toString());
  }

  private static void readAtRandom(Node node) {
    var random = new SplittableRandom(7);
    for (int i = 0; i < READS; i++) {
      int number = random.nextInt(KEYS);
      HttpResponse<String> answer = Http.get(node, "/v1/kv/" + key(number));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(value(number));
    }
  }
}
