package io.widecast.sim;

import io.widecast.bus.Committed;
import io.widecast.bus.EdgeReport;
import io.widecast.model.AckLevel;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.replication.order.Master;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Knows what nobody inside knows: everything. Sees each step of each node and throws a {@link
 * Violation} at the first that breaks a promise of systems.md S1 or of contract.md.
 */
final class Checker {

  /** A master that hears nothing of an edge for longer need not take it for connected. */
  private static final long CONNECTED_NANOS = 900_000_000L;

  private final Simulation sim;
  private final boolean troubles;
  private final List<SimCore> cores;
  private final List<SimEdge> edges;
  private final List<EncodedEntry> history = new ArrayList<>(); // committed; revision r at r - 1
  private final Map<Key, TreeMap<Long, Optional<Versioned>>> versions = new HashMap<>();
  private final Map<SimCore, Token> positions = new HashMap<>(); // never iterated, as all here
  private final Map<SimCore, SimLog> lost = new HashMap<>(); // with a disk, no member since
  private final Map<SimCore, Token> shown = new HashMap<>();
  private final Map<SimEdge, Token> edgePositions = new HashMap<>();
  private final Map<Long, SimCore> masters = new HashMap<>(); // by term
  private final Map<SimCore, BufferWatch> watches = new HashMap<>();
  private final Map<RequestId, PublishRequest> requests = new HashMap<>();
  private final Map<RequestId, Token> promised = new HashMap<>(); // durable or more
  private final Set<RequestId> refused = new HashSet<>(); // nothing was written, we said
  private final TreeMap<Token, RequestId> promises = new TreeMap<>();
  private final Map<NodeId, Long> reportedNanos = new HashMap<>(); // when the master last heard

  Checker(Simulation sim, boolean troubles, List<SimCore> cores, List<SimEdge> edges) {
    this.sim = sim;
    this.troubles = troubles;
    this.cores = cores;
    this.edges = edges;
  }

  /** How many entries are committed. */
  long committed() {
    return history.size();
  }

  // ---- core nodes

  void onCoreStarted(SimCore core, SimMap map) {
    positions.put(core, map.at());
    checkInHistory(core, map.at());
    checkMap("I1.8", core, map, Filter.ALL);
    checkRequests(core);
  }

  private boolean hasOrHad(SimCore core, Token token) {
    SimLog before = lost.get(core);
    return core.disk().log().holds(token) || before != null && before.holds(token);
  }

  /** Whether a disk may be lost now: at most one at a time, until its node is a member again. */
  boolean mayLoseDisk() {
    return cores.size() > 1 && cores.stream().noneMatch(Checker::isNewcomer);
  }

  private static boolean isNewcomer(SimCore core) {
    return core.isUp() ? core.core().unheardBeforeVoting().isPresent() : core.disk().isNewcomers();
  }

  void onDiskLost(SimCore core) {
    lost.put(core, core.disk().log());
    positions.put(core, Token.NONE);
  }

  void onCoreStopped(SimCore core) {
    watches.remove(core);
  }

  void onMaster(SimCore core, long term) {
    SimCore other = masters.putIfAbsent(term, core);
    if (other != null && other != core) {
      throw new Violation("election", other + " and " + core + " are masters of term " + term);
    }
    checkRequests(core);
  }

  /** I1.3, and I1.8 for each entry that is new. */
  void onCoreCommit(SimCore core, Committed committed) {
    Token position = positions.get(core);
    for (EncodedEntry encoded : committed.entries()) {
      Entry entry = encoded.entry();
      if (entry.revision() != position.revision() + 1 || entry.prevEpoch() != position.epoch()) {
        throw new Violation("I1.3", core + " commits " + entry.token() + " at " + position);
      }
      if (entry.revision() <= history.size()) {
        checkSame(core, encoded);
      } else {
        checkMajority(entry.token(), core);
        history.add(encoded);
        note(entry);
      }
      position = entry.token();
    }
    if (!committed.upTo().equals(position)) {
      throw new Violation("I1.3", core + " is at " + committed.upTo() + " after " + position);
    }
    positions.put(core, position);
    sim.fold(position.revision() * 64 + core.slot());
  }

  private void note(Entry entry) {
    for (Pair pair : entry.pairs()) {
      Optional<Versioned> held =
          pair instanceof Pair.Put put
              ? Optional.of(Versioned.of(put, entry.token()))
              : Optional.empty();
      versions.computeIfAbsent(pair.key(), key -> new TreeMap<>()).put(entry.revision(), held);
    }
  }

