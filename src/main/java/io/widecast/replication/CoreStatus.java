package io.widecast.replication;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.NodeStatus;
import io.widecast.model.ClusterView;
import io.widecast.model.ClusterView.Node;
import io.widecast.model.ClusterView.Role;
import io.widecast.model.ClusterView.Site;
import io.widecast.model.ClusterView.State;
import io.widecast.model.NodeId;
import io.widecast.replication.lan.Peers;
import io.widecast.replication.order.EdgeStanding;
import io.widecast.replication.order.Master;
import io.widecast.wire.LanFrame.Hello;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How a core node and everybody it knows of stand, put together from its replication. The master
 * knows the edge nodes; the others show what the master told them last.
 */
final class CoreStatus {

  private final CoreOptions options;
  private final Lags lags = new Lags();
  private boolean masterKnown; // at some time in this life

  CoreStatus(CoreOptions options) {
    this.options = options;
  }

  /**
   * @param connected whether this node has a connection to the master
   * @param told what the master sent last, for its edge nodes
   */
  NodeStatus of(
      CoreNode core, boolean connected, Optional<ClusterView> told, long nowNanos, long nowMillis) {
    lags.onCommitted(core.committed().revision(), nowMillis);
    boolean reached = core.isMaster() || core.masterSlot() >= 0 && connected;
    masterKnown |= reached;
    var sites = new ArrayList<Site>();
    sites.add(new Site(options.site(), true, coreNodes(core, nowNanos, nowMillis)));
    if (core.isMaster()) {
      sites.addAll(edgeSites(core.master().orElseThrow(), core.committed().revision(), nowMillis));
    } else {
      told.ifPresent(
          view -> view.sites().stream().filter(site -> !site.home()).forEach(sites::add));
    }
    Optional<NodeId> master = // only where writes have somewhere to go: clients and edges look
        reached ? Optional.of(options.electorate().get(core.masterSlot())) : Optional.empty();
    return new NodeStatus(
        checks(core),
        core.lagNanos(nowNanos) / 1_000_000,
        Optional.empty(),
        new ClusterView(core.committed(), master, sites));
  }

  private List<NodeStatus.Check> checks(CoreNode core) {
    return List.of(
        new NodeStatus.Check("decided", core.isDecided(), decided(core)),
        new NodeStatus.Check(
            "copy",
            !core.isCopying(),
            core.isCopying() ? "taking a whole copy from another node" : "complete"),
        new NodeStatus.Check("vote", true, vote(core)), // what others need, not this node's clients
        new NodeStatus.Check(
            NodeStatus.MASTER,
            masterKnown,
            masterKnown
                ? "has been known since this node started"
                : "none is known and connected yet: a majority of the electorate must be up"));
  }

  private String decided(CoreNode core) {
    if (core.isDecided()) {
      return "everything found on disk at the start is committed";
    }
    return core.unheardBeforeVoting().isPresent()
        ? "nothing is shown before this copy is as far as the master's was: " + vote(core)
        : "waiting for a majority to decide on the end of the log found on disk";
  }

  private String vote(CoreNode core) {
    OptionalLong unheard = core.unheardBeforeVoting();
    if (unheard.isEmpty()) {
      return "it votes";
    }
    List<NodeId> missing =
        IntStream.range(0, options.electorate().size())
            .filter(slot -> (unheard.getAsLong() >>> slot & 1) != 0)
            .mapToObj(options.electorate()::get)
            .toList();
    return "the disk was empty at the start, and this node does not vote before "
        + (missing.isEmpty()
            ? "its copy is as far as the others were"
            : "it has heard from " + missing);
  }

  private List<Node> coreNodes(CoreNode core, long nowNanos, long nowMillis) {
    Peers peers = core.peers();
    long unreached = peers.unreached(nowNanos);
    boolean backupNamed = false;
    var nodes = new ArrayList<Node>();
    for (int slot = 0; slot < options.electorate().size(); slot++) {
      boolean self = slot == options.self();
      boolean alive = self || peers.isAlive(slot, nowNanos);
      State state = state(core, slot, alive);
      Role role = Role.CORE;
      if (slot == core.masterSlot()) {
        role = Role.MASTER;
      } else if (!backupNamed && state == State.ACTIVE) {
        role = Role.BACKUP;
        backupNamed = true;
      }
      Optional<Hello> hello = peers.hello(slot);
      long revision =
          self
              ? core.committed().revision()
              : hello.map(greeting -> greeting.applied().revision()).orElse(0L);
      if (!self && core.isMaster()) {
        long acked = core.master().orElseThrow().ackedBy(slot);
        revision = Math.max(revision, Math.min(acked, core.committed().revision()));
      }
      NodeId id = options.electorate().get(slot);
      nodes.add(
          new Node(
              id,
              role,
              state,
              revision,
              lags.millis(id, revision, nowMillis),
              List.of("**"),
              0,
              self ? options.http() : hello.map(Hello::http).orElse(""),
              (unreached >>> slot & 1) != 0));
    }
    return nodes;
  }

  private State state(CoreNode core, int slot, boolean alive) {
    if (!alive) {
      return core.peers().hello(slot).isPresent() ? State.STALE : State.LEFT;
    }
    if (slot == options.self()) {
      return core.isCopying() ? State.SYNCING : State.ACTIVE;
    }
    if (core.peers().hello(slot).map(Hello::syncing).orElse(false)) {
      return State.SYNCING;
    }
    return core.master().map(master -> master.stateOf(slot)).orElse(State.ACTIVE);
  }

  private List<Site> edgeSites(Master master, long committed, long nowMillis) {
    Map<NodeId, List<Node>> bySite = new TreeMap<>();
    for (EdgeStanding standing : master.edges()) {
      EdgeReport.Edge edge = standing.edge();
      long revision = Math.min(edge.acked(), committed);
      bySite
          .computeIfAbsent(edge.site(), site -> new ArrayList<>())
          .add(
              new Node(
                  edge.id(),
                  Role.EDGE,
                  standing.state(),
                  revision,
                  lags.millis(edge.id(), revision, nowMillis),
                  edge.filter().texts(),
                  edge.backlogBytes(),
                  edge.http(),
                  false));
    }
    return bySite.entrySet().stream()
        .map(site -> new Site(site.getKey(), false, site.getValue()))
        .toList();
  }
}
