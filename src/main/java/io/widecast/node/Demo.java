package io.widecast.node;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.widecast.client.ClientException;
import io.widecast.client.ClientOptions;
import io.widecast.client.PublishSummary;
import io.widecast.client.WidecastClient;
import io.widecast.client.WriteOptions;
import io.widecast.config.NodeConfig;
import io.widecast.model.Bytes;
import io.widecast.model.Value;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Two remote sites and a home site of three core nodes in one process, over real sockets: loads
 * real cities, shows how far every node is, and then keeps changing them. Ends with the process;
 * its data is temporary.
 */
public final class Demo {

  private static final String CITIES = "/demo/cities-5000.ndjson";
  private static final int LINES_A_PART = 500;
  private static final long CHANGE_MILLIS = 100;
  private static final int LOADS_MAX = 5;
  private static final int CHANGED_CITIES = 500; // the largest of what was loaded

  private final DemoOptions options;
  private final PrintStream out;
  private final Path data;
  private final List<WidecastNode> nodes = new ArrayList<>();

  private record City(String key, JsonObject value) {}

  private final List<City> cities = new ArrayList<>();

  private Demo(DemoOptions options) throws IOException {
    this.options = options;
    this.out = new PrintStream(options.out(), true); // each line when it is told
    this.data = Files.createTempDirectory("widecast-demo-");
  }

