package io.widecast.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Node processes of our own on loopback: free ports, a cluster name of their own, data in a
 * temporary directory. All of them end with {@link #close}, or with this process however it ends
 * short of kill -9.
 */
public final class SpawnedNodes implements AutoCloseable {

  private static final String HOST = "127.0.0.1";
  private static final long END_SECONDS_MAX = 10;

  /**
   * A node process.
   *
   * @param http base URL of its HTTP port
   */
  public record Node(String id, String http, Process process, Path log) {}

  private final Path directory;
  private final List<String> javaOptions;
  private final List<String> settings;
  private final List<Node> core = new ArrayList<>();
  private final List<Node> edges = new ArrayList<>();
  private final List<String> wanAddresses = new ArrayList<>();
  private final String cluster = "bench-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  private final Thread hook = new Thread(this::end, "end-nodes");

  private SpawnedNodes(List<String> javaOptions, List<String> settings) {
    this.javaOptions = List.copyOf(javaOptions);
    this.settings = List.copyOf(settings);
    try {
      this.directory = Files.createTempDirectory("widecast-bench-");
    } catch (IOException e) {
      throw new UncheckedIOException("no directory for data: " + e.getMessage(), e);
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts a home site. Nodes are up when they answer {@code /readyz}; this does not wait for it.
   *
   * @param javaOptions for each node's JVM
   * @param settings {@code a.b=c} each, overlaid on each node's configuration
   */
  public static SpawnedNodes start(int coreNodes, List<String> javaOptions, List<String> settings) {
    var nodes = new SpawnedNodes(javaOptions, settings);
    try {
      nodes.startCore(coreNodes);
      return nodes;
    } catch (IOException | RuntimeException e) {
      nodes.close();
      throw new BenchException("nodes could not be started: " + e.getMessage());
    }
  }

  private void startCore(int count) throws IOException {
    String electorate =
        String.join(", ", IntStream.rangeClosed(1, count).mapToObj(i -> "core-" + i).toList());
    int multicastPort = freeUdpPort();
    for (int i = 1; i <= count; i++) {
      String wan = HOST + ":" + freeTcpPort();
      wanAddresses.add(wan);
      core.add(
          start(
              "core-" + i,
              """
              site: { electorate: [%s] }
              multicast: { port: %d, interface: lo }
              wan: { listen: "%s" }
              """
                  .formatted(electorate, multicastPort, wan)));
    }
  }

  /** Starts an edge node of the home site, in a site of its own. */
  public Node startEdge(String filter) {
    try {
      String id = "edge-" + (edges.size() + 1);
      Node edge =
          start(
              id,
              """
              wan: { home: ["%s"], filter: ["%s"] }
              """
                  .formatted(String.join("\", \"", wanAddresses), filter));
      edges.add(edge);
      return edge;
    } catch (IOException e) {
      throw new BenchException("an edge node could not be started: " + e.getMessage());
    }
  }

  private Node start(String id, String role) throws IOException {
    int port = freeTcpPort();
    Path file = directory.resolve(id + ".yaml");
    Files.writeString(
        file,
        """
        node: { id: %s, site: %s, data: "%s" }
        http: { host: %s, port: %d }
        cluster: { name: %s }
        """
                .formatted(
                    id,
                    id.startsWith("core") ? "home" : id,
                    directory.resolve(id),
                    HOST,
                    port,
                    cluster)
            + role);
    var command = new ArrayList<>(List.of(java()));
    command.addAll(javaOptions);
    command.addAll(program());
    command.addAll(List.of("node", "--config", file.toString()));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    Path log = directory.resolve(id + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new Node(id, "http://" + HOST + ":" + port, process, log);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** This program once more: as the jar it came in, which brings its own flags, or its classes. */
  private static List<String> program() {
    String classPath = System.getProperty("java.class.path");
    return classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)
        ? List.of("-jar", classPath)
        : List.of("-cp", classPath, "io.widecast.cli.Main");
  }

  /** Free a moment ago: whoever takes it in between makes the node fail, and it says so. */
  private static int freeTcpPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      return socket.getLocalPort();
    }
  }

  private static int freeUdpPort() throws IOException {
    try (var socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }

  public List<Node> core() {
    return List.copyOf(core);
  }

  /**
   * @throws BenchException when a process has ended, with the last lines of its log
   */
  void checkAlive() {
    for (Node node : Stream.concat(core.stream(), edges.stream()).toList()) {
      if (!node.process().isAlive()) {
        throw new BenchException(
            node.id()
                + " ended with code "
                + node.process().exitValue()
                + ":\n"
                + tail(node.log()));
      }
    }
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return "(no log)";
    }
  }

  /** Ends all processes and deletes their data. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the hook is what is running
    }
  }

  private synchronized void end() {
    List<Node> all = Stream.concat(edges.stream(), core.stream()).toList();
    all.forEach(node -> node.process().destroy());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS_MAX);
    for (Node node : all) {
      try {
        if (!node.process().waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          node.process().destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        node.process().destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    delete();
  }

  private void delete() {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("not deleted: " + directory, e);
    }
  }
}
