package io.widecast.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.widecast.it.Processes.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of this machine, each a host of one LAN with a switch that this test reaches,
 * too. What a host sends to others or hears of them can be cut off; the test still gets through.
 * All are gone after {@link #close}, or with this JVM.
 */
final class Namespaces implements AutoCloseable {

  /** Of the block for benchmarks of networks (RFC 2544), which nobody routes. */
  private static final String NET = "198.18.77.";

  private static final String TEST = NET + "1";
  private static final String LAN = "lan0";

  private final String prefix = "wc" + ProcessHandle.current().pid() % 100_000;
  private final String bridge = prefix + "br";
  private final List<String> names = new ArrayList<>();
  private final List<String> cables = new ArrayList<>();
  private final Thread hook = new Thread(this::remove, "end-namespaces");

  /** Skips the test where namespaces cannot be made. */
  Namespaces(int count) {
    assumeTrue(
        "root".equals(System.getProperty("user.name")) && works("ip", "netns", "list"),
        "skipped: only root with iproute2 can make network namespaces");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      ip("link add " + bridge + " type bridge mcast_snooping 0 forward_delay 0");
      ip("addr add " + TEST + "/24 dev " + bridge);
      ip("link set " + bridge + " up");
      for (int i = 0; i < count; i++) {
        add(prefix + "n" + i, prefix + "v" + i, host(i));
      }
      // Cut and healed once, so that what is missing here is known before the test begins.
      cut(0, true, true);
      heal(0);
    } catch (IllegalStateException e) {
      close();
      abort("skipped: no namespaces here: " + e.getMessage());
    }
  }

  private void add(String name, String cable, String host) {
    ip("netns add " + name);
    names.add(name);
    ip("link add " + cable + " type veth peer name " + LAN + " netns " + name);
    cables.add(cable);
    ip("link set " + cable + " master " + bridge + " up");
    ip("-n " + name + " addr add " + host + "/24 dev " + LAN);
    ip("-n " + name + " link set lo up");
    ip("-n " + name + " link set " + LAN + " up");
  }

  private static String host(int number) {
    return NET + (11 + number);
  }

  /** Where a process runs on host {@code number}, from 0. */
  Place place(int number) {
    return new Place(host(number), LAN, List.of("ip", "netns", "exec", names.get(number)));
  }

  /** Parts a host from all others, in one direction or both. */
  void cut(int number, boolean sends, boolean hears) {
    nft(number, "add table ip cut");
    if (hears) {
      nft(number, "add chain ip cut in { type filter hook input priority 0 ; }");
      nft(number, "add rule ip cut in iifname " + LAN + " ip saddr != " + TEST + " drop");
    }
    if (sends) {
      nft(number, "add chain ip cut out { type filter hook output priority 0 ; }");
      nft(number, "add rule ip cut out oifname " + LAN + " ip daddr != " + TEST + " drop");
    }
  }

  void heal(int number) {
    nft(number, "delete table ip cut");
  }

  private void nft(int number, String arguments) {
    var command = new ArrayList<>(List.of("ip", "netns", "exec", names.get(number), "nft"));
    command.addAll(List.of(arguments.split(" ")));
    run(command);
  }

  private static void ip(String arguments) {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    run(command);
  }

  private static boolean works(String... command) {
    try {
      run(List.of(command));
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static void run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
    } catch (IOException e) {
      throw new IllegalStateException(String.join(" ", command) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void remove() {
    // The kernel keeps a namespace, and its cable, for what connections of the dead still say.
    cables.forEach(cable -> works("ip", "link", "del", cable));
    names.forEach(name -> works("ip", "netns", "del", name));
    works("ip", "link", "del", bridge);
  }

  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // this JVM ends, and the hook does the rest
    }
  }
}
