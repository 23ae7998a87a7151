package io.widecast.bus;

import io.widecast.model.KeyVersion;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import java.util.List;

/**
 * A whole copy from another node, part by part. Readers see the old map until the end, then the new
 * one at once; what the copy lacks is gone. A new {@link Begin} drops an unfinished copy.
 */
public sealed interface CopyPart {

  /** A copy of the map as of {@code at} follows. */
  record Begin(Token at) implements CopyPart {}

  /** Rows by rising key. */
  record Rows(List<KeyVersion> rows) implements CopyPart {
    public Rows {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Named requests that the map holds the work of, by rising revision over all parts, none above
   * the copy's position; to a core node only.
   */
  record Requests(List<RecentRequest> requests) implements CopyPart {
    public Requests {
      requests = List.copyOf(requests);
    }
  }

  /** That was all: make it durable, forget the log up to it, show it. */
  record End() implements CopyPart {}
}
