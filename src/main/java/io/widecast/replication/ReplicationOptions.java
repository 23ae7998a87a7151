package io.widecast.replication;

import io.widecast.faults.FaultProfile;
import io.widecast.model.NodeId;
import io.widecast.net.LanOptions;
import io.widecast.replication.order.OrderOptions;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a core node's replication is started with.
 *
 * @param self place in {@code electorate}
 * @param lanCluster number in datagrams, and {@code streamCluster} in connections
 * @param peers unicast addresses to greet from the start
 * @param tailBytes of newest entries kept in memory
 * @param bufferBytes of the retransmit buffer, {@code memberShareBytes} of it for one member
 * @param faults what happens to datagrams that arrive; seeded by {@code faultSeed}
 */
public record ReplicationOptions(
    int self,
    List<NodeId> electorate,
    NodeId site,
    long lanCluster,
    long streamCluster,
    LanOptions lan,
    List<InetSocketAddress> peers,
    long tailBytes,
    long bufferBytes,
    long memberShareBytes,
    long staleAfterNanos,
    boolean unicastFallback,
    FaultProfile faults,
    long faultSeed) {
  public ReplicationOptions {
    electorate = List.copyOf(electorate);
    peers = List.copyOf(peers);
  }

  OrderOptions order(int entriesBytes) {
    return new OrderOptions(bufferBytes, memberShareBytes, staleAfterNanos, entriesBytes);
  }
}
