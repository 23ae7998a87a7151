package io.widecast.replication;

import io.widecast.model.NodeId;
import io.widecast.replication.order.OrderOptions;
import java.util.List;

/**
 * What a core node is, and its bounds.
 *
 * @param self its place in {@code electorate}
 * @param electorate ids of the nodes whose majority decides, 1 to 64
 * @param site they are all in
 * @param unicastPort its own UDP port, and {@code tcpPort} where it serves streams on the LAN
 * @param http base URL of its HTTP port
 * @param logBytes of newest entries kept in memory
 * @param unicastFallback whether members that multicast does not reach get unicast
 */
public record CoreOptions(
    int self,
    List<NodeId> electorate,
    NodeId site,
    int unicastPort,
    int tcpPort,
    String http,
    long logBytes,
    boolean unicastFallback,
    OrderOptions order) {
  public CoreOptions {
    electorate = List.copyOf(electorate);
    if (self < 0 || self >= electorate.size()) {
      throw new IllegalArgumentException("slot " + self + " of " + electorate.size());
    }
  }

  public NodeId id() {
    return electorate.get(self);
  }
}
