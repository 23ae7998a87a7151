package io.widecast.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who is there, as one node knows it: what {@code /v1/cluster} shows.
 *
 * @param master the node that orders, when one is known
 */
public record ClusterView(Token position, Optional<NodeId> master, List<Site> sites) {

  public static final ClusterView EMPTY = new ClusterView(Token.NONE, Optional.empty(), List.of());

  public ClusterView {
    sites = List.copyOf(sites);
  }

  /** The nodes of one LAN. */
  public record Site(NodeId id, boolean home, List<Node> nodes) {
    public Site {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * @param revision the last one it reported to hold (for an edge: to be current up to)
   * @param lagMillis how long it has been behind, 0 when level
   * @param wanBacklogBytes queued for it and not yet acknowledged; 0 for a core node
   * @param http base URL of its HTTP port, empty while unknown
   * @param unicast whether the multicaster has fallen back to unicast for it
   */
  public record Node(
      NodeId id,
      Role role,
      State state,
      long revision,
      long lagMillis,
      List<String> filter,
      long wanBacklogBytes,
      String http,
      boolean unicast) {
    public Node {
      filter = List.copyOf(filter);
    }
  }

  /** What a node does. */
  public enum Role {
    MASTER,
    BACKUP,
    CORE,
    EDGE;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a node stands towards the master's order; the states of a member. */
  public enum State {
    JOINING,
    ACTIVE,
    STALE,
    SYNCING,
    LEFT;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
