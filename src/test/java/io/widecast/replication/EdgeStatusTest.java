package io.widecast.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.NodeStatus;
import io.widecast.faults.FaultProfile;
import io.widecast.model.ClusterView;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.replication.wan.EdgeReceiver;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The edge node tokyo-1, whose home site is paris. */
class EdgeStatusTest {

  private static final HomeStreamOptions OPTIONS =
      new HomeStreamOptions(
          new NodeId("tokyo-1"),
          new NodeId("tokyo"),
          Filter.parse(List.of("city/JP/**")),
          List.of(new HomeStreamOptions.Address("127.0.0.1", 1)),
          7,
          FaultProfile.NONE,
          0);

  private final EdgeReceiver empty = new EdgeReceiver(Token.NONE);
  private final EdgeReceiver holding = new EdgeReceiver(new Token(2, 9));
  private final EdgeStatus status = new EdgeStatus(OPTIONS, false);

  @Test
  void isNotReadyBeforeTheHomeSiteKnewAMaster() {
    assertThat(of(holding).ready()).isFalse();

    status.onTold(cluster(Optional.empty()));
    assertThat(of(holding).ready()).isFalse();
    assertThat(of(holding).readable()).isTrue();

    status.onTold(cluster(Optional.of(new NodeId("paris-1"))));
    assertThat(of(holding).ready()).isTrue();
  }

  @Test
  void isNotReadyWithoutACopy() {
    status.onTold(cluster(Optional.of(new NodeId("paris-1"))));

    assertThat(of(empty).ready()).isFalse();
    assertThat(of(empty).readable()).isFalse();
  }

  @Test
  void staysReadyWhenTheHomeSiteIsLostOrLosesItsMaster() {
    status.onTold(cluster(Optional.of(new NodeId("paris-1"))));
    status.onTold(cluster(Optional.empty()));

    NodeStatus lost = status.of(holding, "", 60_000);

    assertThat(lost.ready()).isTrue();
    assertThat(lost.lagMillis()).isEqualTo(60_000);
  }

  @Test
  void isReadyAtOnceWithACopyOfItsOwn() {
    var restarted = new EdgeStatus(OPTIONS, holding.hasCopy());

    assertThat(restarted.of(holding, "", 0).ready()).isTrue();
  }

  @Test
  void showsItselfWhenTheHomeSiteDoesNot() {
    status.onTold(cluster(Optional.empty()));

    ClusterView shown = of(holding).cluster();

    assertThat(shown.sites())
        .extracting(site -> site.id().text())
        .containsExactly("paris", "tokyo");
    assertThat(shown.sites().get(1).nodes())
        .singleElement()
        .satisfies(node -> assertThat(node.revision()).isEqualTo(9));
  }

  private NodeStatus of(EdgeReceiver receiver) {
    return status.of(receiver, "http://127.0.0.1:8080", 0);
  }

  private static ClusterView cluster(Optional<NodeId> master) {
    var paris = new ClusterView.Site(new NodeId("paris"), true, List.of());
    return new ClusterView(new Token(2, 9), master, List.of(paris));
  }
}
