package io.widecast.replication;

import static io.widecast.replication.Samples.TIME_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.HardState;
import io.widecast.bus.NodeStatus;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metrics;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.replication.order.OrderOptions;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Node b, at slot 1 of a, b and c, in a new cluster. */
class CoreStatusTest {

  private static final CoreOptions OPTIONS =
      new CoreOptions(
          1,
          List.of(new NodeId("a"), new NodeId("b"), new NodeId("c")),
          new NodeId("home"),
          1,
          2,
          "",
          1 << 20,
          true,
          new OrderOptions(1 << 20, 1 << 19, 1_000_000_000L, 1_400));

  private final CoreNode core =
      new CoreNode(
          OPTIONS,
          new Recovery(new HardState(0, -1), Token.NONE, Token.NONE, List.of(), List.of(), false),
          key -> Optional.empty(),
          new SplittableRandom(1),
          new Metrics(),
          0);
  private final CoreStatus status = new CoreStatus(OPTIONS);

  @Test
  void isNotReadyBeforeAMasterIsKnownAndConnected() {
    assertThat(of(false).ready()).isFalse();
    assertThat(of(false).readable()).isTrue();
    assertThat(of(true).ready()).isFalse();

    hearMaster();

    assertThat(of(false).ready()).isFalse();
    assertThat(of(true).ready()).isTrue();
  }

  @Test
  void staysReadyWhenTheMasterIsLost() {
    hearMaster();
    of(true);

    core.onTimer(10_000_000_000L, TIME_MILLIS);

    assertThat(core.masterSlot()).isNegative();
    assertThat(of(false).ready()).isTrue();
  }

  @Test
  void namesWhatIsMissing() {
    assertThat(of(false).checks())
        .filteredOn(check -> !check.passes())
        .singleElement()
        .satisfies(check -> assertThat(check.name()).isEqualTo(NodeStatus.MASTER));
  }

  @Test
  void saysWhyANewcomerDoesNotVoteAndShowsNothingYet() {
    var recovery =
        new Recovery(HardState.INITIAL, Token.NONE, Token.NONE, List.of(), List.of(), false);
    var newcomer =
        new CoreNode(
            OPTIONS, recovery, key -> Optional.empty(), new SplittableRandom(1), new Metrics(), 0);

    NodeStatus now = status.of(newcomer, false, Optional.empty(), 0, TIME_MILLIS);

    assertThat(now.readable()).isFalse();
    assertThat(now.checks())
        .anySatisfy(
            check -> {
              assertThat(check.name()).isEqualTo("vote");
              assertThat(check.passes()).isTrue();
              assertThat(check.detail()).contains("the disk was empty", "heard from [a");
            });
    assertThat(of(false).checks()).anyMatch(check -> check.detail().equals("it votes"));
  }

  private void hearMaster() {
    var beacon = new LanFrame.Beacon(Token.NONE, 1, 0);
    core.onPacket(new LanPacket(0, 1, 0, beacon), true, 0, TIME_MILLIS);
  }

  private NodeStatus of(boolean connected) {
    return status.of(core, connected, Optional.empty(), 0, TIME_MILLIS);
  }
}
