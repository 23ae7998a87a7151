package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.widecast.it.Processes.Node;
import io.widecast.wire.LanCodec;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import io.widecast.wire.StreamCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bytes that nobody should send, to every port that a node opens. It counts them, and lives. */
class BadInputIT {

  private static final List<String> ELECTORATE = List.of("paris-1", "paris-2", "paris-3");

  private final SplittableRandom random = new SplittableRandom(7);
  private static Processes processes;
  private static Node node;
  private static Ports ports;

  @BeforeAll
  static void start() {
    assumeTrue(Ports.known(), "skipped: only Linux tells which ports a process listens on");
    processes = new Processes(BadInputIT.class);
    node = processes.core("paris-1", "site.electorate=paris-1,paris-2,paris-3");
    processes.core("paris-2", "site.electorate=paris-1,paris-2,paris-3");
    processes.edge("tokyo-1");
    processes.start();
    ports = Ports.of(node.pid());
    assertThat(Http.put(node, "/v1/kv/city/JP/kept", "as it was").statusCode()).isEqualTo(201);
  }

  @AfterAll
  static void end() {
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

  /** What proxies and servers have been known to read in two ways: nothing inside is a request. */
  @Test
  void requestsThatHideAnotherOne() throws Exception {
    String hidden = "PUT /v1/kv/hidden HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
    String put = "PUT /v1/kv/hidden/outer HTTP/1.1\r\nHost: a\r\n";
    var heads =
        List.of(
            "Content-Length: 0\r\nContent-Length: 70\r\n\r\n",
            "Content-Length: 0, 70\r\n\r\n",
            "Content-Length: +0\r\n\r\n",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: 0x0\r\n\r\n",
            "Content-Length: 99999999999999999999\r\n\r\n",
            "Content-Length : 0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "Content-Length: 75\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0;" + "x".repeat(1 << 16) + "\r\n\r\n",
            "X: a\u0000b\r\n\r\n",
            "X: a\rContent-Length: 0\r\n\r\n",
            "\u0000: a\r\n\r\n",
            ": a\r\n\r\n",
            "Host: b\r\nContent-Length: 0\r\n\r\n");

    for (String head : heads) {
      String answer = exchange(node.httpPort(), put + head + hidden);
      assertThat(answer).as(head).doesNotContain("HTTP/1.1 201", "HTTP/1.1 200");
    }
    healthy();
  }

  @Test
  void headsAndBodiesBeyondAnyBound() throws Exception {
    String get = "GET /livez HTTP/1.1\r\nHost: a\r\n";

    assertThat(exchange(node.httpPort(), get + "X: " + "a".repeat(1 << 20) + "\r\n\r\n"))
        .doesNotContain(" 200 ");
    assertThat(exchange(node.httpPort(), get + "X: a\r\n".repeat(100_000) + "\r\n"))
        .doesNotContain(" 200 ");
    assertThat(exchange(node.httpPort(), "GET /" + "a".repeat(1 << 20) + " HTTP/1.1\r\n\r\n"))
        .doesNotContain(" 200 ");
    assertThat(exchange(node.httpPort(), "A".repeat(1 << 20))).doesNotContain(" 200 ");
    assertThat(
            exchange(
                node.httpPort(),
                "PUT /v1/kv/large HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000000\r\n\r\n"
                    + "x".repeat(1 << 22)))
        .contains(" 413 ");
    healthy();
  }

  /** Sends and reads what comes until the end, or until nothing more comes. */
  private static String exchange(int port, String request) {
    var answer = new ByteArrayOutputStream();
    try (var socket = new Socket(Processes.HOST, port)) {
      socket.setSoTimeout(300);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getInputStream().transferTo(answer);
    } catch (IOException e) {
      return answer.toString(StandardCharsets.ISO_8859_1); // cut off, or nothing more came
    }
    return answer.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void webSocketFramesThatNobodyShouldSend() throws Exception {
    var frames =
        List.of(
            frame(0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF), // 2^63 - 1 bytes
            frame(0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF), // fewer than none
            frame(0x81, 0xFF, 0, 0, 0, 0, 0x10, 0, 0, 0), // 256 MiB
            frame(0x81, 0x02, 'h', 'i'), // not masked
            frame(0x83, 0x80, 0, 0, 0, 0), // a reserved opcode
            frame(0xF1, 0x80, 0, 0, 0, 0), // reserved bits
            frame(0x09, 0x80, 0, 0, 0, 0), // a ping in parts
            frame(0x89, 0xFE, 0x01, 0x00, 0, 0, 0, 0), // a ping of 256 bytes
            frame(0x80, 0x80, 0, 0, 0, 0), // the rest of nothing
            frame(0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28), // no UTF-8
            frame(0x88, 0x81, 0, 0, 0, 0, 0x03), // half a close code
            frame(0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01), // no close code
            bytes(1 << 16));

    for (byte[] frame : frames) {
      try (var socket = new Socket(Processes.HOST, node.httpPort())) {
        upgrade(socket);
        socket.getOutputStream().write(frame);
        // Whatever it says first: it ends the connection, and waits for no more bytes.
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (SocketTimeoutException e) {
        throw new AssertionError("still open after " + HexFormat.of().formatHex(frame), e);
      } catch (IOException e) {
        continue; // reset: as good
      }
    }
    healthy();
  }

  private static void upgrade(Socket socket) throws IOException {
    socket.setSoTimeout((int) Processes.PATIENCE.toMillis());
    socket
        .getOutputStream()
        .write(
            ("GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                    + "Sec-WebSocket-Protocol: widecast.v1.json\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("an answer to the upgrade, after " + head).isNotNegative();
      head.append((char) next);
    }
    assertThat(head.toString()).startsWith("HTTP/1.1 101");
  }

  private static byte[] frame(int... bytes) {
    var frame = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      frame[i] = (byte) bytes[i];
    }
    return frame;
  }

  /** Many of each, all at once and for as long as they like: others are served meanwhile. */
  @Test
  void connectionsThatStopInTheMiddle() throws Exception {
    var open = new ArrayList<Socket>();
    try {
      for (String part :
          List.of(
              "",
              "G",
              "PUT /v1/kv/slow HTTP/1.1\r\nHost:",
              "PUT /v1/kv/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
              "POST /v1/publish HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"key\":")) {
        for (int i = 0; i < 40; i++) {
          open.add(sendAndStay(node.httpPort(), part.getBytes(StandardCharsets.US_ASCII)));
        }
      }
      var streams = new ArrayList<Socket>();
      for (int port : ports.tcp()) {
        if (port != node.httpPort()) {
          for (byte[] part : List.of(new byte[0], frame(0), frame(0, 0, 1, 0, 1))) {
            for (int i = 0; i < 40; i++) {
              streams.add(sendAndStay(port, part));
            }
          }
        }
      }
      open.addAll(streams);

      healthy();
      for (Socket stream : streams) { // who does not greet is not kept
        stream.setSoTimeout((int) Processes.PATIENCE.toMillis());
        assertThat(stream.getInputStream().read()).isNegative();
      }
      healthy();
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    assertThat(Http.get(node, "/v1/kv/slow").statusCode()).isEqualTo(404);
  }

  private static Socket sendAndStay(int port, byte[] part) throws IOException {
    var socket = new Socket(Processes.HOST, port);
    socket.getOutputStream().write(part);
    return socket;
  }

  @Test
  void randomDatagramsOnEveryUdpPort() throws Exception {
    assertThat(ports.udp()).as("the group's and its own").hasSize(2);
    double before = malformed();
    int sent = 400;

    for (int i = 0; i < sent / 2; i++) {
      multicast(bytes(random.nextInt(1, 1400)));
    }
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
    var packet = new LanPacket(2, 0, 0, new LanFrame.Ack(1, 0));
    byte[] good = ours.encode(packet);
    byte[] truncated = Arrays.copyOf(good, good.length - 1);
    byte[] forged = good.clone();
    forged[20] ^= 1;
    byte[] wrongVersion = good.clone();
    wrongVersion[2] = 99;
    byte[] foreign = theirs.encode(packet);
    byte[] nobody = ours.encode(new LanPacket(40, 0, 0, new LanFrame.Ack(1, 0)));
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
        .atMost(Processes.PATIENCE)
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
