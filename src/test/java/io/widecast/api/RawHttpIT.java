package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no well-behaved client sends, byte by byte. */
class RawHttpIT {

  private ApiFixture node;

  @BeforeEach
  void deploy() {
    node = new ApiFixture();
  }

  @AfterEach
  void close() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /v1/kv/k HTTP/1.1\r\nConnection: close\r\n\r\n', 400, bad-request",
    "'GET /v1/kv/k HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400, bad-request",
    "'GET /v1/kv/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400, bad-key",
    "'GET /v1/kv/%4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400, bad-key",
    "'GET http://x:1/v1/kv/k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, not-found",
    "'GET /v1/kv/../livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, not-found",
    "'GET //livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, unknown-path",
    "'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, unknown-path",
    "'GET /v1/kv/k\r\n\r\n', 400, bad-request",
    "'GET /v1/kv/k HTTP/1.1\r\nHost a\r\n\r\n', 400, bad-request",
    "'PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n', 400, bad-request",
    "'PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', 400, bad-request",
    "'PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', 400, bad-request",
    "'PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 11\r\n\r\n1\r\na\r\n0\r\n\r\n', 400, bad-request",
    "'PUT /v1/kv/k HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', 400, bad-request",
    "'PUT /v1/kv/k HTTP/1.0\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', 400, bad-request",
    "'GET /v1/kv/k HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 400, bad-request",
    "'GET /v1/kv/k HTTP/1.1\r\n:\r\nHost: a\r\n\r\n', 400, bad-request",
    "'GET /v1/kv/k HTTP/1.1\r\nHost: a\r\nExpect: foo\r\nConnection: close\r\n\r\n', 417, expectation-failed",
    "'GET /v1/kv/k HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, foo\r\nConnection: close\r\n\r\n', 417, expectation-failed",
    "'PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: foo\r\nContent-Length: 1\r\nConnection: close\r\n\r\na', 417, expectation-failed",
  })
  void malformedRequestsGetAProblem(String request, int status, String type) throws Exception {
    String answer = exchange(request.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(answer).containsPattern("^HTTP/1\\.[01] " + status);
    assertThat(answer).contains("application/problem+json", "problems/" + type, "Widecast-Node");
    assertThat(answer).doesNotContain("\nHTTP/1.");
    assertThat(node.get("/v1/kv/k").statusCode()).isEqualTo(404);
    assertThat(node.get("/livez").statusCode()).isEqualTo(200);
  }

  /**
   * Sent at once with what is refused, so that it may have been read before the connection ends.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ": a\r\nContent-Length: 0\r\n\r\n",
        "Host: b\r\nContent-Length: 0\r\n\r\n",
        "X: a\u0000b\r\nContent-Length: 0\r\n\r\n"
      })
  void nothingIsDoneOfWhatFollowsARequestThatIsRefused(String head) throws Exception {
    String put = "PUT /v1/kv/outer HTTP/1.1\r\nHost: a\r\n";
    String next = "PUT /v1/kv/next HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
    byte[] bytes = (put + head + next).getBytes(StandardCharsets.ISO_8859_1);

    for (int i = 0; i < 20; i++) { // what is read when depends on the machine's mood
      String answer = exchange(bytes);
      assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("HTTP/1.1 2");
    }

    assertThat(node.get("/v1/kv/outer").statusCode()).isEqualTo(404);
    assertThat(node.get("/v1/kv/next").statusCode()).isEqualTo(404);
  }

  /** The first head of a connection is read before Vert.x tells of the connection, others after. */
  @Test
  void aLengthWithChunksIsRefusedBehindAGoodRequestToo() throws Exception {
    String good =
        "PUT /v1/kv/good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    String bad =
        "PUT /v1/kv/bad HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\n";

    String answers = exchange((good + bad + good).getBytes(StandardCharsets.US_ASCII));

    assertThat(answers).containsSubsequence("HTTP/1.1 201", "HTTP/1.1 400").doesNotContain(" 200 ");
    assertThat(answers).containsIgnoringCase("connection: close");
    assertThat(node.get("/v1/kv/good").body()).isEqualTo("a");
    assertThat(node.get("/v1/kv/bad").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ": a\r\n\r\n",
        "X: a\u0000b\r\n\r\n"
      })
  void aRefusedRequestIsNotUpgradedToHttp2(String rest) throws Exception {
    String head =
        "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";

    String answer = exchange((head + rest).getBytes(StandardCharsets.ISO_8859_1));

    assertThat(answer).startsWith("HTTP/1.1 400").contains("problem+json");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void bothVersionsOfHttpAreServed(HttpClient.Version version) throws Exception {
    var request =
        HttpRequest.newBuilder(node.uri("/v1/kv/k"))
            .version(version) // to HTTP/2 by an upgrade
            .PUT(HttpRequest.BodyPublishers.ofString("v"));

    for (int status : new int[] {201, 200}) {
      HttpResponse<Void> answer =
          node.client.send(request.build(), HttpResponse.BodyHandlers.discarding());
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.version()).isEqualTo(version);
    }
  }

  @Test
  void http2IsServedWithPriorKnowledge() throws Exception {
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = connect()) {
      for (byte part : preface) { // in pieces, as a network may deliver it
        socket.getOutputStream().write(part);
      }
      socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // no settings

      byte[] frame = socket.getInputStream().readNBytes(9);

      assertThat(frame[3]).as("the node's settings").isEqualTo((byte) 4);
    }
  }

  @Test
  void overlongHeadsAreRefused() throws Exception {
    String line = "GET /" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    String head = "GET /livez HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(40_000) + "\r\n\r\n";

    assertThat(exchange(line.getBytes(StandardCharsets.US_ASCII))).contains(" 414 ", "problem");
    assertThat(exchange(head.getBytes(StandardCharsets.US_ASCII))).contains(" 431 ", "problem");
  }

  @Test
  void http10NeedsNoHost() throws Exception {
    assertThat(exchange("GET /livez HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .startsWith("HTTP/1.0 200");
  }

  @Test
  void aClientThatAsksFirstMaySendItsBody() throws Exception {
    String head =
        "PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
            + "Connection: close\r\n\r\n";
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] go = socket.getInputStream().readNBytes(25);
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(go, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100 Continue");
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 201");
    }
  }

  @Test
  void aClientOfHttp10IsNotToldToGoOn() throws Exception {
    String request =
        "PUT /v1/kv/k HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello";

    assertThat(exchange(request.getBytes(StandardCharsets.US_ASCII))).startsWith("HTTP/1.0 201");
  }

  @Test
  void anExpectationThatFailsLeavesTheConnectionOpen() throws Exception {
    String requests =
        "PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nExpect: foo\r\nContent-Length: 1\r\n\r\nv"
            + "GET /v1/kv/k HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    String answers = exchange(requests.getBytes(StandardCharsets.US_ASCII));

    assertThat(answers).containsSubsequence("HTTP/1.1 417", "HTTP/1.1 404", "not-found");
  }

  @Test
  void aTooLargeBodyIsRefusedBeforeItIsSent() throws Exception {
    String head =
        "PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n";
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));

      byte[] answer = socket.getInputStream().readNBytes(12);

      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    String requests =
        "PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nv"
            + "GET /v1/kv/k HTTP/1.1\r\nHost: a\r\n\r\n"
            + "GET /v1/kv/none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    String answers = exchange(requests.getBytes(StandardCharsets.US_ASCII));

    assertThat(answers)
        .containsSubsequence("HTTP/1.1 201", "HTTP/1.1 200", "HTTP/1.1 404", "not-found");
  }

  @Test
  void aBodyThatNobodyAskedForIsSkipped() throws Exception {
    String requests =
        "DELETE /v1/kv/k HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            + "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";

    String answers = exchange(requests.getBytes(StandardCharsets.US_ASCII));

    assertThat(answers).containsSubsequence("HTTP/1.1 404", "HTTP/1.1 200", "live");
  }

  @Test
  void brokenChunksWriteNothing() throws Exception {
    exchange(
        "PUT /v1/kv/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nab"
            .getBytes(StandardCharsets.US_ASCII));

    assertThat(node.get("/v1/kv/k").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomBytesLeaveTheNodeHealthy(long seed) throws Exception {
    var random = new Random(seed);
    byte[] bytes = new byte[1 + random.nextInt(20_000)];
    random.nextBytes(bytes);

    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      // The node cut the connection while there was more to read: as good as closing it.
    }

    assertThat(node.get("/livez").statusCode()).isEqualTo(200);
    assertThat(node.put("k", "v").statusCode()).isEqualTo(201);
  }

  private Socket connect() throws IOException {
    var socket = new Socket("127.0.0.1", node.port());
    socket.setSoTimeout((int) ApiFixture.DEADLINE.toMillis());
    return socket;
  }

  /** Sends and reads to the end. */
  private String exchange(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
