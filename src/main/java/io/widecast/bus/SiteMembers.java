package io.widecast.bus;

import io.widecast.model.NodeId;
import java.util.List;

/**
 * Who the cluster manager sees in this site. A hint about addresses and liveness; it decides
 * nothing about order.
 */
public record SiteMembers(List<Member> members) {
  public SiteMembers {
    members = List.copyOf(members);
  }

  /**
   * @param host where its sockets are, as {@code site.members} names it
   * @param unicastPort its UDP port for requests, acknowledgements and unicast fallback; 0 at an
   *     edge
   * @param http base URL of its HTTP port
   */
  public record Member(NodeId id, String host, int unicastPort, String http) {}
}
