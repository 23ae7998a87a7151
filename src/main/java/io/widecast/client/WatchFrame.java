package io.widecast.client;

import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;

/**
 * What a watch delivers at once; never a part of a publish.
 *
 * <p>{@link Kind#EVENTS} changes, or rows of a copy, which have no token. {@link Kind#SNAPSHOT_END}
 * the copy is complete as of the token. {@link Kind#BOOKMARK} everything that concerns the watch up
 * to the token has been delivered. {@link Kind#RESET} forget everything: a new copy follows.
 *
 * @param skipped how many events were left out because newer values of their keys stand in
 */
public record WatchFrame(Kind kind, Optional<Token> token, List<WatchEvent> events, long skipped) {

  public static final WatchFrame RESET = new WatchFrame(Kind.RESET, Optional.empty(), List.of(), 0);

  /** What a frame says. */
  public enum Kind {
    EVENTS,
    SNAPSHOT_END,
    BOOKMARK,
    RESET
  }

  public WatchFrame {
    events = List.copyOf(events);
  }
}