  private void checkSame(SimCore core, EncodedEntry entry) {
    EncodedEntry known = history.get((int) entry.revision() - 1);
    if (!known.bytes().equals(entry.bytes())) {
      throw new Violation(
          "I1.3",
          core
              + " commits "
              + entry.entry().token()
              + " where others have "
              + known.entry().token());
    }
  }

  /** A lost disk is forgiven: it counts as if it had what it may have had, a minority's at most. */
  private void checkMajority(Token token, Object who) {
    long holders = cores.stream().filter(core -> hasOrHad(core, token)).count();
    if (holders * 2 <= cores.size()) {
      throw new Violation(
          "I1.8", token + " counts as committed at " + who + " and is on " + holders + " disks");
    }
  }

  void onCoreCopied(SimCore core, Token position, SimMap map) {
    checkInHistory(core, position);
    if (position.compareTo(positions.get(core)) < 0) {
      throw new Violation("I1.3", core + " went back by a copy to " + position);
    }
    checkMap("I1.4", core, map, Filter.ALL);
    positions.put(core, position);
    checkRequests(core);
  }

  /**
   * Who may order knows who asked for what, for as long as a retry may come: no run lasts ten
   * minutes, so of everything that was ever committed and that it holds.
   */
  private void checkRequests(SimCore core) {
    Token at = positions.get(core);
    List<RecentRequest> expected =
        history.subList(0, (int) at.revision()).stream()
            .flatMap(entry -> RecentRequest.of(entry.entry()).stream())
            .toList();
    if (!core.core().requestsUpTo(at).equals(Optional.of(expected))) {
      throw new Violation("once", core + " at " + at + " does not know who asked for what");
    }
  }

  /** Readers of {@code core} see {@code token} from now on. */
  void onShown(SimCore core, Token token) {
    Token before = shown.getOrDefault(core, Token.NONE);
    if (token.compareTo(before) < 0) {
      throw new Violation("token", core + " showed " + before + " and now shows " + token);
    }
    shown.put(core, token);
  }

  void onTurn(SimCore core) {
    if (!isNewcomer(core)) {
      lost.remove(core);
    }
    if (!history.isEmpty()) {
      checkMajority(history.get(history.size() - 1).entry().token(), "all times");
    }
    Optional<Master> master = core.core().master();
    if (master.isEmpty()) {
      watches.remove(core);
      return;
    }
    BufferWatch watch = watches.get(core);
    if (watch == null || !watch.isOf(master.get())) {
      watch = new BufferWatch(core, master.get(), cores, edges, lost);
      watches.put(core, watch);
    }
    watch.onTurn();
  }

  // ---- edge nodes

  void onEdgeStarted(SimEdge edge, SimMap map) {
    onEdgeMoved(edge, map.at());
    checkMap("I1.4", edge, map, edge.filter());
  }

  /** I1.5: what arrives over the WAN is committed, and the filter accepts all of it. */
  void onEdgeReceived(SimEdge edge, List<EncodedEntry> entries) {
    for (EncodedEntry entry : entries) {
      boolean rejected =
          entry.entry().pairs().isEmpty()
              || entry.entry().pairs().stream()
                  .anyMatch(pair -> !edge.filter().accepts(pair.key()));
      if (rejected) {
        throw new Violation("I1.5", entry.entry().token() + " crosses the WAN to " + edge);
      }
      checkInHistory(edge, entry.entry().token());
    }
  }

  /** An edge gets each entry that its filter accepts, once, in order. */
  void onEdgeCommit(SimEdge edge, Committed committed) {
    Token from = edgePositions.get(edge);
    onEdgeMoved(edge, committed.upTo());
    int next = 0;
    for (long r = from.revision() + 1; r <= committed.upTo().revision(); r++) {
      Optional<Entry> expected = edge.filter().narrow(history.get((int) r - 1).entry());
      if (expected.isPresent()) {
        boolean found =
            next < committed.entries().size()
                && committed.entries().get(next).entry().equals(expected.get());
        if (!found) {
          throw new Violation("edge order", edge + " lacks " + expected.get().token());
        }
        next++;
      }
    }
    if (next != committed.entries().size()) {
      throw new Violation(
          "edge order", edge + " commits " + committed.entries().get(next).entry().token());
    }
  }

