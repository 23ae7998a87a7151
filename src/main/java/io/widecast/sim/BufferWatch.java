package io.widecast.sim;

import io.widecast.model.ClusterView.State;
import io.widecast.model.EncodedEntry;
import io.widecast.replication.order.EdgeStanding;
import io.widecast.replication.order.Master;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks over one master's shoulder for its term: who each entry is kept for when it comes in, and
 * why somebody is no longer waited for (I1.1, I1.2); how much is kept (I1.6).
 */
final class BufferWatch {

  private static final long SLACK_BYTES = 64; // the empty entry of a new term is never refused

  private final Master master;
  private final SimCore core;
  private final List<SimCore> cores;
  private final List<SimEdge> edges;
  private final Map<SimCore, SimLog> lost;
  private final TreeMap<Long, Set<Integer>> kept = new TreeMap<>(); // revision -> who lacks it
  private final Set<Integer> staleBefore = new TreeSet<>(); // slots, at the end of the last turn
  private final Set<Integer> everStale = new HashSet<>();
  private Set<Integer> knownBefore = Set.of(); // edges' slots
  private long next; // lowest revision not looked at yet
  private long staleCount;

  /**
   * @param lost logs that went with their disks, of nodes that are no members yet
   */
  BufferWatch(
      SimCore core,
      Master master,
      List<SimCore> cores,
      List<SimEdge> edges,
      Map<SimCore, SimLog> lost) {
    this.lost = lost;
    this.core = core;
    this.master = master;
    this.cores = cores;
    this.edges = edges;
    this.next = master.lowWater();
  }

  boolean isOf(Master other) {
    return master == other;
  }

  /** Slots that were given up at some time of this term. */
  Set<Integer> everStale() {
    return everStale;
  }

  void onTurn() {
    if (master.bufferBytes() > core.bufferBytesMax() + SLACK_BYTES) {
      throw new Violation(
          "I1.6", master.bufferBytes() + " bytes kept of " + core.bufferBytesMax() + " at " + core);
    }
    Map<Integer, SimEdge> bySlot = edgesBySlot();
    Set<Integer> stale = staleNow(bySlot);
    everStale.addAll(stale);
    long staleCountNow = core.metrics().get(io.widecast.metrics.Metric.MEMBERS_STALE);
    boolean givenUp = staleCountNow != staleCount; // and perhaps taken back in the same turn
    staleCount = staleCountNow;
    checkReleases(bySlot, stale, givenUp);
    lookAtNew(bySlot, stale);
    staleBefore.clear();
    staleBefore.addAll(stale);
    knownBefore = bySlot.keySet();
  }

  private Map<Integer, SimEdge> edgesBySlot() {
    var bySlot = new TreeMap<Integer, SimEdge>();
    edges.forEach(edge -> master.slotOf(edge.id()).ifPresent(slot -> bySlot.put(slot, edge)));
    return bySlot;
  }

  private Set<Integer> staleNow(Map<Integer, SimEdge> bySlot) {
    var stale = new TreeSet<Integer>();
    for (SimCore other : cores) {
      if (master.stateOf(other.slot()) == State.STALE) {
        stale.add(other.slot());
      }
    }
    for (EdgeStanding standing : master.edges()) {
      if (standing.state() == State.STALE) {
        bySlot.forEach(
            (slot, edge) -> {
              if (edge.id().equals(standing.edge().id())) {
                stale.add(slot);
              }
            });
      }
    }
    return stale;
  }

  private void checkReleases(Map<Integer, SimEdge> bySlot, Set<Integer> stale, boolean givenUp) {
    for (var each = kept.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Long, Set<Integer>> entry = each.next();
      Collection<Integer> now = master.pendingAt(entry.getKey());
      if (now.size() == entry.getValue().size()) {
        continue;
      }
      for (int slot : entry.getValue()) {
        if (!now.contains(slot) && !stale.contains(slot) && !givenUp) {
          checkHolds(slot, entry.getKey(), bySlot);
        }
      }
      if (!entry.getValue().containsAll(now)) {
        throw new Violation("I1.1", "the set of " + entry.getKey() + " grew to " + now);
      }
      if (now.isEmpty()) {
        each.remove();
      } else {
        entry.setValue(new TreeSet<>(now));
      }
    }
  }

  private void checkHolds(int slot, long revision, Map<Integer, SimEdge> bySlot) {
    boolean holds;
    if (slot < cores.size()) {
      SimCore other = cores.get(slot);
      SimLog before = lost.get(other);
      holds = holds(other.disk().log(), revision) || before != null && holds(before, revision);
    } else {
      SimEdge edge = bySlot.get(slot);
      holds = edge == null || edge.disk().log().commit().revision() >= revision;
    }
    if (!holds) {
      throw new Violation(
          "I1.1", core + " no longer keeps " + revision + " for slot " + slot + ", which lacks it");
    }
  }

  private static boolean holds(SimLog log, long revision) {
    return log.at(revision).isPresent() || log.commit().revision() >= revision;
  }

  private void lookAtNew(Map<Integer, SimEdge> bySlot, Set<Integer> stale) {
    long last = core.core().log().last().revision();
    for (; next <= last; next++) {
      var pending = new TreeSet<>(master.pendingAt(next));
      EncodedEntry entry = core.core().log().get(next);
      for (SimCore other : cores) {
        int slot = other.slot();
        boolean mayLack = stale.contains(slot) || staleBefore.contains(slot);
        if (slot != core.slot() && !pending.contains(slot) && !mayLack) {
          throw new Violation("I1.1", next + " is not kept for " + other + " at " + core);
        }
      }
      for (Map.Entry<Integer, SimEdge> edge : bySlot.entrySet()) {
        int slot = edge.getKey();
        boolean accepts = edge.getValue().filter().acceptsAny(entry.entry());
        boolean mayLack =
            stale.contains(slot) || staleBefore.contains(slot) || !knownBefore.contains(slot);
        if (accepts && !pending.contains(slot) && !mayLack) {
          throw new Violation("I1.2", next + " is not kept for " + edge.getValue());
        }
        if (!accepts && pending.contains(slot)) {
          throw new Violation("I1.2", next + " is kept for " + edge.getValue() + " in vain");
        }
      }
      if (!pending.isEmpty()) {
        kept.put(next, pending);
      }
    }
  }
}
