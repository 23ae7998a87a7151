package io.widecast.sim;

import java.util.stream.LongStream;

/**
 * The seeds of a test run: {@code -Dwidecast.seeds=N} runs 1 to N, {@code -Dwidecast.seed=S} runs S
 * alone.
 */
public final class Seeds {

  private static final int COUNT_DEFAULT = 500;

  private Seeds() {}

  public static LongStream all() {
    Long only = Long.getLong("widecast.seed");
    return only != null
        ? LongStream.of(only)
        : LongStream.rangeClosed(1, Integer.getInteger("widecast.seeds", COUNT_DEFAULT));
  }

  /** The line that replays {@code seed}. */
  public static String replay(long seed) {
    return "replay: -Dwidecast.seed=" + seed;
  }
}