  void onEdgeCopied(SimEdge edge, SimMap map) {
    onEdgeMoved(edge, map.at());
    checkMap("I1.4", edge, map, edge.filter());
  }

  private void onEdgeMoved(SimEdge edge, Token to) {
    Token from = edgePositions.getOrDefault(edge, Token.NONE);
    if (to.compareTo(from) < 0) {
      throw new Violation("token", edge + " went back from " + from + " to " + to);
    }
    checkInHistory(edge, to);
    edgePositions.put(edge, to);
    sim.fold(to.revision() * 64 + edge.number());
  }

  // ---- readers

  /** The last entry that any node knows to be committed: what a read that comes now must see. */
  Token lastCommitted() {
    return history.isEmpty() ? Token.NONE : history.get(history.size() - 1).entry().token();
  }

  /**
   * A read at the master is answered, from a copy at {@code at}: it shows everything that anybody
   * knew to be committed when the read came, so each answered write and each earlier read.
   */
  void onRead(SimHost host, Key key, Token floor, Token at, Optional<Versioned> found) {
    checkInHistory(host, at);
    if (at.compareTo(floor) < 0) {
      throw new Violation("linearizable", host + " reads at " + at + " what came after " + floor);
    }
    var then = versions.getOrDefault(key, new TreeMap<>()).floorEntry(at.revision());
    if (!found.equals(then == null ? Optional.empty() : then.getValue())) {
      throw new Violation("linearizable", host + " reads " + key + " wrongly at " + at);
    }
    sim.fold(at.revision() * 64 + host.number());
  }

  // ---- publishers

  void onAsked(List<PublishRequest> asked) {
    asked.forEach(request -> requests.put(request.requestId().orElseThrow(), request));
  }

  /** The master answers: what it promises must hold now. */
  void onAnswer(SimCore core, PublishRequest request, PublishOutcome outcome) {
    if (!(outcome instanceof PublishOutcome.Written written)
        || request.ack() == AckLevel.MEMORY
        || core.core().master().isEmpty()) {
      return;
    }
    checkMajority(written.token(), core);
    BufferWatch watch = watches.get(core);
    if (request.ack() == AckLevel.DURABLE || watch == null) {
      return;
    }
    for (SimCore other : cores) {
      if (!watch.everStale().contains(other.slot()) && !hasOrHad(other, written.token())) {
        throw new Violation("ack=all", written.token() + " is answered and " + other + " lacks it");
      }
    }
    if (request.ack() == AckLevel.EDGE && !troubles) {
      checkEdges(core, written.token(), request, watch);
    }
  }

  private void checkEdges(SimCore core, Token token, PublishRequest request, BufferWatch watch) {
    Master master = core.core().master().orElseThrow();
    for (SimEdge edge : edges) {
      boolean wants =
          request.drafts().stream().anyMatch(draft -> edge.filter().accepts(draft.key()));
      boolean level =
          master.edges().stream()
              .anyMatch(
                  standing -> standing.edge().id().equals(edge.id()) && standing.edge().level());
      boolean waited =
          master.slotOf(edge.id()).isPresent()
              && !watch.everStale().contains(master.slotOf(edge.id()).getAsInt());
      boolean connected =
          sim.nowNanos() - reportedNanos.getOrDefault(edge.id(), 0L) < CONNECTED_NANOS;
      if (wants
          && level
          && waited
          && connected
          && edge.disk().log().commit().compareTo(token) < 0) {
        throw new Violation("ack=edge", token + " is answered and " + edge + " lacks it");
      }
    }
  }

  /** A master hears of edge streams. */
  void onReport(EdgeReport report) {
    report.edges().forEach(edge -> reportedNanos.put(edge.id(), sim.nowNanos()));
  }

  /** A publisher hears {@code outcome}. */
  void onOutcome(PublishRequest request, PublishOutcome outcome) {
    RequestId id = request.requestId().orElseThrow();
    if (outcome instanceof PublishOutcome.Written written) {
      if (request.ack() != AckLevel.MEMORY) {
        promise(id, written.token());
      }
      return;
    }
    var no = (PublishOutcome.Refused) outcome;
    if (no.code() == ErrorCode.ACK_TIMEOUT && !"memory".equals(no.extras().get("reached"))) {
      promise(id, Token.parse((String) no.extras().get("token")));
    } else if (no.code() == ErrorCode.PRECONDITION_FAILED && !request.compares().isEmpty()) {
      refused.add(id);
    } else if (!no.code().retryable()) {
      throw new Violation("answer", "a lawful publish is refused: " + no);
    }
  }

