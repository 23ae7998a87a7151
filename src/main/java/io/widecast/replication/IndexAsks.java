package io.widecast.replication;

import io.widecast.model.ErrorCode;
import io.widecast.model.ReadOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Asks somebody else for the read index, for all reads of a node: one question is under way, and
 * those who come meanwhile share the next, since the index that comes back may have been noted
 * before they came. So a slow connection carries few questions, whatever comes. Not thread-safe.
 */
public final class IndexAsks {

  static final int WAITING_MAX = 16_384;

  private static final ReadOutcome.Refused OVERLOADED =
      new ReadOutcome.Refused(
          ErrorCode.OVERLOADED, WAITING_MAX + " reads wait for the master's answer: try again");

  private final LongPredicate ask;
  private final ReadOutcome.Refused unreachable;
  private List<Consumer<ReadOutcome>> asked = new ArrayList<>(); // the question under way
  private List<Consumer<ReadOutcome>> arrived = new ArrayList<>(); // since it was asked
  private long number; // of the question under way, or of the last one

  /**
   * @param ask sends a question of that number; false when there is nobody to ask
   * @param unreachable what reads hear then, and when the connection ends before the answer
   */
  public IndexAsks(LongPredicate ask, ReadOutcome.Refused unreachable) {
    this.ask = ask;
    this.unreachable = unreachable;
  }

  /** A read has come; {@code then} hears how far a copy must be for it, now or later. */
  public void add(Consumer<ReadOutcome> then) {
    if (asked.size() + arrived.size() >= WAITING_MAX) {
      then.accept(OVERLOADED);
      return;
    }
    arrived.add(then);
    if (asked.isEmpty()) {
      next();
    }
  }

  /** The answer to question {@code answered}; to an earlier one it is nothing. */
  public void onAnswer(long answered, ReadOutcome outcome) {
    if (answered == number && !asked.isEmpty()) {
      List<Consumer<ReadOutcome>> all = asked;
      asked = new ArrayList<>();
      all.forEach(then -> then.accept(outcome));
      if (asked.isEmpty() && !arrived.isEmpty()) {
        next();
      }
    }
  }

  /** The connection has ended, or leads to somebody else from now on. */
  public void onLost() {
    List<Consumer<ReadOutcome>> all = new ArrayList<>(asked);
    all.addAll(arrived);
    asked = new ArrayList<>();
    arrived = new ArrayList<>();
    all.forEach(then -> then.accept(unreachable));
  }

  private void next() {
    asked = arrived;
    arrived = new ArrayList<>();
    if (!ask.test(++number)) {
      onLost();
    }
  }
}
