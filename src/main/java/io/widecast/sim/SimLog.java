package io.widecast.sim;

import io.widecast.bus.HardState;
import io.widecast.bus.LogSlice;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Filter;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What a node's disk holds: term and vote, the log above a position, the commit it was told of, and
 * a checkpoint of the map. A write is taken whole, or, when the power goes while it is under way,
 * up to a point: its parts in their order, its entries one by one.
 *
 * <p>Where a {@link SimStore} runs beside it, that decides what a crash leaves, and {@link #adopt}
 * checks that it is what was durable, perhaps with a part of what was under way.
 */
final class SimLog {

  private final boolean sparse; // an edge's: holes are normal
  private final TreeMap<Long, EncodedEntry> entries = new TreeMap<>();
  private HardState hardState = HardState.INITIAL;
  private Token before = Token.NONE; // position before the oldest entry held
  private Token commit = Token.NONE;
  private long keepFrom = 1;
  private LogWrite underWay; // when the power went; null for nothing
  private SimMap checkpoint = new SimMap();
  private final TreeMap<Long, RecentRequest> requests = new TreeMap<>(); // of entries gone

  SimLog(boolean sparse) {
    this.sparse = sparse;
  }

  /** The whole write is durable. */
  void write(LogWrite write) {
    take(write, write.entries().size(), true);
  }

  /** The power went while {@code write} was under way: some first part of it is durable. */
  void tear(LogWrite write, SplittableRandom random) {
    if (random.nextBoolean()) {
      take(write, random.nextInt(write.entries().size() + 1), false);
    }
  }

  /** The power went while {@code write} was under way; what is left of it shows at the start. */
  void mayHold(LogWrite write) {
    underWay = write;
  }

  /** A store has found {@code found} and {@code map}: that is what the disk holds. */
  void adopt(Recovery found, SimMap map) {
    LogWrite torn = underWay;
    underWay = null;
    boolean vote =
        found.hardState().equals(hardState)
            || torn != null && torn.hardState().equals(Optional.of(found.hardState()));
    if (!vote) {
      throw new Violation("store", "finds " + found.hardState() + " and not " + hardState);
    }
    if (map.at().compareTo(commit) < 0 || !map.at().equals(found.applied())) {
      throw new Violation("store", "finds a map at " + map.at() + " and not " + commit);
    }
    var there = new TreeMap<Long, EncodedEntry>();
    found.log().forEach(entry -> there.put(entry.revision(), entry));
    long cutFrom = torn == null || torn.cutFrom() == 0 ? Long.MAX_VALUE : torn.cutFrom();
    for (EncodedEntry entry : entries.tailMap(found.applied().revision(), false).values()) {
      EncodedEntry other = there.get(entry.revision());
      if (entry.revision() < cutFrom && (other == null || !other.bytes().equals(entry.bytes()))) {
        throw new Violation("store", "lost " + entry.entry().token() + ", which was durable");
      }
    }
    checkRequests(found);
    hardState = found.hardState();
    commit = map.at();
    checkpoint = map;
    requests.clear();
    found.requests().forEach(request -> requests.put(request.token().revision(), request));
    entries.clear();
    entries.putAll(there);
    before =
        there.isEmpty()
            ? found.logEnd()
            : new Token(there.firstEntry().getValue().entry().prevEpoch(), there.firstKey() - 1);
  }

  /** Who asked for what is final must be known as long as that. */
  private void checkRequests(Recovery found) {
    var known = new TreeMap<Long, RecentRequest>();
    found.requests().forEach(request -> known.put(request.token().revision(), request));
    found
        .log()
        .forEach(
            entry ->
                RecentRequest.of(entry.entry())
                    .ifPresent(request -> known.put(entry.revision(), request)));
    var expected = new TreeMap<>(requests);
    entries
        .headMap(commit.revision(), true)
        .values()
        .forEach(
            entry ->
                RecentRequest.of(entry.entry())
                    .ifPresent(request -> expected.put(entry.revision(), request)));
    if (!sparse && !known.entrySet().containsAll(expected.entrySet())) {
      expected.entrySet().removeAll(known.entrySet());
      throw new Violation("store", "forgot who asked for " + expected.values());
    }
  }

  private void take(LogWrite write, int count, boolean whole) {
    write.hardState().ifPresent(this::remember);
    if (write.cutFrom() > 0) {
      cut(write.cutFrom());
    }
    write.entries().subList(0, count).forEach(this::append);
    if (whole && write.commit().compareTo(commit) > 0) {
      commit = write.commit();
    }
    keepFrom = Math.max(keepFrom, write.keepFrom());
  }

  private void remember(HardState state) {
    boolean back = state.term() < hardState.term();
    boolean secondVote =
        state.term() == hardState.term()
            && hardState.votedFor() != -1
            && state.votedFor() != hardState.votedFor();
    boolean newAgain = state.newcomer() && !hardState.newcomer();
    if (back || secondVote || newAgain) {
      throw new Violation("one vote a term", state + " is written over " + hardState);
    }
    hardState = state;
  }

  private void cut(long revision) {
    if (revision <= commit.revision()) {
      throw new Violation("commit never cut", "cut from " + revision + ", commit " + commit);
    }
    entries.tailMap(revision).clear();
  }

  private void append(EncodedEntry entry) {
    Token end = end();
    boolean follows =
        sparse
            ? entry.revision() > end.revision()
            : entry.revision() == end.revision() + 1 && entry.entry().prevEpoch() == end.epoch();
    if (!follows) {
      throw new Violation(
          "log order",
          entry.entry().token() + " after " + entry.entry().prevEpoch() + " is written at " + end);
    }
    entries.put(entry.revision(), entry);
    commit = sparse ? entry.entry().token() : commit; // what an edge logs is final
  }

  /**
   * A copy of the map stands for the log now.
   *
   * @param named the requests that came with it
   */
  void reset(SimMap copy, List<RecentRequest> named) {
    requests.clear();
    named.forEach(request -> requests.put(request.token().revision(), request));
    checkpoint = copy;
    before = copy.at();
    commit = copy.at();
    entries.clear();
  }

  /** Writes the map as far as it is final, and forgets what that covers and nobody else needs. */
  void checkpoint(long bytesKept) {
    checkpoint = mapAtCommit();
    long bytes = entries.values().stream().mapToLong(EncodedEntry::sizeBytes).sum();
    while (!entries.isEmpty() && bytes > bytesKept) {
      EncodedEntry oldest = entries.firstEntry().getValue();
      if (oldest.revision() > commit.revision() || oldest.revision() >= keepFrom && !sparse) {
        break;
      }
      entries.pollFirstEntry();
      RecentRequest.of(oldest.entry())
          .ifPresent(request -> requests.put(request.token().revision(), request));
      before = oldest.entry().token();
      bytes -= oldest.sizeBytes();
    }
  }

  /** The map that everything final leads to. */
  SimMap mapAtCommit() {
    var map = new SimMap(checkpoint, Filter.ALL);
    entries
        .subMap(map.at().revision(), false, commit.revision(), true)
        .values()
        .forEach(entry -> map.apply(entry.entry()));
    map.moveTo(commit);
    return map;
  }

  /**
   * @param olderMax how many entries below the map's position come along at most
   */
  Recovery recover(int olderMax) {
    var log = new ArrayList<EncodedEntry>(entries.tailMap(commit.revision(), false).values());
    for (EncodedEntry older : entries.headMap(commit.revision(), true).descendingMap().values()) {
      if (log.size() > olderMax) {
        break;
      }
      log.add(0, older);
    }
    long first = log.isEmpty() ? end().revision() + 1 : log.get(0).revision();
    var older = new TreeMap<>(requests);
    entries
        .headMap(first)
        .values()
        .forEach(
            entry ->
                RecentRequest.of(entry.entry())
                    .ifPresent(request -> older.put(entry.revision(), request)));
    return new Recovery(hardState, commit, end(), log, List.copyOf(older.values()), false);
  }

  /** Entries above {@code after}, no further than {@code applied}. */
  LogSlice read(long after, long applied, int bytesMax) {
    if (after < before.revision()) {
      return new LogSlice(false, List.of());
    }
    var found = new ArrayList<EncodedEntry>();
    long bytes = 0;
    for (EncodedEntry entry :
        entries.subMap(after, false, Math.max(after, applied), true).values()) {
      if (!found.isEmpty() && bytes + entry.sizeBytes() > bytesMax) {
        break;
      }
      found.add(entry);
      bytes += entry.sizeBytes();
    }
    return new LogSlice(true, found);
  }

  /** Position of the last entry, or of the watermark that an edge has reached. */
  Token end() {
    Token last = entries.isEmpty() ? before : entries.lastEntry().getValue().entry().token();
    return sparse && commit.compareTo(last) > 0 ? commit : last;
  }

  /** Whether the node that writes it is no member yet. */
  boolean isNewcomers() {
    return hardState.newcomer();
  }

  Token commit() {
    return commit;
  }

  /** Whether the entry at {@code position}, or a copy that contains it, is on this disk. */
  boolean holds(Token position) {
    if (position.revision() <= before.revision()) {
      return true;
    }
    EncodedEntry entry = entries.get(position.revision());
    return entry != null && entry.entry().epoch() == position.epoch();
  }

  Optional<EncodedEntry> at(long revision) {
    return Optional.ofNullable(entries.get(revision));
  }
}
