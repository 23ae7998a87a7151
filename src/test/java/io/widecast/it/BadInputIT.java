package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.widecast.it.Processes.Node;
import io.widecast.wire.LanCodec;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import io.widecast.wire.StreamCodec;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes that nobody should send, to every port that a node opens. It counts them, and lives. */
class BadInputIT {

  private static final List<String> ELECTORATE = List.of("paris-1", "paris-2", "paris-3");

  private final SplittableRandom random = new SplittableRandom(7);
  private Processes processes;
  private Node node;
  private Ports ports;

  @BeforeEach
  void start() {
    assumeTrue(Ports.known(), "skipped: only Linux tells which ports a process listens on");
    processes = new Processes(BadInputIT.class);
    node = processes.core("paris-1", "site.electorate=paris-1,paris-2,paris-3");
    processes.core("paris-2", "site.electorate=paris-1,paris-2,paris-3");
    processes.edge("tokyo-1");
    processes.start();
    ports = Ports.of(node.pid());
    assertThat(Http.put(node, "/v1/kv/city/JP/kept", "as it was").statusCode()).isEqualTo(201);
  }

  @AfterEach
  void end() {
    if (processes != null) {
      processes.close();
    }
  }

  /** Nothing changed, nobody restarted, and writes and streams go on. */
  private void healthy() {
    assertThat(node.isAlive()).isTrue();
    assertThat(Http.get(node, "/readyz").statusCode()).isEqualTo(200);
    assertThat(Http.get(node, "/v1/kv/city/JP/kept").body()).isEqualTo("as it was");
    HttpResponse<String> answer = Http.put(node, "/v1/kv/city/JP/more", "1");
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    Copies.Copy copy = Copies.awaitEqual(processes.cores(), processes.edges());
    assertThat(copy.rows().keySet()).containsExactly("city/JP/kept", "city/JP/more");
    assertThat(node.log()).doesNotContain("Exception", "ERROR");
  }

  @Test
  void randomBytesOnEveryTcpPort() throws Exception {
    assertThat(ports.tcp()).as("HTTP, streams of the LAN, streams of the WAN").hasSize(3);

    for (int port : ports.tcp()) {
      for (int i = 0; i < 40; i++) {
        connectAndSend(port, bytes(1 + random.nextInt(4096)));
      }
      connectAndSend(port, new byte[0]);
      connectAndSend(port, bytes(1 << 20));
      connectAndSend(port, filled(1 << 16, 0));
      connectAndSend(port, filled(1 << 16, 0xFF));
      connectAndSend(port, "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    assertThat(Http.metrics(node).get("widecast_frames_malformed_total")).isPositive();
    healthy();
  }

  /** The other end may close at any byte: what it thinks of ours is its own affair. */
  private static void connectAndSend(int port, byte[] bytes) {
    try (var socket = new Socket(Processes.HOST, port)) {
      socket.setSoTimeout(50);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      socket.getInputStream().read(new byte[4096]);
    } catch (IOException e) {
      return; // closed, reset, or no answer in time: each is allowed
    }
  }

  @Test
  void randomDatagramsOnEveryUdpPort() throws Exception {
    assertThat(ports.udp()).as("the group's and its own").hasSize(2);
    double before = malformed();
    int sent = 400;

    try (var socket = new DatagramSocket()) {
      for (int port : ports.udp()) {
        for (int i = 0; i < sent / 2; i++) {
          byte[] datagram = bytes(random.nextInt(1400));
          if (datagram.length > 3 && i % 2 == 0) { // past the first look
            datagram[0] = 0x57;
            datagram[1] = 0x43;
          }
          send(socket, datagram, port);
        }
      }
    }

    awaitCount("malformed", before + 1);
    healthy();
  }

  @Test
  void foreignForgedTruncatedAndWrongVersionFramesAreCountedAndDropped() throws Exception {
    var ours = new LanCodec(StreamCodec.clusterNumber(processes.cluster(), ELECTORATE));
    var theirs = new LanCodec(StreamCodec.clusterNumber("somebody else", ELECTORATE));
    // A slot that nobody has, so that even a frame that gets through is nobody's.
    var packet = new LanPacket(2, 0, 0, new LanFrame.Ack(1));
    byte[] good = ours.encode(packet);
    byte[] truncated = Arrays.copyOf(good, good.length - 1);
    byte[] forged = good.clone();
    forged[20] ^= 1;
    byte[] wrongVersion = good.clone();
    wrongVersion[2] = 99;
    byte[] foreign = theirs.encode(packet);
    byte[] nobody = ours.encode(new LanPacket(40, 0, 0, new LanFrame.Ack(1)));
    double malformed = malformed();
    double versions = count("wrong_version");
    double foreigners = count("foreign");

    for (byte[] frame : List.of(truncated, forged, wrongVersion, foreign, nobody)) {
      multicast(frame);
      try (var socket = new DatagramSocket()) {
        for (int port : ports.udp()) {
          if (port != processes.multicastPort()) {
            send(socket, frame, port);
          }
        }
      }
    }

    awaitCount("malformed", malformed + 4);
    awaitCount("wrong_version", versions + 2);
    awaitCount("foreign", foreigners + 4);
    healthy();
  }

  private double malformed() {
    return count("malformed");
  }

  private double count(String reason) {
    return Http.metrics(node).get("widecast_frames_" + reason + "_total");
  }

  private void awaitCount(String reason, double atLeast) {
    await("frames " + reason + " rise to " + atLeast)
        .atMost(Duration.ofSeconds(10))
        .until(() -> count(reason) >= atLeast);
  }

  private void multicast(byte[] frame) throws IOException {
    try (var channel = DatagramChannel.open(java.net.StandardProtocolFamily.INET)) {
      channel.setOption(
          StandardSocketOptions.IP_MULTICAST_IF,
          NetworkInterface.getByInetAddress(InetAddress.getByName(Processes.HOST)));
      channel.send(
          ByteBuffer.wrap(frame),
          new InetSocketAddress(InetAddress.getByName("239.77.0.1"), processes.multicastPort()));
    }
  }

  private static void send(DatagramSocket socket, byte[] bytes, int port) throws IOException {
    socket.send(
        new DatagramPacket(bytes, bytes.length, InetAddress.getByName(Processes.HOST), port));
  }

  private byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] filled(int length, int with) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }
}
