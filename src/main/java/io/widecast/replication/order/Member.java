package io.widecast.replication.order;

import io.widecast.bus.EdgeReport;
import io.widecast.model.ClusterView.State;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;

/** A copy that the master keeps entries for: a core node, or an edge node behind some core node. */
final class Member {

  final int slot; // its bit in pending sets; a core node's is its place in the electorate
  final NodeId id;
  NodeId site;
  Filter filter;
  State state;
  long acked; // everything up to this revision that concerns it
  long heardNanos;
  long progressNanos; // when acked last rose, or when it last had nothing to acknowledge
  long pinnedBytes; // of entries whose pending set names it
  long backlogBytes; // an edge's, as its core node reports it
  String http = "";

  Member(int slot, NodeId id, NodeId site, Filter filter, long nowNanos) {
    this.slot = slot;
    this.id = id;
    this.site = site;
    this.filter = filter;
    this.state = State.JOINING;
    this.heardNanos = nowNanos;
    this.progressNanos = nowNanos;
  }

  /** Whether new entries wait for it. */
  boolean isPending() {
    return state == State.ACTIVE || state == State.JOINING || state == State.SYNCING;
  }

  /** An edge node's, as it was reported. */
  EdgeStanding standing() {
    boolean level = state == State.ACTIVE;
    return new EdgeStanding(
        new EdgeReport.Edge(id, site, filter, acked, level, backlogBytes, http), state);
  }
}
