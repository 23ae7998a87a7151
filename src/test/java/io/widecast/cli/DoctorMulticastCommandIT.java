package io.widecast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** On the loopback interface only. */
class DoctorMulticastCommandIT {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void findsThatMulticastWorksOnTheLoopbackInterface() throws Exception {
    String loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();

    int code = run("--interface", loopback, "--port", String.valueOf(freePort()));

    assertThat(text(err)).isEmpty();
    assertThat(text(out)).contains(loopback, "127.0.0.1", "works", "8972 bytes", "0 other senders");
    assertThat(code).isZero();
  }

  @Test
  void namesTheInterfacesThereAreWhenTheOneAskedForIsNot() {
    int code = run("--interface", "nowhere0");

    assertThat(text(err)).contains("nowhere0", "there are [");
    assertThat(code).isEqualTo(ExitException.FAILED);
  }

  @Test
  void saysThatNodesWorkWithoutWhenNothingWorks() throws Exception {
    String loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();

    int code = run("--interface", loopback, "--group", "10.0.0.1");

    assertThat(text(out)).contains("NOT USABLE", "10.0.0.1", "no multicast address");
    assertThat(text(err)).contains("fallback");
    assertThat(code).isEqualTo(ExitException.FAILED);
  }

  @Test
  void refusesAPortThatIsNone() {
    assertThat(run("--port", "0")).isEqualTo(ExitException.USAGE);
    assertThat(text(err)).contains("--port 0");
  }

  private int run(String... args) {
    var terminal =
        new Terminal(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            Map.of());
    return new CommandLine(new DoctorMulticastCommand(terminal))
        .setExecutionExceptionHandler(new Failures(terminal, () -> false))
        .execute(args);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static int freePort() throws Exception {
    try (var socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }
}
