package io.widecast.replication.lan;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Hello;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeersTest {

  private static final long STEP_NANOS = 250_000_000L;

  private final Peers peers = new Peers(0, 3);

  @Test
  void livesAsLongAsItGreets() {
    peers.onHello(1, hello(0b001), 0);

    assertThat(peers.isAlive(1, Peers.ALIVE_NANOS - 1)).isTrue();
    assertThat(peers.isAlive(1, Peers.ALIVE_NANOS)).isFalse();
    assertThat(peers.isAlive(2, 0)).isFalse();
  }

  @Test
  void saysWhoseMulticastItHears() {
    peers.onDatagram(1, true, 0);
    peers.onDatagram(2, false, 0);

    assertThat(peers.heard(1)).isEqualTo(0b010);
    assertThat(peers.heard(Peers.ALIVE_NANOS)).isZero();
  }

  @Test
  @DisplayName("whoever greets and does not hear us gets unicast after the trial, until it does")
  void fallsBackToUnicast() {
    long now = greetFor(Peers.TRIAL_NANOS, 0, 0b100);
    assertThat(peers.unreached(now)).isZero();

    now = greetFor(2 * STEP_NANOS, now, 0b100);
    assertThat(peers.unreached(now)).isEqualTo(0b010);

    peers.onHello(1, hello(0b101), now);
    assertThat(peers.unreached(now)).isZero();
  }

  @Test
  void sendsNothingToTheDead() {
    long now = greetFor(3 * Peers.TRIAL_NANOS, 0, 0);

    assertThat(peers.unreached(now + Peers.ALIVE_NANOS)).isZero();
  }

  @Test
  void triesMulticastAnewWithOneThatComesBack() {
    long now = greetFor(3 * Peers.TRIAL_NANOS, 0, 0) + Peers.ALIVE_NANOS;

    peers.onHello(1, hello(0), now);

    assertThat(peers.unreached(now)).isZero();
  }

  @Test
  void saysNoncesAgainWhileTheirNewcomersLive() {
    var newcomer =
        new Hello(new NodeId("c"), 1, 1, "", 0, Token.NONE, Token.NONE, false, 77, List.of());
    peers.onHello(1, hello(0), 0);
    peers.onHello(2, newcomer, 0);

    assertThat(peers.echoes(1)).containsExactly(new LanFrame.Echo(2, 77));
    assertThat(peers.isNewcomer(2)).isTrue();
    assertThat(peers.isNewcomer(1)).isFalse();
    assertThat(peers.echoes(Peers.ALIVE_NANOS)).isEmpty();
  }

  private long greetFor(long nanos, long from, long heard) {
    for (long now = from; now <= from + nanos; now += STEP_NANOS) {
      peers.onHello(1, hello(heard), now);
    }
    return from + nanos;
  }

  private static Hello hello(long heard) {
    return new Hello(new NodeId("b"), 1, 1, "", heard, Token.NONE, Token.NONE, false, 0, List.of());
  }
}
