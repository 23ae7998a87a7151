package io.widecast.faults;

/**
 * How bad a channel is. Rates are probabilities for each message, from 0 to 1.
 *
 * @param loss that a datagram never arrives
 * @param duplicate that a datagram arrives twice
 * @param reorder that a datagram is held back, so that later ones overtake it
 * @param cut that a connection ends at a piece of data, perhaps in the middle of it
 * @param delayNanosMin least time everything takes longer
 * @param delayNanosMax greatest; datagrams whose delays differ overtake each other, too
 * @param bursts loss that comes in runs; {@link Bursts#NONE} for none
 */
public record FaultProfile(
    double loss,
    double duplicate,
    double reorder,
    double cut,
    long delayNanosMin,
    long delayNanosMax,
    Bursts bursts) {

  /** A perfect channel. */
  public static final FaultProfile NONE = new FaultProfile(0, 0, 0, 0, 0);

  /** The same delay for everything and no bursts: what a node's configuration can say. */
  public FaultProfile(double loss, double duplicate, double reorder, double cut, long delayNanos) {
    this(loss, duplicate, reorder, cut, delayNanos, delayNanos, Bursts.NONE);
  }

  public FaultProfile {
    Bursts.checkRate("loss", loss);
    Bursts.checkRate("duplicate", duplicate);
    Bursts.checkRate("reorder", reorder);
    Bursts.checkRate("cut", cut);
    if (delayNanosMin < 0 || delayNanosMax < delayNanosMin) {
      throw new IllegalArgumentException("delay " + delayNanosMin + " to " + delayNanosMax + " ns");
    }
  }

  /** Whether a channel with this profile is as good as one without an injector. */
  public boolean isNone() {
    return equals(NONE);
  }

  /**
   * The channel of Gilbert and Elliott: it is good or bad, and changes at random with each
   * datagram. The mean run of bad ones has {@code 1 / end} datagrams.
   *
   * @param begin that a good channel turns bad
   * @param end that a bad one turns good
   * @param loss that a datagram is lost while it is bad
   */
  public record Bursts(double begin, double end, double loss) {

    public static final Bursts NONE = new Bursts(0, 1, 0);

    public Bursts {
      checkRate("burst begin", begin);
      checkRate("burst end", end);
      checkRate("burst loss", loss);
    }

    // Stands here, because the outer class needs this one complete while it is initialised itself.
    private static void checkRate(String name, double rate) {
      if (!(rate >= 0 && rate <= 1)) { // NaN is neither
        throw new IllegalArgumentException(name + " " + rate + " is not between 0 and 1");
      }
    }
  }
}
