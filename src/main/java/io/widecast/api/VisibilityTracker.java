package io.widecast.api;

import io.widecast.model.ClusterView;
import io.widecast.model.NodeId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Remembers since when each node has been at or above each of the recent revisions, as far as this
 * node heard. Bounded: the newest {@value #SAMPLES_MAX} moves of each node; for what is older the
 * moment is unknown. Pure; time comes in.
 */
final class VisibilityTracker {

  static final int SAMPLES_MAX = 4096;

  private record Sample(long revision, long wallMillis) {}

  private final Map<NodeId, ArrayDeque<Sample>> samples = new HashMap<>();

  void onCluster(ClusterView cluster, long wallMillis) {
    for (ClusterView.Site site : cluster.sites()) {
      for (ClusterView.Node node : site.nodes()) {
        onRevision(node.id(), node.revision(), wallMillis);
      }
    }
  }

  /**
   * {@code node} shows everything up to {@code revision}, and did not before {@code wallMillis}.
   */
  void onRevision(NodeId node, long revision, long wallMillis) {
    var of = samples.computeIfAbsent(node, id -> new ArrayDeque<>());
    while (!of.isEmpty() && of.getLast().revision() > revision) {
      of.removeLast(); // it lost its copy, or was replaced: what it showed then counts no more
    }
    if (of.isEmpty() || of.getLast().revision() < revision) {
      of.addLast(new Sample(revision, wallMillis));
      if (of.size() > SAMPLES_MAX) {
        of.removeFirst();
      }
    }
  }

  /** Highest revision {@code node} was heard to show; 0 when it was never heard of. */
  long revisionOf(NodeId node) {
    var of = samples.get(node);
    return of == null || of.isEmpty() ? 0 : of.getLast().revision();
  }

  /** Wall-clock milliseconds since when {@code node} shows {@code revision}; empty when unknown. */
  OptionalLong since(NodeId node, long revision) {
    var of = samples.get(node);
    if (of == null || of.isEmpty() || of.getFirst().revision() >= revision) {
      return OptionalLong.empty();
    }
    for (Sample sample : of) {
      if (sample.revision() >= revision) {
        return OptionalLong.of(sample.wallMillis());
      }
    }
    return OptionalLong.empty();
  }
}
