package io.widecast.store.log;

import java.util.Arrays;

/**
 * Which epoch each revision of the log carries, as runs: epochs change with the master, so a few
 * numbers say it for millions of entries. Immutable.
 */
final class EpochRuns {

  private final long[] firsts; // rising: the revision at which a run begins
  private final long[] epochs;

  private EpochRuns(long[] firsts, long[] epochs) {
    this.firsts = firsts;
    this.epochs = epochs;
  }

  static EpochRuns startingAt(long revision, long epoch) {
    return new EpochRuns(new long[] {revision}, new long[] {epoch});
  }

  /** With an entry of {@code epoch} at {@code revision}, above all before. */
  EpochRuns with(long revision, long epoch) {
    int count = firsts.length;
    if (count > 0 && epochs[count - 1] == epoch) {
      return this;
    }
    long[] moreFirsts = Arrays.copyOf(firsts, count + 1);
    long[] moreEpochs = Arrays.copyOf(epochs, count + 1);
    moreFirsts[count] = revision;
    moreEpochs[count] = epoch;
    return new EpochRuns(moreFirsts, moreEpochs);
  }

  /** Without {@code revision} and what lies above. */
  EpochRuns cutFrom(long revision) {
    int keep = 0;
    while (keep < firsts.length && firsts[keep] < revision) {
      keep++;
    }
    return keep == firsts.length
        ? this
        : new EpochRuns(Arrays.copyOf(firsts, keep), Arrays.copyOf(epochs, keep));
  }

  /** The epoch of {@code revision}, or -1 below the first run. */
  long epochAt(long revision) {
    for (int i = firsts.length - 1; i >= 0; i--) {
      if (firsts[i] <= revision) {
        return epochs[i];
      }
    }
    return -1;
  }
}
