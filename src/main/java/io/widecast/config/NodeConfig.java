package io.widecast.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything one node is told at its start, checked as a whole by {@link ConfigReader}. Immutable.
 */
public record NodeConfig(
    NodeSection node,
    HttpSection http,
    SiteSection site,
    MulticastSection multicast,
    WanSection wan,
    RetransmitSection retransmit,
    StoreSection store,
    FaultsSection faults,
    ClusterSection cluster) {

  /**
   * A configuration from settings alone, each {@code a.b=c} as after {@code --set}: for nodes that
   * a program starts.
   *
   * @throws ConfigException with all that is wrong with them
   */
  public static NodeConfig of(String... settings) {
    return ConfigReader.parse("settings", "", List.of(settings), Map.of()).config();
  }

  /** Whether this is a core node, one of the electorate; an edge node otherwise. */
  public boolean isCore() {
    return site.electorate().contains(node.id());
  }

  /** Which of {@code site.members} this node is; empty when there are none. */
  public Optional<HostPort> memberAddress() {
    return Combinations.memberAddress(node.id(), site);
  }
}
