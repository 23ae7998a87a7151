package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.model.Token;

/**
 * What the records of a log amount to so far. Immutable: a write is tried on a state aside, which
 * counts only once it is on disk.
 *
 * @param end the last entry, or the position the log began at
 * @param commit everything up to here is final; in a core node never beyond {@code end}
 * @param runs the epochs of all entries held
 */
record LogState(Token end, Token commit, HardState hardState, EpochRuns runs) {

  static LogState startingAt(Token base, Token commit, HardState hardState) {
    return new LogState(
        base, commit, hardState, EpochRuns.startingAt(base.revision(), base.epoch()));
  }

  /**
   * With the next entry.
   *
   * @param gapless whether it must be the very next revision
   */
  LogState withEntry(long epoch, long revision, boolean gapless) {
    boolean follows = gapless ? revision == end.revision() + 1 : revision > end.revision();
    if (!follows || epoch < end.epoch()) {
      throw new IllegalStateException(
          "entry " + epoch + "." + revision + " does not follow the log's end " + end);
    }
    return new LogState(new Token(epoch, revision), commit, hardState, runs.with(revision, epoch));
  }

  /** Without the entries from {@code revision} on. */
  LogState withCut(long revision) {
    long last = revision - 1;
    long epoch = runs.epochAt(last);
    if (epoch < 0) {
      throw new IllegalStateException("cut from revision " + revision + ", before the log begins");
    }
    return withEndCutTo(new Token(epoch, last));
  }

  /** With {@code last} as the last entry; it may stand before the first segment still held. */
  LogState withEndCutTo(Token last) {
    if (last.revision() < commit.revision() || last.revision() >= end.revision()) {
      throw new IllegalStateException(
          "cut back to "
              + last
              + ", but the log goes from "
              + commit
              + ", which is final, to "
              + end);
    }
    EpochRuns kept = runs.cutFrom(last.revision() + 1);
    return new LogState(
        last,
        commit,
        hardState,
        kept.epochAt(last.revision()) == last.epoch()
            ? kept
            : EpochRuns.startingAt(last.revision(), last.epoch()));
  }

  /** With {@code token} final, unless something later is already. */
  LogState withCommit(Token token) {
    return token.revision() <= commit.revision() ? this : new LogState(end, token, hardState, runs);
  }

  LogState withHardState(HardState next) {
    return new LogState(end, commit, next, runs);
  }
}
