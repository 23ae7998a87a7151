package io.widecast.cluster;

import io.widecast.model.NodeId;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What this node tells the cluster manager about itself, and where it looks for the others.
 *
 * @param clusterName members of another name are refused
 * @param host this node's address in {@code site.members}: a name or an address of this machine
 * @param port this node's port there, taken as it is
 * @param members all of {@code site.members}, as {@code host:port}, self included
 * @param httpUrl base URL of its HTTP port; asked once, when the verticle starts
 * @param unicastPort its UDP port, 0 at an edge; asked once, when the verticle starts
 */
public record ClusterOptions(
    NodeId nodeId,
    NodeId siteId,
    String clusterName,
    String host,
    int port,
    List<String> members,
    Supplier<String> httpUrl,
    IntSupplier unicastPort) {

  public ClusterOptions {
    members = List.copyOf(members);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port);
    }
  }
}
