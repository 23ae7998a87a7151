package io.widecast.cli;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.widecast.net.MulticastDoctor;
import io.widecast.net.MulticastDoctor.Finding;
import io.widecast.net.WidecastTransport;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "multicast",
    description =
        "Try UDP multicast on this machine's interfaces with a node's own sockets, and say what"
            + " to do where it does not work. Run it on two machines at once to see whether they"
            + " hear each other.")
final class DoctorMulticastCommand implements Runnable {

  private static final long MINUTES_MAX = 2;

  @Option(
      names = "--group",
      defaultValue = "239.77.0.1",
      description = "IPv4 multicast address (${DEFAULT-VALUE}).")
  private String group;

  @Option(names = "--port", defaultValue = "7400", description = "Its port (${DEFAULT-VALUE}).")
  private int port;

  @Option(names = "--interface", paramLabel = "NAME", description = "Try this one only.")
  private Optional<String> interfaceName = Optional.empty();

  private final Terminal terminal;

  DoctorMulticastCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (port < 1 || port > 65_535) {
      throw new ExitException(ExitException.USAGE, "--port " + port + " is not 1 to 65535");
    }
    List<Finding> findings = examine();
    findings.forEach(this::print);
    if (findings.stream().noneMatch(Finding::works)) {
      throw new ExitException(
          ExitException.FAILED,
          "Multicast works on no interface tried. Nodes still replicate: with multicast.fallback:"
              + " unicast the master sends each core node its own datagrams, at the price of one"
              + " copy for each. Check the firewall for group "
              + group
              + " port "
              + port
              + " and IGMP on the switch.");
    }
    findings.stream()
        .filter(Finding::works)
        .filter(finding -> finding.receiveBytes() < WidecastTransport.SOCKET_BUFFER_BYTES)
        .findFirst()
        .ifPresent(finding -> adviseBuffers(finding.receiveBytes()));
  }

  private List<Finding> examine() {
    Vertx vertx = WidecastTransport.vertx(new VertxOptions().setEventLoopPoolSize(1)).build();
    try {
      Promise<List<Finding>> found = Promise.promise();
      var doctor = new MulticastDoctor(vertx, group, port);
      vertx.runOnContext(go -> doctor.examine(interfaceName).onComplete(found));
      return found.future().await(MINUTES_MAX, TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      throw new ExitException(ExitException.FAILED, "no result in " + MINUTES_MAX + " minutes");
    } finally {
      vertx.close();
    }
  }

  private void print(Finding finding) {
    terminal
        .out()
        .printf(
            "%-10s %-15s MTU %-6d %s%n",
            finding.interfaceName(), finding.address(), finding.mtu(), verdict(finding));
  }

  private static String verdict(Finding finding) {
    if (finding.problem().isPresent()) {
      return "NOT USABLE: " + finding.problem().get();
    } else if (finding.works()) {
      return "works: heard itself with datagrams of up to "
          + finding.datagramBytes()
          + " bytes, and "
          + (finding.otherSenders() == 1
              ? "1 other sender"
              : finding.otherSenders() + " other senders");
    } else if (finding.shortHeard()) {
      return "SHORT DATAGRAMS ONLY: one of "
          + finding.datagramBytes()
          + " bytes did not come back; set multicast.datagram to 1400 or less";
    }
    return "HEARS NOTHING: sent datagrams did not come back; a firewall drops them, or the"
        + " interface's network has no multicast";
  }

  private void adviseBuffers(int grantedBytes) {
    terminal
        .out()
        .printf(
            "The kernel grants receive buffers of %,d bytes where nodes ask for %,d; under load"
                + " more is lost and sent again. As root:%n  sysctl -w net.core.rmem_max=%d"
                + " net.core.wmem_max=%d%n",
            grantedBytes,
            WidecastTransport.SOCKET_BUFFER_BYTES,
            WidecastTransport.SOCKET_BUFFER_BYTES,
            WidecastTransport.SOCKET_BUFFER_BYTES);
  }
}
