package io.widecast.net;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.widecast.metrics.Metrics;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds out, by sending, on which interfaces of this machine multicast works with the node's own
 * sockets. A probe is nothing a node understands: it drops and counts it. Stays on the LAN (time to
 * live 1).
 */
public final class MulticastDoctor {

  /** How long one interface may take: others' traffic is listened to for as long. */
  private static final long LISTEN_MILLIS = 1_000;

  private static final long SEND_MILLIS = 100; // again and again: one may be lost

  private static final int SHORT_BYTES = 64;
  private static final int NONCE_BYTES = 16;

  private final Vertx vertx;
  private final String group;
  private final int port;

  /**
   * What was found on one interface.
   *
   * @param problem why the sockets could not use it; then nothing else was tried
   * @param shortHeard whether a datagram of 64 bytes sent to the group came back
   * @param longHeard whether one of {@code datagramBytes} did, the longest that one packet carries
   * @param otherSenders how many others were heard on the group meanwhile: other nodes, or other
   *     machines where this runs too
   * @param receiveBytes what the kernel granted of {@link WidecastTransport#SOCKET_BUFFER_BYTES}
   */
  public record Finding(
      String interfaceName,
      String address,
      int mtu,
      Optional<String> problem,
      boolean shortHeard,
      boolean longHeard,
      int datagramBytes,
      int otherSenders,
      int receiveBytes) {

    /** Whether nodes can use multicast here. */
    public boolean works() {
      return shortHeard && longHeard;
    }
  }

  /** An interface worth a try. */
  private record Candidate(String name, String address, int mtu) {}

  public MulticastDoctor(Vertx vertx, String group, int port) {
    this.vertx = vertx;
    this.group = group;
    this.port = port;
  }

  /**
   * Examines the interface called {@code only}, or all that are up and have an IPv4 address, one
   * after the other, a second for each. Must be called on an event-loop context.
   */
  public Future<List<Finding>> examine(Optional<String> only) {
    return vertx
        .executeBlocking(() -> candidates(only))
        .compose(
            candidates -> {
              Future<List<Finding>> findings = Future.succeededFuture(new ArrayList<>());
              for (Candidate candidate : candidates) {
                findings =
                    findings.compose(
                        list ->
                            examine(candidate)
                                .map(
                                    finding -> {
                                      list.add(finding);
                                      return list;
                                    }));
              }
              return findings;
            });
  }

  private static List<Candidate> candidates(Optional<String> only) throws IOException {
    var candidates = new ArrayList<Candidate>();
    for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
      Optional<Inet4Address> address =
          card.inetAddresses()
              .filter(Inet4Address.class::isInstance)
              .map(Inet4Address.class::cast)
              .findFirst();
      if (only.isPresent() ? card.getName().equals(only.get()) : card.isUp()) {
        if (address.isPresent()) {
          candidates.add(
              new Candidate(card.getName(), address.get().getHostAddress(), card.getMTU()));
        } else if (only.isPresent()) {
          throw new IOException("interface " + only.get() + " has no IPv4 address");
        }
      }
    }
    if (candidates.isEmpty() && only.isPresent()) {
      throw new IOException(
          "no interface is named "
              + only.get()
              + "; there are "
              + NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList());
    }
    candidates.sort(Comparator.comparing(Candidate::name));
    return candidates;
  }

  private Future<Finding> examine(Candidate candidate) {
    var options = new LanOptions(group, port, candidate.name(), candidate.address());
    return DirectLanSockets.open(vertx, options, new Metrics())
        .compose(
            sockets ->
                sockets.multicastAvailable()
                    ? new Probe(candidate, sockets).run()
                    : sockets
                        .close()
                        .map(unusable(candidate, sockets.multicastProblem().orElseThrow())))
        .otherwise(failure -> unusable(candidate, failure.getMessage()));
  }

  private static Finding unusable(Candidate candidate, String problem) {
    return new Finding(
        candidate.name(),
        candidate.address(),
        candidate.mtu(),
        Optional.of(problem),
        false,
        false,
        0,
        0,
        0);
  }

  /** Sends on one interface and hears what comes back. */
  private final class Probe {

    private final Candidate candidate;
    private final DirectLanSockets sockets;
    private final byte[] shortProbe = new byte[SHORT_BYTES];
    private final byte[] longProbe;
    private final Set<InetSocketAddress> others = new HashSet<>();
    private final Promise<Finding> finding = Promise.promise();
    private boolean shortHeard;
    private boolean longHeard;

    Probe(Candidate candidate, DirectLanSockets sockets) {
      this.candidate = candidate;
      this.sockets = sockets;
      this.longProbe = new byte[sockets.datagramBytesMax()];
      var nonce = new byte[NONCE_BYTES];
      ThreadLocalRandom.current().nextBytes(nonce);
      System.arraycopy(nonce, 0, shortProbe, 0, NONCE_BYTES);
      System.arraycopy(nonce, 0, longProbe, 0, NONCE_BYTES);
    }

    Future<Finding> run() {
      sockets.handler(this::onDatagram);
      send();
      long sendTimer = vertx.setPeriodic(SEND_MILLIS, id -> send());
      vertx.setTimer(
          LISTEN_MILLIS,
          id -> {
            vertx.cancelTimer(sendTimer);
            int receiveBytes = sockets.receiveBytesGranted();
            sockets.close().map(closed -> found(receiveBytes)).onComplete(finding);
          });
      return finding.future();
    }

    private void send() {
      if (!shortHeard) {
        sockets.multicast(shortProbe);
      }
      if (!longHeard) {
        sockets.multicast(longProbe);
      }
    }

    private void onDatagram(byte[] data, InetSocketAddress sender, boolean multicast) {
      if (Arrays.equals(data, shortProbe)) {
        shortHeard = true;
      } else if (Arrays.equals(data, longProbe)) {
        longHeard = true;
      } else if (multicast) {
        others.add(sender);
      }
    }

    private Finding found(int receiveBytes) {
      return new Finding(
          candidate.name(),
          candidate.address(),
          candidate.mtu(),
          Optional.empty(),
          shortHeard,
          longHeard,
          longProbe.length,
          others.size(),
          receiveBytes);
    }
  }
}
