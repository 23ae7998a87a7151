package io.widecast.client;

import io.widecast.model.Pattern;
import io.widecast.model.Token;
import java.util.List;

/**
 * What to follow, and from where.
 *
 * @param match 1 or more patterns
 * @param since {@link #START}, {@link #NOW} or a token
 * @param values whether events carry values
 * @param conflate whether a slow watcher is sent the newest values only; otherwise it is cut off
 *     and resumes
 */
public record WatchRequest(List<String> match, String since, boolean values, boolean conflate) {

  /** The initial copy, then what happens. */
  public static final String START = "start";

  /** Only what happens from now on. */
  public static final String NOW = "now";

  /**
   * @throws io.widecast.model.WidecastException BAD_PATTERN or BAD_TOKEN
   */
  public WatchRequest {
    match = List.copyOf(match);
    if (match.isEmpty()) {
      throw new IllegalArgumentException("a watch needs a pattern");
    }
    Pattern.parseAll(match);
    if (!since.equals(START) && !since.equals(NOW)) {
      Token.parse(since);
    }
  }

  /** From the start, with values. */
  public static WatchRequest of(String... match) {
    return new WatchRequest(List.of(match), START, true, true);
  }

  public WatchRequest since(String position) {
    return new WatchRequest(match, position, values, conflate);
  }
}
