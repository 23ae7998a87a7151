package io.widecast.store.log;

import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import java.util.List;

/**
 * Log that is no longer needed but for the named requests in it.
 *
 * @param below segments of lower numbers go
 * @param base the position that the log begins at then; what came up to it is no longer in it
 * @param requests what must outlive them, by rising revision; all of it final
 */
public record LogDrop(long below, Token base, List<RecentRequest> requests) {
  public LogDrop {
    requests = List.copyOf(requests);
  }
}
