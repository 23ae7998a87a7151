package io.widecast.sim;

import io.widecast.faults.FaultProfile;
import io.widecast.metrics.Metric;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.wire.StreamCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One run of a whole cluster under one seed: publishers write while the world is bad, then it heals
 * and they write a little more, then they stop. Safety is checked at every step; within a bounded
 * time after the last fault everybody must be level, every buffer empty, every publisher answered.
 */
public final class ReplicationRun {

  private static final long MILLI = 1_000_000L;
  private static final long STEP_NANOS = 50 * MILLI;
  private static final long GOOD_NANOS = 1_500 * MILLI; // traffic in the healed world

  /** Bound for everything to be well after the last publish: what replaces "eventually". */
  private static final long SETTLE_NANOS_MAX = 20_000 * MILLI;

  private final Simulation sim;
  private final SimOptions options;
  private final List<SimCore> cores = new ArrayList<>();
  private final List<SimEdge> edges = new ArrayList<>();
  private final List<SimPublisher> publishers = new ArrayList<>();
  private final SimNetwork network;
  private final Checker checker;
  private final Troubles troubles;

  /** A run as its seed draws it. */
  public ReplicationRun(long seed) {
    this(seed, SimOptions.drawn(seed));
  }

  public ReplicationRun(long seed, SimOptions options) {
    this.sim = new Simulation(seed);
    this.options = options;
    List<NodeId> electorate = new ArrayList<>();
    for (int slot = 0; slot < options.cores(); slot++) {
      electorate.add(new NodeId("core-" + slot));
    }
    int hosts = options.cores() + options.edges() + options.publishers() + 1;
    long cluster = StreamCodec.clusterNumber("sim", electorate.stream().map(NodeId::text).toList());
    this.network = new SimNetwork(sim, cluster, cores, hosts);
    this.checker = new Checker(sim, options.troubles(), cores, edges);
    network.setFaults(options.lan(), options.wan());
    for (int slot = 0; slot < options.cores(); slot++) {
      cores.add(new SimCore(sim, options, slot, electorate, network, checker));
    }
    cores.forEach(core -> core.meet(cores));
    SplittableRandom random = sim.random("run");
    for (int i = 0; i < options.edges(); i++) {
      edges.add(
          new SimEdge(
              sim, options, options.cores() + i, i, filter(random), cores, network, checker));
    }
    int first = options.cores() + options.edges();
    for (int i = 0; i < options.publishers(); i++) {
      publishers.add(new SimPublisher(sim, options, first + i, i, cores, network, checker));
    }
    this.troubles = new Troubles(sim, network, cores, edges, checker, new Stranger(sim, hosts - 1));
  }

  private static Filter filter(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> Filter.ALL;
      case 1 -> Filter.parse(List.of("city/**"));
      case 2 -> Filter.parse(List.of("price/*", "x/1"));
      default -> Filter.parse(List.of("nothing/**"));
    };
  }

  /**
   * Runs it.
   *
   * @return the story, the same for the same seed, options and code
   * @throws Violation when a promise was broken; {@link #trace} tells what led to it
   */
  public String run() {
    sim.note(options.toString());
    SplittableRandom random = sim.random("starts");
    cores.forEach(core -> sim.after(random.nextLong(300 * MILLI), core::start));
    edges.forEach(edge -> sim.after(random.nextLong(1_000 * MILLI), edge::start));
    publishers.forEach(publisher -> sim.after(random.nextLong(500 * MILLI), publisher::start));
    if (options.troubles()) {
      troubles.begin();
    }
    sim.runUntil(options.troubleNanos());
    heal(random);
    sim.runUntil(sim.nowNanos() + GOOD_NANOS);
    publishers.forEach(SimPublisher::stop);
    cores.forEach(core -> core.reads().mark());
    edges.forEach(edge -> edge.reads().mark());
    settle();
    checker.checkLevel();
    checker.checkHistory();
    sim.note(summary());
    return sim.trace();
  }

  /** The network gets well; half of the time it still loses a little, as real ones do. */
  private void heal(SplittableRandom random) {
    if (options.troubles()) {
      double loss = random.nextBoolean() ? 0 : random.nextDouble(0.05);
      network.setFaults(new FaultProfile(loss, 0, 0, 0, 0), FaultProfile.NONE);
      troubles.heal();
    }
  }

  private void settle() {
    long deadline = sim.nowNanos() + SETTLE_NANOS_MAX;
    String missing = missing();
    while (!missing.isEmpty()) {
      if (sim.nowNanos() > deadline) {
        throw new Violation("liveness", SETTLE_NANOS_MAX / 1_000_000_000L + " s on: " + missing);
      }
      sim.runUntil(sim.nowNanos() + STEP_NANOS);
      missing = missing();
    }
  }

  /** What is not as it should be in a quiet, healthy world; empty when all is well. */
  private String missing() {
    for (SimPublisher publisher : publishers) {
      if (!publisher.isIdle()) {
        return publisher + " has no answer";
      }
    }
    long masters = cores.stream().filter(core -> core.core().isMaster()).count();
    if (masters != 1) {
      return masters + " masters";
    }
    SimCore master =
        cores.stream().filter(core -> core.core().isMaster()).findFirst().orElseThrow();
    if (master.core().master().orElseThrow().bufferEntries() > 0) {
      return "I1.7: the buffer of " + master + " holds " + master.core().master().get().lowWater();
    }
    Token end = master.core().log().last();
    for (SimCore core : cores) {
      if (!core.map().at().equals(end)) {
        return core + " is at " + core.map().at() + ", not " + end;
      }
      if (!core.reads().isAnswered()) {
        return core + " gets no read done";
      }
    }
    for (SimEdge edge : edges) {
      if (!edge.map().at().equals(end)) {
        return edge + " is at " + edge.map().at() + ", not " + end;
      }
      if (!edge.reads().isAnswered()) {
        return edge + " gets no read done";
      }
    }
    return "";
  }

  /** The story so far. */
  public String trace() {
    return sim.trace();
  }

  /** How many events there were. */
  public long events() {
    return sim.events();
  }

  /** Sum of a counter over all core nodes. */
  public long count(Metric metric) {
    return cores.stream().mapToLong(core -> core.metrics().get(metric)).sum();
  }

  /** Entries in datagrams that the network lost, once for each node that did not get them. */
  public long entriesLost() {
    return network.entriesLost();
  }

  /** Entries committed. */
  public long committed() {
    return checker.committed();
  }

  private String summary() {
    long answered = publishers.stream().mapToLong(SimPublisher::answered).sum();
    return String.format(
        java.util.Locale.ROOT,
        "all is well: %d entries committed, %d publishes answered, %d entries lost on the way and"
            + " %d sent again, %d cut, %d copies, %d members given up, %d frames of garbage refused",
        committed(),
        answered,
        entriesLost(),
        count(Metric.ENTRIES_RESENT),
        count(Metric.ENTRIES_CUT),
        count(Metric.COPIES_TAKEN),
        count(Metric.MEMBERS_STALE),
        network.metrics().get(Metric.FRAMES_MALFORMED)
            + network.metrics().get(Metric.FRAMES_FOREIGN)
            + network.metrics().get(Metric.FRAMES_WRONG_VERSION));
  }

  /** A host outside, from which garbage comes. */
  private static final class Stranger extends SimHost {
    private Stranger(Simulation sim, int number) {
      super(sim, number, "stranger");
      start();
    }

    @Override
    protected void onStart() {}

    @Override
    protected void onCrash() {}
  }
}
