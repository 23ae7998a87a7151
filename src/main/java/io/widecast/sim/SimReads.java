package io.widecast.sim;

import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The reads at the master that clients of one node ask for: each asks how far the node's map must
 * be, waits until it is, and tells the checker what it then found.
 */
final class SimReads {

  private static final int KEYS = 60; // those that publishers write

  static final ReadOutcome.Refused UNREACHABLE =
      new ReadOutcome.Refused(ErrorCode.NO_MASTER, "there is nobody to ask");

  private record Read(long number, Key key, Token floor) {}

  private record Waiting(Read read, ReadOutcome.At at) {}

  /** Sends a read on its way; its answer comes back by its number, or never. */
  interface Asking {
    void ask(long number, Optional<Key> key);
  }

  private final SimHost host;
  private final Checker checker;
  private final SplittableRandom random;
  private final long pauseNanosMax;
  private final Filter filter;
  private final Supplier<SimMap> map;
  private final Asking asking;
  private final Map<Long, Read> asked = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>(); // for the map to come as far
  private long nextNumber;
  private boolean answered; // since the mark

  /**
   * @param pauseNanosMax 0 for no reads
   * @param filter what the map holds; another key is read where the question goes
   */
  SimReads(
      SimHost host,
      Checker checker,
      SplittableRandom random,
      long pauseNanosMax,
      Filter filter,
      Supplier<SimMap> map,
      Asking asking) {
    this.host = host;
    this.checker = checker;
    this.random = random;
    this.pauseNanosMax = pauseNanosMax;
    this.filter = filter;
    this.map = map;
    this.asking = asking;
  }

  /** The node has started. */
  void start() {
    asked.clear();
    waiting.clear();
    next();
  }

  private void next() {
    if (pauseNanosMax > 0) {
      host.later(
          1 + random.nextLong(pauseNanosMax),
          () -> {
            ask();
            next();
          });
    }
  }

  private void ask() {
    Key key = SimPublisher.key(random.nextInt(KEYS));
    var read = new Read(nextNumber++, key, checker.lastCommitted());
    asked.put(read.number(), read);
    asking.ask(read.number(), filter.accepts(key) ? Optional.empty() : Optional.of(key));
  }

  void onAnswer(long number, ReadOutcome outcome) {
    Read read = asked.remove(number);
    if (read != null && outcome instanceof ReadOutcome.At at) {
      waiting.add(new Waiting(read, at));
      onMoved();
    }
  }

  /** The map may have moved on. */
  void onMoved() {
    if (!waiting.isEmpty()) {
      Token at = map.get().at();
      List<Waiting> reached =
          waiting.stream().filter(each -> each.at().index().compareTo(at) <= 0).toList();
      waiting.removeAll(reached);
      reached.forEach(this::read);
    }
  }

  private void read(Waiting each) {
    answered = true;
    Read read = each.read();
    if (filter.accepts(read.key())) {
      checker.onRead(host, read.key(), read.floor(), map.get().at(), map.get().find(read.key()));
    } else {
      checker.onRead(host, read.key(), read.floor(), each.at().index(), each.at().found());
    }
  }

  /** From now on an answer is wanted. */
  void mark() {
    answered = false;
  }

  /** Whether one has come since then. */
  boolean isAnswered() {
    return answered || pauseNanosMax == 0;
  }
}
