package io.widecast.replication;

import io.widecast.model.NodeId;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long nodes have been behind: since the moment at which the first entry that a node lacks was
 * seen to be committed. Not since it was last seen level, which under steady writes it never is,
 * since its position is some moments old when it is heard of.
 *
 * <p>Remembers when what was committed, for the last {@value #MARKS_MAX} steps, and for each node
 * that is behind the step it waits for. So the time is right for one that stands still however long
 * it does, and too short for one that moves further behind than all the steps.
 */
final class Lags {

  static final int MARKS_MAX = 256;

  private record Mark(long committed, long atMillis) {}

  private final ArrayDeque<Mark> marks = new ArrayDeque<>(); // by rising revision
  private final Map<NodeId, Mark> lacking = new TreeMap<>();

  /** Takes in what is committed now. */
  void onCommitted(long revision, long nowMillis) {
    if (!marks.isEmpty() && marks.getLast().committed() >= revision) {
      return;
    }
    marks.addLast(new Mark(revision, nowMillis));
    if (marks.size() > MARKS_MAX) {
      marks.removeFirst();
    }
  }

  /** For how long the node, now at {@code revision}, has been behind; 0 when it is level. */
  long millis(NodeId id, long revision, long nowMillis) {
    Mark first = lacking.get(id);
    if (first == null || first.committed() <= revision) {
      first = firstAbove(revision);
    }
    if (first == null) {
      lacking.remove(id);
      return 0;
    }
    lacking.put(id, first);
    return Math.max(0, nowMillis - first.atMillis());
  }

  private Mark firstAbove(long revision) {
    Mark first = null;
    for (var newestFirst = marks.descendingIterator(); newestFirst.hasNext(); ) {
      Mark mark = newestFirst.next();
      if (mark.committed() <= revision) {
        break;
      }
      first = mark;
    }
    return first;
  }
}
