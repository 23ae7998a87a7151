package io.widecast.cli;

import io.widecast.config.HostPort;
import io.widecast.config.NodeConfig;
import io.widecast.node.WidecastNode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that is a whole process. */
final class NodeProcess {

  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

  /** A node that cannot drain in this time ends all the same: recovery is made for that. */
  private static final long DRAIN_SECONDS_MAX = 20;

  private NodeProcess() {}

  /** A node that has failed has nothing to bring to an end but its connections. */
  private static final long CLOSE_SECONDS_MAX = 3;

  /**
   * Runs the node; returns only by an exception when it cannot start. SIGTERM ends with code 0, a
   * store that fails for good with 1.
   */
  static void run(NodeConfig config, Terminal terminal) {
    WidecastNode node = WidecastNode.start(config).await();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(node, terminal), "drain"));
    node.failure().onFailure(cause -> new Thread(() -> giveUp(node, cause), "give-up").start());
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

  /** The other nodes have what was acknowledged, and so has this one's log after a restart. */
  private static void giveUp(WidecastNode node, Throwable cause) {
    LOG.error(
        "{} ends: its store cannot go on, {}. See to the disk and the data directory, then start it"
            + " again: it recovers from its log and from the other nodes",
        node.id(),
        cause.getMessage());
    try {
      node.close().await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (Exception e) { // of any class; it ends in any case
      LOG.warn("not closed in an orderly way: {}", e.getMessage());
    }
    Runtime.getRuntime().halt(ExitException.FAILED);
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
