package io.widecast.api.json;

import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;

/** Bare revisions as users write them. */
public final class Revisions {

  private static final int DIGITS_MAX = 18;

  private Revisions() {}

  /**
   * A revision in decimal, 0 or more.
   *
   * @throws WidecastException {@link ErrorCode#BAD_TOKEN}
   */
  public static long parse(String text) {
    boolean decimal =
        !text.isEmpty()
            && text.length() <= DIGITS_MAX
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!decimal) {
      String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
      throw new WidecastException(
          ErrorCode.BAD_TOKEN,
          "a revision is a whole number, such as 1042; this is '" + shown + "'");
    }
    return Long.parseLong(text);
  }
}
