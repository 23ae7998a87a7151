package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Nodes of one cluster, each a process of the packaged jar, on ports of their own and with data in
 * a temporary directory. All of them end with {@link #close} or with this JVM; their logs stay in
 * {@code target/it-logs}. Used by one thread at a time.
 */
final class Processes implements AutoCloseable {

  static final String HOST = "127.0.0.1";
  private static final Path LOGS = Path.of("target", "it-logs");
  private static final int PORT_MIN = 12_000;
  private static final int PORTS = 20_000;

  /** Two builds on one machine begin at different places. */
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 50 % PORTS));

  /**
   * How long a test waits for what has to come. Much longer than it takes, for a machine that has
   * other things to do; no test waits for this to pass.
   */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private final String test;
  private final Path data;
  private final String cluster;
  private final int multicastPort = freeUdpPort();
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> wanAddresses = new ArrayList<>();
  private String heap = "-Xmx256m"; // small: five of them share two processors with the test
  private Supplier<String> classes = SharedClasses::option;
  private final Thread hook = new Thread(this::killAll, "end-nodes");

  /**
   * @param test names the logs
   */
  Processes(Class<?> test) {
    this.test = test.getSimpleName();
    this.cluster = this.test + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try {
      this.data = Files.createTempDirectory("widecast-it-");
      Files.createDirectories(temporary());
      Files.createDirectories(LOGS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * @param option of the JVMs of nodes that are made from now on, such as {@code -Xmx128m}
   */
  Processes withHeap(String option) {
    heap = option;
    return this;
  }

  /**
   * @param option of the JVMs of nodes that are made from now on: where their classes go
   */
  Processes withClasses(String option) {
    classes = () -> option;
    return this;
  }

  /** The three core and two edge nodes of {@code config/}, not started yet. */
  static Processes five(Class<?> test, String... settings) {
    var processes = new Processes(test);
    for (String id : List.of("paris-1", "paris-2", "paris-3")) {
      processes.core(id, settings);
    }
    for (String id : List.of("tokyo-1", "lima-1")) {
      processes.edge(id, settings);
    }
    return processes;
  }

  /**
   * Where a process runs.
   *
   * @param host the address of all its sockets
   * @param interfaceName of its LAN
   * @param prefix of its command, such as one that enters a network namespace
   */
  record Place(String host, String interfaceName, List<String> prefix) {

    private static final Place HERE = new Place(HOST, "lo", List.of());
  }

  /** A core node of {@code config/ID.yaml}. */
  Node core(String id, String... settings) {
    return coreAt(Place.HERE, id, settings);
  }

  Node coreAt(Place place, String id, String... settings) {
    String wan = place.host() + ":" + freeTcpPort();
    wanAddresses.add(wan);
    return node(
        place,
        id,
        List.of(
            "site.members=",
            "multicast.port=" + multicastPort,
            "multicast.interface=" + place.interfaceName(),
            "wan.listen=" + wan),
        settings);
  }

  /** An edge node of {@code config/ID.yaml}, of all core nodes so far. */
  Node edge(String id, String... settings) {
    var own = List.of("wan.home=" + String.join(",", wanAddresses));
    return node(Place.HERE, id, own, settings);
  }

  private Node node(Place place, String id, List<String> own, String... settings) {
    int port = freeTcpPort();
    var command = new ArrayList<String>(place.prefix());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(heap);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // quick to start
    command.add(classes.get());
    command.add("-Djava.io.tmpdir=" + temporary());
    command.addAll(List.of("-jar", jar().toString(), "node"));
    command.addAll(List.of("--config", Path.of("config", id + ".yaml").toString()));
    var all = new ArrayList<>(own);
    all.add("node.data=" + data.resolve(id));
    all.add("http.host=" + place.host());
    all.add("http.port=" + port);
    all.add("cluster.name=" + cluster);
    all.add("faults.seed=" + (nodes.size() + 1));
    all.addAll(List.of(settings));
    all.forEach(setting -> command.addAll(List.of("--set", setting)));
    var node = new Node(id, "http://" + place.host() + ":" + port, command, log(id));
    nodes.add(node);
    return node;
  }

  private Path log(String id) {
    Path log = LOGS.resolve(test + "-" + id + ".log");
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return log;
  }

  static Path jar() {
    Path jar = Path.of(System.getProperty("widecast.jar", "target/widecast.jar"));
    assertThat(jar).as("package the jar first, or give -Dwidecast.jar").exists();
    return jar;
  }

  /** Starts those that do not run, and waits until all are ready and there is a master. */
  Processes start() {
    nodes.stream().filter(node -> !node.isAlive()).forEach(Node::start);
    nodes.forEach(Node::awaitReady);
    master();
    return this;
  }

  List<Node> all() {
    return List.copyOf(nodes);
  }

  List<Node> cores() {
    return nodes.stream().filter(node -> node.id().startsWith("paris")).toList();
  }

  List<Node> edges() {
    return nodes.stream().filter(node -> !node.id().startsWith("paris")).toList();
  }

  Node get(String id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }

  /** The master that all living core nodes agree on; waits for one. */
  Node master() {
    return master(cores().stream().filter(Node::isAlive).toList());
  }

  /** The master that all of {@code living} agree on; waits for one. */
  Node master(List<Node> living) {
    await("a master that all agree on")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              List<String> named = living.stream().map(Processes::masterAt).distinct().toList();
              return named.size() == 1 && !named.get(0).isEmpty();
            });
    return get(masterAt(living.get(0)));
  }

  private static String masterAt(Node node) {
    String master = Http.getJson(node, "/v1/cluster").getString("master");
    return master == null ? "" : master;
  }

  /** Where a node keeps its data. */
  Path data(String id) {
    return data.resolve(id);
  }

  /** What the nodes take for the machine's temporary directory. */
  Path temporary() {
    return data.resolve("tmp");
  }

  String cluster() {
    return cluster;
  }

  int multicastPort() {
    return multicastPort;
  }

  private void killAll() {
    nodes.forEach(Node::kill);
  }

  /** Ends all processes and deletes their data. */
  @Override
  public void close() {
    killAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // this JVM ends, and the hook does the rest
    }
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Free a moment ago, not handed out before by this JVM's tests, and below what systems give to
   * outgoing connections: it stays free while a node is down.
   */
  static int freeTcpPort() {
    return freePort(
        port -> {
          try (var socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
            return socket.isBound();
          }
        });
  }

  static int freeUdpPort() {
    return freePort(
        port -> {
          try (var socket = new DatagramSocket(port)) {
            return socket.isBound();
          }
        });
  }

  private interface Binding {
    boolean works(int port) throws IOException;
  }

  private static int freePort(Binding binding) {
    for (int tries = 0; tries < PORTS; tries++) {
      int port = PORT_MIN + NEXT_PORT.getAndIncrement() % PORTS;
      try {
        if (binding.works(port)) {
          return port;
        }
      } catch (IOException e) {
        continue; // somebody has it
      }
    }
    throw new AssertionError("no port is free");
  }

  /** One node's process, which can end and begin again on the same ports and data. */
  static final class Node {

    private final String id;
    private final String http;
    private final List<String> command;
    private final Path log;
    private Process process; // null before the first start

    private Node(String id, String http, List<String> command, Path log) {
      this.id = id;
      this.http = http;
      this.command = List.copyOf(command);
      this.log = log;
    }

    String id() {
      return id;
    }

    /** Base URL of its HTTP port. */
    String http() {
      return http;
    }

    int httpPort() {
      return Integer.parseInt(http.substring(http.lastIndexOf(':') + 1));
    }

    boolean isEdge() {
      return !id.startsWith("paris");
    }

    long pid() {
      return process.pid();
    }

    boolean isAlive() {
      return process != null && process.isAlive();
    }

    void start() {
      assertThat(isAlive()).as(id + " runs already").isFalse();
      try {
        process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Node awaitReady() {
      await(id + " answers /readyz, see " + log)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .ignoreExceptionsMatching(failure -> failure instanceof UncheckedIOException)
          .until(
              () -> {
                assertThat(isAlive()).as(id + " has ended, see " + log).isTrue();
                return Http.get(this, "/readyz").statusCode() == 200;
              });
      return this;
    }

    /** {@code kill -9}; returns when it is gone. */
    void kill() {
      if (isAlive()) {
        process.destroyForcibly();
        waitForEnd();
      }
    }

    /** SIGTERM; its exit code. */
    int terminate() {
      process.destroy();
      return waitForEnd();
    }

    /** Waits until it has ended by itself; its exit code. */
    int awaitEnd() {
      return waitForEnd();
    }

    private int waitForEnd() {
      try {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as(id + " ends, see " + log)
            .isTrue();
        return process.exitValue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Stops its clock, so to say: SIGSTOP. */
    void freeze() {
      signal("-STOP");
    }

    void thaw() {
      signal("-CONT");
    }

    private void signal(String name) {
      try {
        var kill = new ProcessBuilder("kill", name, Long.toString(pid())).inheritIO().start();
        assertThat(kill.waitFor()).isZero();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Its log so far. */
    String log() {
      try {
        return Files.readString(log);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String toString() {
      return id;
    }
  }
}
