package io.widecast.bus;

import io.widecast.model.ClusterView;
import java.util.List;
import java.util.Optional;

/**
 * How this node stands. It is ready when all checks pass; its copy may be read as soon as those
 * pass that concern the copy, which is all but {@link #MASTER}.
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

  /**
   * Name of the check that a master has been known, so that writes have somewhere to go. Once it
   * has passed it passes for good: a node that has lost its master still serves its copy.
   */
  public static final String MASTER = "master";

  /** One condition of readiness, and what it found, in a sentence. */
  public record Check(String name, boolean passes, String detail) {}

  public boolean ready() {
    return checks.stream().allMatch(Check::passes);
  }

  /** Whether the node's copy may be shown: it is whole, and not behind what it showed before. */
  public boolean readable() {
    return checks.stream().allMatch(check -> check.passes() || check.name().equals(MASTER));
  }
}
