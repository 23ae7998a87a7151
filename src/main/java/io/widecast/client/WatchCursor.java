package io.widecast.client;

import io.widecast.model.Token;
import java.util.Optional;

/**
 * Where a watch stands, and so what its next connection asks for: the reason why no reconnect makes
 * a hole or repeats an event. Plain state; owned by {@link WatchPublisher}.
 *
 * <p>A position is known from each frame with a token. Rows of a copy have none: a connection that
 * is lost inside a copy begins the copy again, and its subscriber is told to forget the first half.
 */
final class WatchCursor {

  private String since;
  private Optional<Token> last;
  private boolean copying;
  private boolean halfCopied; // the subscriber holds rows of a copy that is not complete

  WatchCursor(String since) {
    this.since = since;
    this.copying = since.equals(WatchRequest.START);
    this.last =
        copying || since.equals(WatchRequest.NOW)
            ? Optional.empty()
            : Optional.of(Token.parse(since));
  }

  /** What to ask for on the next connection. */
  String since() {
    return since;
  }

  /** A new connection stands; answers what the subscriber must be told before its frames. */
  Optional<WatchFrame> onConnected() {
    boolean tell = halfCopied;
    halfCopied = false;
    return tell ? Optional.of(WatchFrame.RESET) : Optional.empty();
  }

  /**
   * The node took the watch, at {@code position} when it says so. That fixes what "now" meant, so
   * that a reconnect before the first event asks for the same place.
   */
  void onTaken(Optional<Token> position) {
    if (since.equals(WatchRequest.NOW)) {
      position.ifPresent(this::reach);
    }
  }

  /**
   * The frame as the subscriber is to see it; empty when it brings nothing new.
   *
   * @throws ClientException for a frame that no node may send, after which the watch cannot go on
   */
  Optional<WatchFrame> onFrame(WatchFrame frame) {
    if (frame.kind() == WatchFrame.Kind.RESET) {
      copying = true;
      halfCopied = false;
      since = WatchRequest.START;
      last = Optional.empty();
      return Optional.of(frame);
    }
    if (frame.kind() == WatchFrame.Kind.SNAPSHOT_END) {
      copying = false;
      halfCopied = false;
      reach(required(frame));
      return Optional.of(frame);
    }
    if (copying) {
      halfCopied |= !frame.events().isEmpty();
      return frame.events().isEmpty() ? Optional.empty() : Optional.of(frame);
    }
    Token token = required(frame);
    if (last.isPresent() && token.compareTo(last.get()) <= 0) {
      return Optional.empty();
    }
    reach(token);
    return Optional.of(frame);
  }

  private static Token required(WatchFrame frame) {
    return frame
        .token()
        .orElseThrow(
            () ->
                ClientException.unexpected(
                    "the node sent a " + frame.kind() + " frame without a token"));
  }

  private void reach(Token token) {
    last = Optional.of(token);
    since = token.toString();
  }
}
