package io.widecast.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.widecast.model.ClusterView;
import io.widecast.model.ClusterView.Node;
import io.widecast.model.ClusterView.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes that are answered only when others show them ({@code wait=visible:site|all}). Owned by one
 * API instance, on its event loop.
 */
final class VisibilityWaits {

  private final List<Wait> waits = new ArrayList<>();
  private ClusterView last = ClusterView.EMPTY;

  private record Wait(
      long revision, Optional<String> site, long deadlineNanos, Promise<List<String>> missing) {}

  /** Completes with nobody when all show it, or with who does not at the deadline. */
  Future<List<String>> await(
      ClusterView now, long revision, Optional<String> site, long deadlineNanos) {
    if (missing(now, revision, site).isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    Promise<List<String>> missing = Promise.promise();
    waits.add(new Wait(revision, site, deadlineNanos, missing));
    return missing.future();
  }

  void onCluster(ClusterView now) {
    finish(now, Long.MIN_VALUE);
    last = now;
  }

  void expire(long nowNanos) {
    if (!waits.isEmpty()) {
      finish(last, nowNanos);
    }
  }

  private void finish(ClusterView cluster, long nowNanos) {
    var done = new ArrayList<Wait>();
    waits.removeIf(
        wait -> {
          boolean late = nowNanos != Long.MIN_VALUE && wait.deadlineNanos() - nowNanos <= 0;
          return (late || missing(cluster, wait.revision(), wait.site()).isEmpty())
              && done.add(wait);
        });
    done.forEach(wait -> wait.missing().complete(missing(cluster, wait.revision(), wait.site())));
  }

  /** Who is expected to show {@code revision} and does not: all but those that have left. */
  private static List<String> missing(ClusterView cluster, long revision, Optional<String> site) {
    var missing = new ArrayList<String>();
    for (ClusterView.Site candidate : cluster.sites()) {
      if (site.isEmpty() || site.get().equals(candidate.id().text())) {
        for (Node node : candidate.nodes()) {
          if (node.state() != State.LEFT && node.revision() < revision) {
            missing.add(node.id().text());
          }
        }
      }
    }
    return missing;
  }
}
