package io.widecast.replication;

import io.widecast.bus.NodeStatus;
import io.widecast.model.ClusterView;
import io.widecast.model.ClusterView.Role;
import io.widecast.model.ClusterView.State;
import io.widecast.model.Token;
import io.widecast.replication.wan.EdgeReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How an edge node and everybody it knows of stand: what its home site told it last, and itself.
 * What was told stays when the connection is lost, and the node stays ready: it serves its copy.
 */
final class EdgeStatus {

  private final HomeStreamOptions options;
  private boolean masterKnown; // at some time, to the home site
  private Optional<ClusterView> told = Optional.empty();

  /**
   * @param hasCopy whether this node found a copy on its disk: there was a master, then
   */
  EdgeStatus(HomeStreamOptions options, boolean hasCopy) {
    this.options = options;
    this.masterKnown = hasCopy;
  }

  /** The home site tells who is there. */
  void onTold(ClusterView cluster) {
    told = Optional.of(cluster);
    masterKnown |= cluster.master().isPresent();
  }

  /**
   * @param http base URL of this node's HTTP port
   */
  NodeStatus of(EdgeReceiver receiver, String http, long lagMillis) {
    Token position = receiver.position();
    ClusterView view = told.orElse(new ClusterView(position, Optional.empty(), List.of()));
    return new NodeStatus(
        checks(receiver),
        lagMillis,
        Optional.of(options.filter().texts()),
        isShown(view) ? view : with(self(receiver, http), view));
  }

  private List<NodeStatus.Check> checks(EdgeReceiver receiver) {
    boolean holds = receiver.hasCopy();
    String copy = holds ? "complete, as of " + receiver.position() : "waiting for the first copy";
    String master =
        masterKnown
            ? "has been known to the home site"
            : "the home site, as far as it can be reached from here, has none yet";
    return List.of(
        new NodeStatus.Check("copy", holds, copy),
        new NodeStatus.Check(NodeStatus.MASTER, masterKnown, master));
  }

  private boolean isShown(ClusterView view) {
    return view.sites().stream()
        .flatMap(site -> site.nodes().stream())
        .anyMatch(node -> node.id().equals(options.id()));
  }

  /** A new master, or a core node that has just started, may not know this node yet: it does. */
  private ClusterView with(ClusterView.Node self, ClusterView view) {
    var sites = new ArrayList<ClusterView.Site>();
    var neighbours = new ArrayList<ClusterView.Node>();
    for (ClusterView.Site site : view.sites()) {
      if (site.id().equals(options.site())) {
        neighbours.addAll(site.nodes());
      } else {
        sites.add(site);
      }
    }
    neighbours.add(self);
    sites.add(new ClusterView.Site(options.site(), false, neighbours));
    return new ClusterView(view.position(), view.master(), sites);
  }

  private ClusterView.Node self(EdgeReceiver receiver, String http) {
    return new ClusterView.Node(
        options.id(),
        Role.EDGE,
        receiver.isCopying() ? State.SYNCING : State.ACTIVE,
        receiver.position().revision(),
        0,
        options.filter().texts(),
        0,
        http,
        false);
  }
}