  private void promise(RequestId id, Token token) {
    Token before = promised.put(id, token);
    if (before != null && !before.equals(token)) {
      throw new Violation("once", id + " was written at " + before + " and at " + token);
    }
    promises.put(token, id);
    checkPromise(token, id);
  }

  private void checkPromise(Token token, RequestId id) {
    checkInHistory("a publisher", token);
    Entry entry = history.get((int) token.revision() - 1).entry();
    if (!entry.requestId().equals(Optional.of(id))) {
      throw new Violation("I1.8", "another publish than promised is at " + token);
    }
  }

  // ---- at the end

  /** Replays everything that was committed: each publish once, as it was asked for. */
  void checkHistory() {
    var map = new SimMap();
    var seen = new HashSet<RequestId>();
    for (EncodedEntry encoded : history) {
      Entry entry = encoded.entry();
      if (entry.requestId().isPresent()) {
        RequestId id = entry.requestId().get();
        if (!seen.add(id)) {
          throw new Violation("once", id + " was written again at " + entry.token());
        }
        if (refused.contains(id)) {
          throw new Violation("answer", id + " was refused, and written at " + entry.token());
        }
        checkEntry(map, entry, requests.get(id));
      }
      map.apply(entry);
    }
    promises.forEach(this::checkPromise);
  }

  private static void checkEntry(SimMap map, Entry entry, PublishRequest request) {
    for (Compare compare : request.compares()) {
      if (!holds(compare, map.find(compare.key()))) {
        throw new Violation("compare-and-set", compare + " did not hold at " + entry.token());
      }
    }
    if (entry.pairs().size() != request.drafts().size()) {
      throw new Violation("atomicity", entry.token() + " is a part of its publish");
    }
    for (int i = 0; i < entry.pairs().size(); i++) {
      checkPair(map, entry, entry.pairs().get(i), request.drafts().get(i));
    }
  }

  private static void checkPair(SimMap map, Entry entry, Pair pair, Draft draft) {
    Optional<Versioned> before = map.find(pair.key());
    boolean right;
    if (draft instanceof Draft.Put wanted) {
      right =
          pair instanceof Pair.Put put
              && put.key().equals(wanted.key())
              && put.value().equals(wanted.value())
              && put.version() == before.map(Versioned::version).orElse(0L) + 1
              && put.createRevision()
                  == before.map(Versioned::createRevision).orElse(entry.revision());
    } else {
      right = pair instanceof Pair.Delete && pair.key().equals(draft.key());
    }
    if (!right) {
      throw new Violation(
          "versions", pair.key() + " at " + entry.token() + ", before it " + before + ": " + pair);
    }
  }

  private static boolean holds(Compare compare, Optional<Versioned> found) {
    if (compare instanceof Compare.Absent) {
      return found.isEmpty();
    } else if (compare instanceof Compare.Present) {
      return found.isPresent();
    } else if (compare instanceof Compare.AtRevision at) {
      return found.map(Versioned::revision).orElse(0L) == at.revision();
    } else if (compare instanceof Compare.AtToken at) {
      return found.map(Versioned::token).equals(Optional.of(at.token()));
    }
    throw new AssertionError(compare);
  }

  /** I1.4: everybody level, all copies equal to what the history leads to. */
  void checkLevel() {
    for (SimCore core : cores) {
      checkMap("I1.4", core, core.map(), Filter.ALL);
    }
    for (SimEdge edge : edges) {
      checkMap("I1.4", edge, edge.map(), edge.filter());
    }
  }

  // ---- the truth

  private void checkInHistory(Object who, Token token) {
    if (token.revision() == 0) {
      return;
    }
    boolean there =
        token.revision() <= history.size()
            && history.get((int) token.revision() - 1).entry().token().equals(token);
    if (!there) {
      throw new Violation("I1.8", who + " is at " + token + ", which is not committed");
    }
  }

  private void checkMap(String promise, Object who, SimMap map, Filter filter) {
    var truth = new SimMap();
    history.subList(0, (int) map.at().revision()).forEach(entry -> truth.apply(entry.entry()));
    var expected = new SimMap(truth, filter);
    if (!expected.sameRows(map)) {
      throw new Violation(
          promise, who + " differs at " + map.at() + ", " + map.difference(expected));
    }
  }
}
