package io.widecast.bus;

import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import java.util.List;

/**
 * Edge streams that one core node serves, as they stand: all of them, or a part where all are too
 * many for a frame. Replaces what was reported before of each.
 */
public record EdgeReport(List<Edge> edges) {
  public EdgeReport {
    edges = List.copyOf(edges);
  }

  /**
   * @param acked everything up to this revision that concerns it is on its disk
   * @param level false while it takes a copy
   * @param backlogBytes sent or queued and not yet acknowledged
   * @param http base URL of its HTTP port
   */
  public record Edge(
      NodeId id,
      NodeId site,
      Filter filter,
      long acked,
      boolean level,
      long backlogBytes,
      String http) {}
}
