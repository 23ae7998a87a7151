package io.widecast.sim;

import io.widecast.faults.FaultProfile;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Looks for a smaller run of a seed that still breaks a promise: without what may not matter, with
 * fewer nodes and less time. Each change is kept if the run still breaks; when none does any more,
 * or after {@link #TRIES_MAX} runs, what is left is short enough to be read.
 */
public final class Shrinker {

  static final int TRIES_MAX = 200;

  private static final long TROUBLE_NANOS_MIN = 10_000_000L;

  /** The changes that leave most out come first. */
  private static final List<UnaryOperator<SimOptions>> CHANGES =
      List.of(
          SimOptions::withoutTroubles,
          options -> options.withNodes(options.cores(), 0),
          options -> options.with(changed -> changed.wan = FaultProfile.NONE),
          options -> options.with(changed -> changed.lan = FaultProfile.NONE),
          SimOptions::withoutReads,
          options -> options.with(changed -> changed.realStores = false),
          options -> options.with(changed -> changed.publishers = 1),
          options -> options.with(changed -> changed.valueBytesMax = 1),
          options -> options.withNodes(options.cores(), Math.max(0, options.edges() - 1)),
          options -> options.withNodes(Math.max(1, options.cores() - 1), options.edges()),
          options ->
              options.with(changed -> changed.publishers = Math.max(1, options.publishers() - 1)),
          options -> shorter(options, options.troubleNanos() / 2),
          options -> shorter(options, options.troubleNanos() / 4),
          options -> shorter(options, options.troubleNanos() / 16));

  private final Predicate<SimOptions> breaks;
  private int tries;

  /**
   * @param breaks whether a run with these options breaks a promise, the same answer each time
   */
  public Shrinker(Predicate<SimOptions> breaks) {
    this.breaks = breaks;
  }

  /** Whether a run of {@code seed} breaks a promise. */
  public static Predicate<SimOptions> ofSeed(long seed) {
    return options -> {
      try {
        new ReplicationRun(seed, options).run();
        return false;
      } catch (Violation | IllegalStateException | AssertionError e) {
        return true;
      }
    };
  }

  private static SimOptions shorter(SimOptions options, long lessNanos) {
    return options.withTroubleNanos(
        Math.max(TROUBLE_NANOS_MIN, options.troubleNanos() - lessNanos));
  }

  /**
   * @param broken options of a run that breaks
   */
  public SimOptions shrink(SimOptions broken) {
    SimOptions smallest = broken;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (UnaryOperator<SimOptions> change : CHANGES) {
        SimOptions candidate = change.apply(smallest);
        if (!candidate.equals(smallest) && tries < TRIES_MAX) {
          tries++;
          if (breaks.test(candidate)) {
            smallest = candidate;
            smaller = true;
          }
        }
      }
    }
    return smallest;
  }
}
