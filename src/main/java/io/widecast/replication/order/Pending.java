package io.widecast.replication.order;

import io.widecast.model.AckLevel;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Publishers waiting for their level. Most wait for {@code durable} and are answered in the order
 * of their revisions, so settling looks at the front only; the few others are looked at one by one.
 */
final class Pending {

  private record Waiting(
      long ticket, PublishOutcome.Written outcome, AckLevel level, long deadlineNanos) {

    long revision() {
      return outcome.token().revision();
    }
  }

  /** Whether {@code revision} has come as far as {@code level}. */
  interface Reached {
    boolean test(AckLevel level, long revision);
  }

  /** Takes an answer. */
  interface Answer {
    void give(long ticket, PublishOutcome outcome);
  }

  private final ArrayDeque<Waiting> durable = new ArrayDeque<>(); // by rising revision, but repeats
  private final ArrayList<Waiting> others = new ArrayList<>();

  void add(long ticket, PublishOutcome.Written outcome, AckLevel level, long deadlineNanos) {
    var waiting = new Waiting(ticket, outcome, level, deadlineNanos);
    boolean inOrder = durable.isEmpty() || durable.peekLast().revision() <= waiting.revision();
    if (level == AckLevel.DURABLE && inOrder) {
      durable.addLast(waiting);
    } else {
      others.add(waiting);
    }
  }

  void settle(Reached reached, Answer answer) {
    while (!durable.isEmpty() && reached.test(AckLevel.DURABLE, durable.peekFirst().revision())) {
      Waiting first = durable.pollFirst();
      answer.give(first.ticket(), first.outcome());
    }
    for (Iterator<Waiting> each = others.iterator(); each.hasNext(); ) {
      Waiting waiting = each.next();
      if (reached.test(waiting.level(), waiting.revision())) {
        each.remove();
        answer.give(waiting.ticket(), waiting.outcome());
      }
    }
  }

  /** Those whose time is over hear how far it has come: it stays written. */
  void expire(long nowNanos, long commit, Answer answer) {
    expire(durable.iterator(), nowNanos, commit, answer);
    expire(others.iterator(), nowNanos, commit, answer);
  }

  private static void expire(Iterator<Waiting> all, long nowNanos, long commit, Answer answer) {
    while (all.hasNext()) {
      Waiting waiting = all.next();
      if (nowNanos < waiting.deadlineNanos()) {
        continue;
      }
      all.remove();
      AckLevel reached = waiting.revision() <= commit ? AckLevel.DURABLE : AckLevel.MEMORY;
      answer.give(
          waiting.ticket(),
          new PublishOutcome.Refused(
              ErrorCode.ACK_TIMEOUT,
              "written at "
                  + waiting.outcome().token()
                  + ", but only '"
                  + reached.text()
                  + "' of '"
                  + waiting.level().text()
                  + "' was reached in time; wait longer with timeout=, or look at /v1/cluster for"
                  + " who is missing",
              Map.of(
                  "written",
                  true,
                  "reached",
                  reached.text(),
                  "token",
                  waiting.outcome().token().toString())));
    }
  }

  void fail(PublishOutcome.Refused outcome, Answer answer) {
    List<Waiting> all = new ArrayList<>(durable);
    all.addAll(others);
    durable.clear();
    others.clear();
    all.forEach(waiting -> answer.give(waiting.ticket(), outcome));
  }
}
