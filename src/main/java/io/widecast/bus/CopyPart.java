package io.widecast.bus;

import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;

/**
 * A transfer of another node's copy, part by part. Readers see the old map until the end, then the
 * new one at once. A transfer that does not come to its end leaves what it brought beside the map,
 * where {@link Held} tells of it and the next one goes on.
 */
public sealed interface CopyPart {

  /**
   * What brings this node's copy to {@code at} follows.
   *
   * @param changed of what {@link Held} told last; empty for a whole copy, and what the copy lacks
   *     is gone
   */
  record Begin(Token at, Optional<ChangedSince> changed) implements CopyPart {

    /** Of a whole copy. */
    public static Begin whole(Token at) {
      return new Begin(at, Optional.empty());
    }
  }

  /** The next range of keys. */
  record Piece(CopyPiece piece) implements CopyPart {}

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
