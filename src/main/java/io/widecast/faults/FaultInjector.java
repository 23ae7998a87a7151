package io.widecast.faults;

import java.util.SplittableRandom;

/**
 * Decides the fate of each message of one channel by a seed: the same seed, profile and number of
 * messages give the same fates. One for each direction of each channel, so that traffic on one
 * leaves the others' fates alone. Not thread-safe.
 */
public final class FaultInjector {

  /** Longest extra delay of a datagram that is held back or doubled: several others' worth. */
  public static final long OVERTAKEN_NANOS_MAX = 5_000_000;

  private static final long[] LOST = {};
  private static final long[] AT_ONCE = {0};

  private final FaultProfile profile;
  private final SplittableRandom random;
  private boolean bad; // inside a burst

  public FaultInjector(FaultProfile profile, SplittableRandom random) {
    this.profile = profile;
    this.random = random;
  }

  /** The injector of the channel called {@code name}; other names have other, unrelated fates. */
  public static FaultInjector of(FaultProfile profile, long seed, String name) {
    // The golden ratio spreads the few bits of a hash over the seed; hashCode() of a String is
    // specified, so that the fates are the same in every process.
    return new FaultInjector(
        profile, new SplittableRandom(seed + 0x9E3779B97F4A7C15L * (name.hashCode() | 1L << 32)));
  }

  /**
   * The fate of the next datagram: after how many nanoseconds each of its copies arrives. Empty: it
   * is lost. Two: it is doubled. The caller must not change the array.
   */
  public long[] datagram() {
    if (profile.bursts().begin() > 0) {
      bad = hits(bad ? 1 - profile.bursts().end() : profile.bursts().begin());
    }
    if (hits(profile.loss()) || bad && hits(profile.bursts().loss())) {
      return LOST;
    }
    long delayNanos = delayNanos();
    if (hits(profile.reorder())) {
      delayNanos += overtakenNanos();
    }
    if (hits(profile.duplicate())) {
      return new long[] {delayNanos, delayNanos + overtakenNanos()};
    }
    return delayNanos == 0 ? AT_ONCE : new long[] {delayNanos};
  }

  /** Whether the connection ends at the next piece of data. */
  public boolean cut() {
    return hits(profile.cut());
  }

  /** How many of {@code length} bytes still arrive when the connection is cut: 0 to all but one. */
  public int bytesBeforeCut(int length) {
    return length == 0 ? 0 : random.nextInt(length);
  }

  /** How much later the next piece of data arrives. Order is for the caller to keep. */
  public long delayNanos() {
    long spreadNanos = profile.delayNanosMax() - profile.delayNanosMin();
    return profile.delayNanosMin() + (spreadNanos == 0 ? 0 : random.nextLong(spreadNanos + 1));
  }

  private long overtakenNanos() {
    return 1 + random.nextLong(OVERTAKEN_NANOS_MAX);
  }

  private boolean hits(double rate) {
    return rate > 0 && random.nextDouble() < rate;
  }
}
