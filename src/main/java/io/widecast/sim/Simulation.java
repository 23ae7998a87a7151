package io.widecast.sim;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Virtual time, and what happens in it: events by their time and, at one time, in the order in
 * which they were made. Each part draws from a generator of its own, named for it, so that another
 * draw in one part leaves the others' draws alone. The same seed gives the same {@link #trace}.
 *
 * <p>Not thread-safe; one thread runs everything.
 */
public final class Simulation {

  /** So many events at one instant mean that something never sets time free. */
  static final int EVENTS_AT_ONE_TIME_MAX = 200_000;

  private static final int TRACE_CHARS_MAX = 4 << 20;
  private static final long EPOCH_MILLIS = 1_800_000_000_000L; // wall-clock time at the start

  private record Event(long atNanos, long number, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final long seed;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final StringBuilder story = new StringBuilder();
  private long nowNanos;
  private long nextNumber;
  private long run; // events so far
  private int atThisTime;
  private long digest; // of everything that was folded in

  public Simulation(long seed) {
    this.seed = seed;
  }

  /** The generator of the part called {@code name}; the same one for the same name and seed. */
  public SplittableRandom random(String name) {
    // The golden ratio spreads the few bits of a hash over the seed; String.hashCode is specified.
    return new SplittableRandom(seed * 31 + 0x9E3779B97F4A7C15L * (name.hashCode() | 1L << 32));
  }

  public long seed() {
    return seed;
  }

  public long nowNanos() {
    return nowNanos;
  }

  public long nowMillis() {
    return EPOCH_MILLIS + nowNanos / 1_000_000;
  }

  /** How many events have happened. */
  public long events() {
    return run;
  }

  /** Has {@code task} run {@code delayNanos} from now, 0 or more. */
  public void after(long delayNanos, Runnable task) {
    if (delayNanos < 0) {
      throw new IllegalArgumentException("event " + -delayNanos + " ns in the past");
    }
    events.add(new Event(nowNanos + delayNanos, nextNumber++, task));
  }

  /** Runs everything that is due up to {@code nanos}, and leaves the clock there. */
  public void runUntil(long nanos) {
    while (!events.isEmpty() && events.peek().atNanos() <= nanos) {
      Event event = events.poll();
      atThisTime = event.atNanos() == nowNanos ? atThisTime + 1 : 0;
      if (atThisTime > EVENTS_AT_ONE_TIME_MAX) {
        throw new Violation("liveness", "time stands still at " + seconds());
      }
      nowNanos = event.atNanos();
      run++;
      event.task().run();
    }
    nowNanos = Math.max(nowNanos, nanos);
  }

  /** Adds a line to the story: for what a reader wants to know, not for every datagram. */
  public void note(String line) {
    fold(line.hashCode());
    if (story.length() < TRACE_CHARS_MAX) {
      story.append(seconds()).append(' ').append(line).append('\n');
    }
  }

  /** Has {@code value} count in the trace without a line of its own. */
  public void fold(long value) {
    digest = (digest ^ value ^ nowNanos) * 0x100000001B3L + 1;
  }

  /** The story so far, and one number that stands for everything that happened. */
  public String trace() {
    return story + seconds() + " " + run + " events, digest " + Long.toHexString(digest) + "\n";
  }

  private String seconds() {
    long micros = nowNanos / 1_000;
    String fraction = Long.toString(1_000_000 + micros % 1_000_000).substring(1);
    return micros / 1_000_000 + "." + fraction + "s";
  }
}