  /** Runs until the process is told to end. */
  public static void run(DemoOptions options) {
    try {
      var demo = new Demo(options);
      Runtime.getRuntime().addShutdownHook(new Thread(demo::end, "demo-end"));
      demo.start();
      demo.load();
      demo.change();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void start() {
    out.println("Starting three core nodes in Paris, an edge node in Tokyo and one in Lima …");
    int group = 20_000 + new SplittableRandom().nextInt(10_000);
    var home = new StringBuilder();
    for (int i = 1; i <= 3; i++) {
      WidecastNode node =
          startNode(
              "paris-" + i,
              "paris",
              i == 1 ? options.port() : 0,
              "site.electorate=paris-1,paris-2,paris-3",
              "multicast.port=" + group,
              "wan.listen=127.0.0.1:0");
      home.append(i == 1 ? "" : ",").append("127.0.0.1:").append(node.wanPort());
    }
    startNode("tokyo-1", "tokyo", 0, "wan.home=" + home, "wan.filter=city/JP/**,city/IN/**");
    startNode("lima-1", "lima", 0, "wan.home=" + home, "wan.filter=city/PE/**,city/BR/**");
    await("ready", () -> nodes.stream().allMatch(this::isReady));
    out.println();
    out.println("  Console   " + nodes.get(0).httpUrl() + "/");
    for (WidecastNode node : nodes) {
      out.println("  " + String.format("%-9s", node.id()) + " " + node.httpUrl());
    }
    out.println();
  }

  private WidecastNode startNode(String id, String site, int port, String... settings) {
    var all = new ArrayList<String>(List.of(settings));
    all.add("node.id=" + id);
    all.add("node.site=" + site);
    all.add("node.data=" + data.resolve(id));
    all.add("http.port=" + port);
    Future<WidecastNode> started = WidecastNode.start(NodeConfig.of(all.toArray(String[]::new)));
    WidecastNode node = started.await();
    node.failure().onFailure(cause -> giveUp(node, cause));
    nodes.add(node);
    return node;
  }

  private void giveUp(WidecastNode node, Throwable cause) {
    out.println(node.id() + " cannot go on, and with it the demo ends: " + cause.getMessage());
    new Thread(() -> System.exit(1), "demo-failed").start(); // waits for what end() does
  }

  private boolean isReady(WidecastNode node) {
    try (WidecastClient client = client(node)) {
      client.getBody("/readyz").blockingGet();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private void load() throws IOException {
    long startNanos = System.nanoTime();
    PublishSummary summary = publishCities();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(
        "Loaded %,d cities in %.2f s: each durable on a majority of the core nodes.%n",
        summary.published(), seconds);
    await("level", () -> nodes.stream().allMatch(node -> isLevel(node, summary.lastRevision())));
    out.printf("Every node is level after %.2f s:%n", (System.nanoTime() - startNanos) / 1e9);
    for (WidecastNode node : nodes) {
      out.printf("  %-9s %,7d keys%n", node.id(), node.keys());
    }
    out.println("Data: GeoNames (geonames.org), CC BY 4.0.");
  }

  /**
   * Five nodes that start in one process on a busy machine may change masters: what is then open is
   * sent again under the same key, and what was written already is not written twice.
   */
  private PublishSummary publishCities() throws IOException {
    WriteOptions write = WriteOptions.none();
    for (int tries = 1; ; tries++) {
      cities.clear();
      try (WidecastClient client = client(nodes.get(0));
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
        return client.publishStream(parts(lines), write).blockingGet();
      } catch (ClientException e) {
        boolean open = e.status() == ClientException.NO_ANSWER || e.status() >= 500;
        if (!open || tries == LOADS_MAX) {
          throw e;
        }
        out.println("  once more: " + e.getMessage());
      }
    }
  }

  private Flowable<Buffer> parts(BufferedReader lines) {
    var progress = new long[1];
    return Flowable.generate(
        emitter -> {
          Buffer part = nextPart(lines);
          if (part.length() == 0) {
            emitter.onComplete();
          } else {
            progress[0] += LINES_A_PART;
            if (progress[0] % 10_000 == 0) {
              out.println("  " + progress[0] + " cities sent");
            }
            emitter.onNext(part);
          }
        });
  }

  private InputStream open() throws IOException {
    if (options.file().isEmpty()) {
      return Optional.ofNullable(Demo.class.getResourceAsStream(CITIES))
          .orElseThrow(() -> new IOException("this jar lacks " + CITIES));
    }
    var in = new BufferedInputStream(Files.newInputStream(options.file().get()));
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private Buffer nextPart(BufferedReader lines) throws IOException {
    Buffer part = Buffer.buffer();
    for (int i = 0; i < LINES_A_PART; i++) {
      String line = lines.readLine();
      if (line == null) {
        break;
      }
      part.appendString(line).appendString("\n");
      if (cities.size() < CHANGED_CITIES) {
        remember(line);
      }
    }
    return part;
  }

  private void remember(String line) {
    var json = new JsonObject(line);
    if (json.getValue("value") instanceof JsonObject value) {
      cities.add(new City(json.getString("key"), value));
    }
  }

  private boolean isLevel(WidecastNode node, long revision) {
    return node.revision() >= revision;
  }

  /** People move: a few cities change each second, so that there is something to watch. */
  private void change() {
    out.println("Now a few cities change every second. Watch them in the console, or:");
    out.println("  curl -N '" + nodes.get(3).httpUrl() + "/v1/watch?match=city/JP/**'");
    out.println("Ctrl-C ends the demo.");
    var random = new SplittableRandom();
    try (WidecastClient client = client(nodes.get(1))) {
      while (!cities.isEmpty()) {
        City city = cities.get(random.nextInt(cities.size()));
        long population = city.value().getLong("population", 0L);
        JsonObject moved =
            city.value().copy().put("population", population + random.nextLong(-500, 501));
        client
            .put(city.key(), new Value(Bytes.utf8(moved.encode()), Value.JSON), WriteOptions.none())
            .ignoreElement()
            .onErrorComplete()
            .blockingAwait();
        pause(CHANGE_MILLIS);
      }
      new java.util.concurrent.CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(long millis) throws InterruptedException {
    java.util.concurrent.TimeUnit.MILLISECONDS.sleep(millis);
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(String what, Condition condition) {
    long deadlineNanos = System.nanoTime() + 60_000_000_000L;
    try {
      while (!condition.holds()) {
        if (System.nanoTime() > deadlineNanos) {
          throw new IllegalStateException("the nodes are not " + what + " after a minute");
        }
        pause(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for nodes to be " + what, e);
    }
  }

  private static WidecastClient client(WidecastNode node) {
    return WidecastClient.create(ClientOptions.of(node.httpUrl()));
  }

  private void end() {
    nodes.forEach(node -> node.drainAndClose().await());
    try (Stream<Path> files = Files.walk(data)) {
      files.sorted(Comparator.reverseOrder()).forEach(Demo::delete);
    } catch (IOException | UncheckedIOException e) {
      out.println("not removed: " + data);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
