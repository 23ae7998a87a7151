package io.widecast.watch;

import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;

/** What a watcher is sent. */
public sealed interface Frame {

  /**
   * Whole publishes, by rising revision.
   *
   * @param token where the watcher is after it; empty within an initial copy, which has no position
   *     to go on from
   * @param events how many changes of a key these are
   * @param skipped events left out because a newer value of the same key stands in; when above 0
   *     the frame leads to the exact state at its token
   */
  record Events(List<Change> changes, Optional<Token> token, long events, long skipped)
      implements Frame {
    public Events {
      changes = List.copyOf(changes);
    }

    Events(List<Change> changes, Optional<Token> token, long skipped) {
      this(changes, token, changes.stream().mapToLong(Change::events).sum(), skipped);
    }
  }

  /** The initial copy is complete; what follows happened after {@code token}. */
  record CopyEnd(Token token) implements Frame {}

  /** Everything that concerns the watcher up to {@code token} has been sent. */
  record Bookmark(Token token) implements Frame {}

  /** The position is lost: a new initial copy follows, which replaces all that was sent before. */
  record Reset(String why) implements Frame {}
}
