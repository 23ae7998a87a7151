package io.widecast.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How far a publish must have come before its publisher gets the answer; each includes those
 * before.
 */
public enum AckLevel {
  /** The master has ordered it. */
  MEMORY,
  /** A majority of the electorate, the master included, has it on disk. */
  DURABLE,
  /** Every living core node has it on disk. */
  ALL,
  /** And every connected edge node whose filter takes it has it. */
  EDGE;

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} naming the levels there are
   */
  public static AckLevel parse(String text) {
    return Arrays.stream(values())
        .filter(level -> level.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new WidecastException(
                    ErrorCode.BAD_REQUEST,
                    "ack is one of "
                        + Arrays.stream(values())
                            .map(AckLevel::text)
                            .collect(Collectors.joining(", "))
                        + "; this is '"
                        + text
                        + "'"));
  }
}
