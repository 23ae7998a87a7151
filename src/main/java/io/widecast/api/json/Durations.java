package io.widecast.api.json;

import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;

/** Durations as users write them: a whole number and a unit, {@code 250ms 30s 5m 2h 7d}. */
public final class Durations {

  /** 100 years: beyond it, a wall-clock time of expiry could overflow what others compute. */
  public static final long MILLIS_MAX = 100L * 365 * 86_400_000;

  private static final int DIGITS_MAX = 15;

  private Durations() {}

  /**
   * @param name of the parameter, for the message
   * @return 1 to {@link #MILLIS_MAX}
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST}
   */
  public static long parseMillis(String name, String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    if (digits < 1 || digits > DIGITS_MAX) {
      throw bad(name, text);
    }
    long unitMillis =
        switch (text.substring(digits)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          case "d" -> 86_400_000;
          default -> throw bad(name, text);
        };
    return checked(name, text, Long.parseLong(text.substring(0, digits)), unitMillis);
  }

  static long ofSeconds(String name, long seconds) {
    return checked(name, Long.toString(seconds), seconds, 1_000);
  }

  private static long checked(String name, String text, long count, long unitMillis) {
    if (count < 1 || count > MILLIS_MAX / unitMillis) {
      throw bad(name, text);
    }
    return count * unitMillis;
  }

  private static WidecastException bad(String name, String text) {
    String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
    return new WidecastException(
        ErrorCode.BAD_REQUEST,
        name
            + " is a whole number above 0 with a unit, such as 250ms, 30s, 5m, 2h or 7d, up to 100"
            + " years; this is '"
            + shown
            + "'");
  }
}
