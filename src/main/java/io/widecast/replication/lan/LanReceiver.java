package io.widecast.replication.lan;

import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.replication.log.EntryLog;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Beacon;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.LanFrame.RetransmitRequest;
import io.widecast.wire.LanFrame.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Receiving half of a core node: puts the master's entries in order, each once, asks again for
 * those that went missing, and cuts off what a newer master's order replaced.
 *
 * <p>Entries ahead of a gap are held in {@code ahead}, within a bound of entries and of bytes; what
 * lies beyond is dropped and asked for later. Missing ones are asked for after a small random
 * delay, so that of many nodes that missed one datagram few ask (NACK suppression, RFC 5401),
 * lowest first, at most {@link LanFrame#REQUESTED_MAX} at a time, and again when the answer does
 * not come.
 *
 * <p>An entry agrees with the master's log when the one before it does; the position up to which
 * this is known for the current term is {@link #matched}, and only that is acknowledged.
 *
 * <p>Not thread-safe: owned by {@code CoreNode}. Source: systems.md S1 steps 9 to 14 and 24.
 */
public final class LanReceiver {

  /** What the owner has to do, in this order. */
  public sealed interface Output {

    /** Cut the durable log: nothing from {@code revision} on was ever committed. */
    record Cut(long revision) implements Output {}

    /** Append these to the durable log; the memory log has them already. */
    record Append(List<EncodedEntry> entries) implements Output {
      public Append {
        entries = List.copyOf(entries);
      }
    }

    /** Send this to the master. */
    record Ask(RetransmitRequest request) implements Output {}

    /** Fetch these from the master over a connection: too large for a datagram. */
    record Fetch(Range range) implements Output {}

    /** What is missing is no longer held by the master: take a copy. */
    record NeedCopy() implements Output {}
  }

  public static final long NEVER = Long.MAX_VALUE;

  static final int AHEAD_ENTRIES_MAX = 65_536;
  static final long AHEAD_BYTES_MAX = 32 << 20;
  static final int STUBS_MAX = 8 * LanFrame.REQUESTED_MAX;

  private static final long ASK_DELAY_MIN_NANOS = 300_000; // a reordered datagram comes meanwhile
  private static final long ASK_DELAY_SPREAD_NANOS = 1_200_000;
  private static final long ASK_AGAIN_NANOS = 30_000_000;
  private static final long FETCH_AGAIN_NANOS = 250_000_000; // TCP sees to it before
  private static final long AFTER_CANNOT_NANOS = 50_000_000;

  private final EntryLog log;
  private final RandomGenerator random;
  private final Metrics metrics;
  private final TreeMap<Long, EncodedEntry> ahead = new TreeMap<>(); // keys above log.last + 1
  private final TreeMap<Long, Trigger> oversize = new TreeMap<>(); // announced, not yet fetched
  private final TreeMap<Long, Stub> stubs = new TreeMap<>(); // missing revisions up to stubbedTo
  private long stubbedTo; // each of last + 1..stubbedTo is in ahead or in stubs
  private int outstanding; // stubs that were asked for
  private long aheadBytes;
  private long highest; // revision known to exist in this term
  private long matched; // log up to here agrees with the master's
  private long commit; // and is final up to here
  private long askAtNanos = NEVER;
  private boolean isDoubtful; // what would come next does not follow our last entry
  private boolean copying;
  private boolean backlogged; // the disk is too far behind to append more

  /** A missing entry: whether it was asked for, and when to ask (again). */
  private static final class Stub {
    private boolean asked;
    private boolean fetched; // over a connection
    private long dueNanos;

    private Stub(long dueNanos) {
      this.dueNanos = dueNanos;
    }
  }

  /**
   * @param log this node's, which the receiver appends to and cuts
   * @param commit revision up to which it is known to be final
   */
  public LanReceiver(EntryLog log, long commit, RandomGenerator random, Metrics metrics) {
    this.log = log;
    this.commit = commit;
    this.matched = commit;
    this.highest = log.last().revision();
    this.stubbedTo = highest;
    this.random = random;
    this.metrics = metrics;
  }

  /** Another master, or none: what was received from the last one may not be in its log. */
  public void onNewTerm() {
    ahead.clear();
    aheadBytes = 0;
    oversize.clear();
    stubs.clear();
    outstanding = 0;
    matched = commit;
    highest = commit; // our own tail may be longer than the new master's log
    stubbedTo = log.last().revision();
    askAtNanos = NEVER;
  }

  /** A master that becomes a receiver, or the other way: its own log is what counts now. */
  public void onOwnLogMatched(long revision) {
    matched = Math.max(matched, revision);
  }

  /** The current master knows everything up to {@code masterCommit} to be final. */
  public void onCommit(long masterCommit) {
    commit = Math.max(commit, Math.min(masterCommit, matched));
  }

  /** Revision up to which the log agrees with the current master's. */
  public long matched() {
    return matched;
  }

  /** Revision up to which the log is known to be final. */
  public long commit() {
    return commit;
  }

  /** Highest revision known to exist. */
  public long highest() {
    return highest;
  }

  public boolean isCopying() {
    return copying;
  }

  /** When {@link #onTimer} is next due, or {@link #NEVER}. */
  public long nextTimerNanos() {
    return isHeldBack() ? NEVER : askAtNanos;
  }

  public List<Output> onEntries(List<EncodedEntry> entries, long nowNanos) {
    var outputs = new ArrayList<Output>();
    var appended = new ArrayList<EncodedEntry>(entries.size());
    for (EncodedEntry entry : entries) {
      take(entry, appended, outputs);
    }
    drain(appended);
    flush(appended, outputs);
    noteMissing(nowNanos);
    return outputs;
  }

  public List<Output> onBeacon(Beacon beacon, long nowNanos) {
    var outputs = new ArrayList<Output>();
    long revision = beacon.highest().revision();
    highest = Math.max(highest, revision);
    if (replaced(beacon.highest())) {
      cut(revision, new ArrayList<>(), outputs);
    } else if (log.knowsEpochAt(revision)) {
      matched = Math.max(matched, revision);
    }
    noteMissing(nowNanos);
    return outputs;
  }

  /**
   * Whether the master has another entry than this log at {@code position}. Its own may be lost on
   * the way, and then nothing else shows that the tail here is another.
   */
  private boolean replaced(Token position) {
    return log.knowsEpochAt(position.revision())
        && log.epochAt(position.revision()) != position.epoch();
  }

  public List<Output> onTrigger(Trigger trigger, long nowNanos) {
    var outputs = new ArrayList<Output>();
    long revision = trigger.token().revision();
    if (replaced(trigger.token())) {
      cut(revision, new ArrayList<>(), outputs);
    }
    highest = Math.max(highest, revision);
    if (revision <= log.last().revision() || ahead.containsKey(revision)) {
      metrics.increment(Metric.ENTRIES_DUPLICATE);
      matched = revision <= log.last().revision() ? Math.max(matched, revision) : matched;
      return outputs;
    }
    hasten(revision, nowNanos);
    if (oversize.size() < LanFrame.REQUESTED_MAX) {
      oversize.put(revision, trigger);
    } // else it is asked for like any other, and announced again
    noteMissing(nowNanos);
    return outputs;
  }

  /** A trigger that answers a request: what was asked for can be fetched at once. */
  private void hasten(long revision, long nowNanos) {
    Stub stub = stubs.get(revision);
    if (stub != null && !stub.fetched) {
      stub.dueNanos = nowNanos;
      askAtNanos = Math.min(askAtNanos, nowNanos);
    }
  }

  /** The master cannot send these now. */
  public void onCannot(List<Range> ranges, long nowNanos) {
    for (Range range : ranges) {
      stubs
          .subMap(range.first(), true, range.last(), true)
          .values()
          .forEach(stub -> stub.dueNanos = nowNanos + AFTER_CANNOT_NANOS);
    }
    noteMissing(nowNanos);
  }

  /** The master no longer holds anything below {@code lowWater}. */
  public List<Output> onGone(long lowWater) {
    long last = log.last().revision();
    while (!stubs.isEmpty() && stubs.firstKey() < Math.min(lowWater, last + 1)) {
      arrived(stubs.firstKey()); // to be compared, and there is nothing to compare them with
    }
    EncodedEntry next = ahead.get(last + 1);
    boolean differs = next != null && next.entry().prevEpoch() != log.last().epoch();
    if (copying || last + 1 > lowWater || last + 1 == lowWater && !differs) {
      return List.of();
    }
    copying = true;
    return List.of(new Output.NeedCopy());
  }

  /** What this node keeps of the map is damaged: take a copy, though the log lacks nothing. */
  public List<Output> onDamaged() {
    if (copying) {
      return List.of();
    }
    copying = true;
    return List.of(new Output.NeedCopy());
  }

  /**
   * The copy could not be had: on with what came meanwhile, and in a while this node asks for what
   * is missing, to be told again that it is gone.
   */
  public List<Output> onCopyFailed(long nowNanos) {
    copying = false;
    var outputs = new ArrayList<Output>();
    var appended = new ArrayList<EncodedEntry>();
    drain(appended);
    flush(appended, outputs);
    noteMissing(nowNanos);
    askAtNanos = stubs.isEmpty() ? askAtNanos : nowNanos + AFTER_CANNOT_NANOS;
    return outputs;
  }

  /** The copy is in place, and the owner has reset the log to its position, which is final. */
  public List<Output> onCopied(long nowNanos) {
    copying = false;
    long revision = log.last().revision();
    commit = Math.max(commit, revision);
    matched = revision;
    highest = Math.max(highest, revision);
    stubbedTo = revision; // what only memory held behind it is missing now
    oversize.headMap(revision, true).clear();
    var outputs = new ArrayList<Output>();
    var appended = new ArrayList<EncodedEntry>();
    drain(appended);
    flush(appended, outputs);
    noteMissing(nowNanos);
    return outputs;
  }

  /** Whether too much waits for the disk: then nothing is appended or asked for. */
  public List<Output> onBacklog(boolean tooMuch, long nowNanos) {
    if (backlogged == tooMuch) {
      return List.of();
    }
    backlogged = tooMuch;
    var outputs = new ArrayList<Output>();
    var appended = new ArrayList<EncodedEntry>();
    drain(appended);
    flush(appended, outputs);
    noteMissing(nowNanos);
    return outputs;
  }

  private boolean isHeldBack() {
    return copying || backlogged;
  }

  public List<Output> onTimer(long nowNanos) {
    if (nowNanos < nextTimerNanos()) {
      return List.of();
    }
    var outputs = new ArrayList<Output>();
    var wanted = new ArrayList<Range>();
    int budget = LanFrame.REQUESTED_MAX;
    askAtNanos = NEVER;
    for (Map.Entry<Long, Stub> entry : stubs.entrySet()) {
      Stub stub = entry.getValue();
      boolean mayAsk = stub.asked || outstanding < LanFrame.REQUESTED_MAX;
      if (stub.dueNanos <= nowNanos && mayAsk && budget > 0) {
        // Fetched once for each trigger: where it has left the master's log, a request will tell.
        stub.fetched = oversize.remove(entry.getKey()) != null;
        if (stub.fetched) {
          outputs.add(new Output.Fetch(new Range(entry.getKey(), 1)));
        } else if (!addTo(wanted, entry.getKey())) {
          askAtNanos = nowNanos; // too many ranges for one request: the rest in the next
          break;
        }
        budget--;
        outstanding += stub.asked ? 0 : 1;
        stub.asked = true;
        stub.dueNanos = nowNanos + (stub.fetched ? FETCH_AGAIN_NANOS : ASK_AGAIN_NANOS);
      }
      if (mayAsk) {
        askAtNanos = Math.min(askAtNanos, stub.dueNanos);
      }
    }
    if (!wanted.isEmpty()) {
      metrics.increment(Metric.RETRANSMIT_REQUESTS_SENT);
      outputs.add(new Output.Ask(new RetransmitRequest(wanted)));
    }
    return outputs;
  }

  /**
   * Lets {@code revision} extend the last range or begin another; false when there are too many.
   */
  private static boolean addTo(List<Range> ranges, long revision) {
    int size = ranges.size();
    if (size > 0 && ranges.get(size - 1).last() + 1 == revision) {
      Range range = ranges.get(size - 1);
      ranges.set(size - 1, new Range(range.first(), range.count() + 1));
      return true;
    }
    return size < LanFrame.RANGES_MAX && ranges.add(new Range(revision, 1));
  }

  private void take(EncodedEntry entry, List<EncodedEntry> appended, List<Output> outputs) {
    long revision = entry.revision();
    highest = Math.max(highest, revision);
    arrived(revision);
    if (revision <= log.last().revision()) {
      if (revision <= commit || isSame(entry)) {
        metrics.increment(Metric.ENTRIES_DUPLICATE);
        matched = Math.max(matched, Math.min(revision, log.last().revision()));
        return;
      }
      cut(revision, appended, outputs);
    }
    if (revision == log.last().revision() + 1) {
      follow(entry, appended);
    } else {
      hold(entry);
    }
  }

  private boolean isSame(EncodedEntry entry) {
    return log.epochAt(entry.revision()) == entry.entry().epoch();
  }

  /** The next entry: it fits, or it shows that what stands before it is not the master's. */
  private boolean follow(EncodedEntry entry, List<EncodedEntry> appended) {
    if (!isHeldBack() && entry.entry().prevEpoch() == log.last().epoch()) {
      log.append(entry);
      appended.add(entry);
      matched = Math.max(matched, entry.revision());
      return true;
    }
    hold(entry);
    isDoubtful |= !isHeldBack();
    return false;
  }

  /**
   * The last entry is not the master's, and perhaps others before it are not: asks for the newest
   * part of its epoch, to compare. Nothing is cut before the master's own entry has come in its
   * place: entries that agree may be committed, and this disk one of those that hold them.
   */
  private void compare(long nowNanos) {
    long last = log.last().revision();
    if (last <= commit) {
      throw new IllegalStateException(
          "the master's order differs at " + last + ", which is committed (" + commit + ")");
    }
    long first = Math.max(startOfEpoch(last), last - LanFrame.REQUESTED_MAX + 1);
    for (long revision = first; revision <= last; revision++) {
      stubs.putIfAbsent(revision, new Stub(nowNanos));
    }
    askAtNanos = Math.min(askAtNanos, nowNanos);
  }

  /** First revision after the commit that has the same epoch as that at {@code revision}. */
  private long startOfEpoch(long revision) {
    long epoch = log.epochAt(revision);
    long start = revision;
    while (start - 1 > commit && log.holds(start - 1) && log.epochAt(start - 1) == epoch) {
      start--;
    }
    return start;
  }

  private void cut(long revision, List<EncodedEntry> appended, List<Output> outputs) {
    if (revision <= commit) {
      throw new IllegalStateException(
          "the master's order differs at " + revision + ", which is committed (" + commit + ")");
    }
    flush(appended, outputs);
    metrics.add(Metric.ENTRIES_CUT, log.last().revision() - revision + 1);
    log.cutFrom(revision);
    stubbedTo = revision - 1; // what was cut is missing now
    outputs.add(new Output.Cut(revision));
  }

  private void hold(EncodedEntry entry) {
    if (entry.revision() - log.last().revision() > AHEAD_ENTRIES_MAX
        || aheadBytes + entry.sizeBytes() > AHEAD_BYTES_MAX) {
      metrics.increment(Metric.ENTRIES_BEYOND_WINDOW);
      stubbedTo = Math.min(stubbedTo, entry.revision() - 1); // still missing
      return;
    }
    EncodedEntry before = ahead.put(entry.revision(), entry);
    if (before != null) {
      metrics.increment(Metric.ENTRIES_DUPLICATE);
      aheadBytes -= before.sizeBytes();
    }
    aheadBytes += entry.sizeBytes();
  }

  private void drain(List<EncodedEntry> appended) {
    boolean follows = true;
    while (follows
        && !isHeldBack()
        && !ahead.isEmpty()
        && ahead.firstKey() <= log.last().revision() + 1) {
      EncodedEntry entry = ahead.pollFirstEntry().getValue();
      aheadBytes -= entry.sizeBytes();
      follows = entry.revision() <= log.last().revision() || follow(entry, appended);
    }
  }

  private static void flush(List<EncodedEntry> appended, List<Output> outputs) {
    if (!appended.isEmpty()) {
      outputs.add(new Output.Append(appended));
      appended.clear();
    }
  }

  private void arrived(long revision) {
    oversize.remove(revision);
    Stub stub = stubs.remove(revision);
    if (stub != null && stub.asked) {
      outstanding--;
    }
  }

  /**
   * Puts a stub for every revision newly known to be missing, and sees to it that it is asked for.
   */
  private void noteMissing(long nowNanos) {
    while (!stubs.isEmpty() && stubs.firstKey() <= matched) {
      arrived(stubs.firstKey());
    }
    if (isDoubtful) {
      isDoubtful = false;
      compare(nowNanos);
    }
    long last = log.last().revision();
    stubbedTo = Math.max(stubbedTo, last);
    if (stubs.isEmpty() && stubbedTo >= highest) {
      askAtNanos = NEVER;
      return;
    }
    long delay = ASK_DELAY_MIN_NANOS + random.nextLong(ASK_DELAY_SPREAD_NANOS);
    long end = Math.min(highest, last + AHEAD_ENTRIES_MAX); // what lies beyond could not be held
    while (stubbedTo < end && stubs.size() < STUBS_MAX) {
      stubbedTo++;
      if (!ahead.containsKey(stubbedTo)) {
        stubs.putIfAbsent(stubbedTo, new Stub(nowNanos + delay));
        askAtNanos = Math.min(askAtNanos, nowNanos + delay);
      }
    }
    if (outstanding < LanFrame.REQUESTED_MAX / 2 && outstanding < stubs.size()) {
      askAtNanos = Math.min(askAtNanos, nowNanos + delay); // those that had to wait their turn
    }
  }
}
