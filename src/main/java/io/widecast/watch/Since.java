package io.widecast.watch;

import io.widecast.model.ErrorCode;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;

/** Where a watch begins. */
public sealed interface Since {

  /** With a copy of what is held, then live. */
  record Start() implements Since {}

  /** With what happens next. */
  record Now() implements Since {}

  /** With what happened after a position, which may lie ahead of this node. */
  record After(Token token) implements Since {}

  Since START = new Start();
  Since NOW = new Now();

  /**
   * Reads {@code start}, {@code now} or a token.
   *
   * @throws WidecastException {@link ErrorCode#BAD_TOKEN}
   */
  static Since parse(String text) {
    return switch (text) {
      case "start" -> START;
      case "now" -> NOW;
      default -> new After(Token.parse(text));
    };
  }
}
