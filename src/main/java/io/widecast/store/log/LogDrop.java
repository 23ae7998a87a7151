package io.widecast.store.log;

import io.widecast.model.RecentRequest;
import java.util.List;

/**
 * Log that is no longer needed but for the named requests in it.
 *
 * @param below segments of lower numbers go
 * @param requests what must outlive them, by rising revision; all of it final
 */
public record LogDrop(long below, List<RecentRequest> requests) {
  public LogDrop {
    requests = List.copyOf(requests);
  }
}
