package io.widecast.config;

import io.widecast.model.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * The nodes of this node's LAN.
 *
 * @param members the cluster manager's addresses, this node's included, in the order of {@code
 *     electorate} where that is given; empty: no cluster manager
 * @param electorate core nodes whose majority decides; empty in an edge site
 * @param address which of {@code members} this node is, when given
 */
public record SiteSection(
    List<HostPort> members, List<NodeId> electorate, Optional<HostPort> address) {

  public SiteSection {
    members = List.copyOf(members);
    electorate = List.copyOf(electorate);
  }
}
