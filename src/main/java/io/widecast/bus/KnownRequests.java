package io.widecast.bus;

import io.widecast.model.RecentRequest;
import java.util.List;

/** Named requests by rising revision, {@link RecentRequest#KEPT_MAX} at most. */
public record KnownRequests(List<RecentRequest> requests) {
  public KnownRequests {
    requests = List.copyOf(requests);
  }
}
