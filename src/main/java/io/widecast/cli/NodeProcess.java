package io.widecast.cli;

import io.widecast.config.HostPort;
import io.widecast.config.NodeConfig;
import io.widecast.node.WidecastNode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A node that is a whole process. */
final class NodeProcess {

  /** A node that cannot drain in this time ends all the same: recovery is made for that. */
  private static final long DRAIN_SECONDS_MAX = 20;

  private NodeProcess() {}

  /** Runs the node; returns only by an exception when it cannot start. SIGTERM ends with code 0. */
  static void run(NodeConfig config, Terminal terminal) {
    WidecastNode node = WidecastNode.start(config).await();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(node, terminal), "drain"));
    terminal
        .out()
        .println(
            config.node().id()
                + " listens on http://"
                + new HostPort(config.http().host(), node.httpPort()));
    terminal.out().flush();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The JVM would answer a signal with 128 + its number; a drained node is done, and that is 0. */
  private static void drain(WidecastNode node, Terminal terminal) {
    try {
      node.drainAndClose().await(DRAIN_SECONDS_MAX, TimeUnit.SECONDS);
      Runtime.getRuntime().halt(ExitException.OK);
    } catch (TimeoutException e) {
      terminal.err().println("not drained within " + DRAIN_SECONDS_MAX + " s, ending all the same");
    } catch (Exception e) { // of any class: await() throws whatever the future failed with
      terminal.err().println("not drained: " + e.getMessage());
    }
    Runtime.getRuntime().halt(ExitException.FAILED);
  }
}
