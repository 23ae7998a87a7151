package io.widecast.bus;

import io.widecast.model.ClusterView;
import java.util.List;
import java.util.Optional;

/**
 * How this node stands.
 *
 * @param checks what {@code /readyz?verbose} lists; the node is ready when all pass
 * @param lagMillis how long its copy has been behind what it knows to exist, 0 when level
 * @param filter of an edge node; empty in a core node, which holds everything
 * @param cluster everybody it knows of, itself included
 */
public record NodeStatus(
    List<Check> checks, long lagMillis, Optional<List<String>> filter, ClusterView cluster) {
  public NodeStatus {
    checks = List.copyOf(checks);
  }

  /** One condition of readiness, and what it found, in a sentence. */
  public record Check(String name, boolean passes, String detail) {}

  public boolean ready() {
    return checks.stream().allMatch(Check::passes);
  }
}
