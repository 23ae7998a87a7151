package io.widecast.cluster;

import io.widecast.bus.SiteMembers;
import io.widecast.model.NodeId;
import java.util.Map;
import java.util.Optional;

/**
 * A member as the cluster manager shows it: from another process, and so not to be trusted.
 *
 * @param memberId the manager's own name for it: new with each of its starts
 * @param address of its sockets, as IP text
 * @param attributes what it says of itself
 */
record Sighting(String memberId, String address, Map<String, String> attributes) {

  static final String NODE = "widecast.node";
  static final String SITE = "widecast.site";
  static final String UNICAST_PORT = "widecast.unicastPort";
  static final String HTTP = "widecast.http";

  private static final int HTTP_CHARS_MAX = 512;

  Sighting {
    attributes = Map.copyOf(attributes);
  }

  /** The node of {@code site} that it says it is; empty when it is none, or says it badly. */
  Optional<SiteMembers.Member> member(NodeId site) {
    String node = attributes.getOrDefault(NODE, "");
    String http = attributes.getOrDefault(HTTP, "");
    String port = attributes.getOrDefault(UNICAST_PORT, "");
    if (!site.text().equals(attributes.get(SITE))
        || !NodeId.isValid(node)
        || http.length() > HTTP_CHARS_MAX
        || !port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) > 65_535) {
      return Optional.empty();
    }
    return Optional.of(
        new SiteMembers.Member(new NodeId(node), address, Integer.parseInt(port), http));
  }
}
