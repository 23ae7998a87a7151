package io.widecast.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What clients did with one key, and whether that could have happened one after the other: whether
 * each operation can be given a moment between its call and its answer at which it alone took
 * effect. Looks at times and values only, at nothing that the store says about its order. Each
 * value is written once, which makes the question an easy one.
 *
 * <p>Source: Gibbons and Korach, "Testing shared memories", SIAM Journal on Computing 26 (1997),
 * section 3.2: of all operations on one value, the zone is from the first answer to the last call
 * where that comes later (a forward zone: the value was there all that time), or else from the last
 * call to the first answer. A history is sound exactly if no forward zones overlap, and none covers
 * a backward zone whole.
 */
final class RegisterHistory {

  /** What the key holds before the first write. */
  static final String NOTHING = "";

  /** The write's answer never came: it may take effect at any time, or never. */
  static final long OPEN = Long.MAX_VALUE;

  private static final class Zone {
    private final String value;
    private long written = Long.MAX_VALUE; // call of the write
    private long firstAnswer = Long.MAX_VALUE;
    private long lastCall = Long.MIN_VALUE;
    private long firstReadAnswer = Long.MAX_VALUE;

    private Zone(String value) {
      this.value = value;
    }

    private boolean isForward() {
      return firstAnswer < lastCall;
    }

    @Override
    public String toString() {
      return "'" + value + "'";
    }
  }

  private final Map<String, Zone> zones = new HashMap<>();
  private int reads;

  RegisterHistory() {
    onWrite(NOTHING, Long.MIN_VALUE, Long.MIN_VALUE);
  }

  synchronized void onWrite(String value, long call, long answer) {
    Zone zone = zones.computeIfAbsent(value, Zone::new);
    if (zone.written != Long.MAX_VALUE) {
      throw new IllegalArgumentException(value + " is written twice");
    }
    zone.written = call;
    note(zone, call, answer);
  }

  synchronized void onRead(String value, long call, long answer) {
    Zone zone = zones.computeIfAbsent(value, Zone::new);
    zone.firstReadAnswer = Math.min(zone.firstReadAnswer, answer);
    note(zone, call, answer);
    reads++;
  }

  private static void note(Zone zone, long call, long answer) {
    zone.firstAnswer = Math.min(zone.firstAnswer, answer);
    zone.lastCall = Math.max(zone.lastCall, call);
  }

  /** How many reads there were. */
  synchronized int reads() {
    return reads;
  }

  /** What shows that it could not have happened so; empty when it could. */
  synchronized Optional<String> flaw() {
    List<Zone> all = new ArrayList<>(zones.values());
    for (Zone zone : all) {
      if (zone.firstReadAnswer < zone.written) {
        return Optional.of(zone + " was read before it was written, or never was");
      }
    }
    for (Zone one : all) {
      for (Zone other : all) {
        if (one != other && one.isForward() && conflicts(one, other)) {
          return Optional.of(
              one + " was there before and after " + (other.isForward() ? "some of " : "") + other);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean conflicts(Zone forward, Zone other) {
    long start = Math.min(other.firstAnswer, other.lastCall);
    long end = Math.max(other.firstAnswer, other.lastCall);
    return other.isForward()
        ? forward.firstAnswer < end && start < forward.lastCall
        : forward.firstAnswer < start && end < forward.lastCall;
  }
}
