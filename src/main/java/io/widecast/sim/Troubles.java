package io.widecast.sim;

import io.widecast.model.Token;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What goes wrong in a world beside lost messages: nodes crash, alone or all at once, and come
 * back; they pause; some are cut off from others, both ways or one; multicast stops working for
 * one; a disk is full, or damaged; garbage arrives. Each trouble ends by itself, and all of them
 * with {@link #heal}.
 */
final class Troubles {

  private static final long MILLI = 1_000_000L;
  private static final long EDGE_AWAY_NANOS = 15_000 * MILLI;

  private final Simulation sim;
  private final SimNetwork network;
  private final List<SimCore> cores;
  private final List<SimEdge> edges;
  private final Checker checker;
  private final SimHost stranger;
  private final SplittableRandom random;
  private final SplittableRandom damages;
  private final SplittableRandom losses;
  private boolean over;

  /**
   * @param stranger a host that belongs to nobody
   */
  Troubles(
      Simulation sim,
      SimNetwork network,
      List<SimCore> cores,
      List<SimEdge> edges,
      Checker checker,
      SimHost stranger) {
    this.checker = checker;
    this.stranger = stranger;
    this.sim = sim;
    this.network = network;
    this.cores = cores;
    this.edges = edges;
    this.random = sim.random("troubles");
    this.damages = sim.random("damages");
    this.losses = sim.random("losses");
  }

  void begin() {
    next();
    garbage();
    damage();
    loss();
    cores.forEach(core -> core.onVoted(() -> onVoted(core)));
    SplittableRandom copies = sim.random("broken copies");
    network.setCopyBreak(copies.nextInt(3) == 0 ? 0 : copies.nextDouble(0.2));
  }

  /** A node comes back with an empty disk, perhaps while others are away for a moment. */
  private void loss() {
    sim.after(
        (1_500 + losses.nextInt(8_000)) * MILLI,
        () -> {
          if (!over) {
            loseDisk(cores.get(losses.nextInt(cores.size())), 1_500);
            loss();
          }
        });
  }

  /** The vote it has just given is forgotten. */
  private void onVoted(SimCore core) {
    if (!over && losses.nextInt(3) == 0) {
      loseDisk(core, 20);
    }
  }

  private void loseDisk(SimCore core, int awayMillisMax) {
    if (core.isUp() && checker.mayLoseDisk()) {
      core.crash();
      core.loseDisk();
      sim.after((1 + losses.nextInt(awayMillisMax)) * MILLI, core::start);
    }
  }

  /**
   * A store finds that its disk does not hold what was written, and wants a copy; or the master is
   * to hand over.
   */
  private void damage() {
    sim.after(
        (1_000 + damages.nextInt(6_000)) * MILLI,
        () -> {
          if (!over) {
            SimCore core = cores.get(damages.nextInt(cores.size()));
            if (damages.nextBoolean()) {
              core.damage();
            } else {
              cores.forEach(SimCore::handOver);
            }
            damage();
          }
        });
  }

  /** From now on nothing goes wrong, and what did is made good. */
  void heal() {
    over = true;
    network.setCopyBreak(0);
    network.unblockAll();
    for (SimHost host : hosts()) {
      host.resume();
      host.start();
    }
    cores.forEach(core -> core.disk().setFull(false));
    edges.forEach(edge -> edge.disk().setFull(false));
    sim.note("the world heals");
  }

  private List<SimHost> hosts() {
    var all = new ArrayList<SimHost>(cores);
    all.addAll(edges);
    return all;
  }

  private void next() {
    sim.after(
        (100 + random.nextInt(1_200)) * MILLI,
        () -> {
          if (!over) {
            trouble();
            next();
          }
        });
  }

  private void trouble() {
    int kind = random.nextInt(20);
    SimCore core = cores.get(random.nextInt(cores.size()));
    if (kind < 4) {
      crash(core, (50 + random.nextInt(2_500)) * MILLI);
    } else if (kind < 5) {
      sim.note("power cut");
      cores.forEach(each -> crash(each, (20 + random.nextInt(700)) * MILLI));
    } else if (kind < 7) {
      pause(core, (20 + random.nextInt(2_000)) * MILLI);
    } else if (kind < 9) {
      cutOff(core, true, true);
    } else if (kind < 11) {
      boolean in = random.nextBoolean();
      cutOff(core, in, !in);
    } else if (kind < 12) {
      split();
    } else if (kind < 13) {
      sim.note("multicast does not reach " + core);
      network.setDeaf(core.number(), true);
      end(4_000, () -> network.setDeaf(core.number(), false));
    } else if (kind < 14) {
      sim.note("multicast neither reaches nor leaves " + core);
      network.setDeaf(core.number(), true);
      network.setMute(core.number(), true);
      end(
          4_000,
          () -> {
            network.setDeaf(core.number(), false);
            network.setMute(core.number(), false);
          });
    } else if (kind < 15) {
      sim.note("the disk of " + core + " is full");
      core.disk().setFull(true);
      end(2_500, () -> core.disk().setFull(false));
    } else if (kind < 17) {
      master();
    } else if (!edges.isEmpty()) {
      troubleEdge(edges.get(random.nextInt(edges.size())), kind);
    }
  }

  /** Something happens to the one that orders: the hardest case, so not left to chance. */
  private void master() {
    for (SimCore core : cores) {
      if (core.isUp() && !core.isPaused() && core.core().isMaster()) {
        switch (random.nextInt(3)) {
          case 0 -> crash(core, (50 + random.nextInt(2_000)) * MILLI);
          case 1 -> pause(core, (500 + random.nextInt(1_500)) * MILLI);
          default -> cutOff(core, true, random.nextBoolean());
        }
        return;
      }
    }
  }

  private void troubleEdge(SimEdge edge, int kind) {
    if (kind == 17) {
      crash(edge, (50 + random.nextInt(1_500)) * MILLI);
    } else if (kind == 18) {
      sim.note(edge + " is stopped for long");
      edge.pause();
      sim.after(EDGE_AWAY_NANOS, edge::resume);
    } else {
      sim.note("the disk of " + edge + " is full");
      edge.disk().setFull(true);
      end(2_000, () -> edge.disk().setFull(false));
    }
  }

  private void crash(SimHost host, long awayNanos) {
    host.crash();
    sim.after(awayNanos, host::start);
  }

  private void pause(SimHost host, long nanos) {
    sim.note(host + " pauses");
    host.pause();
    sim.after(nanos, host::resume);
  }

  private void cutOff(SimCore core, boolean in, boolean out) {
    sim.note(core + (in ? out ? " is cut off" : " hears nobody" : " is heard by nobody"));
    List<SimHost> others = hosts();
    others.remove(core);
    setLinks(core, others, in, out, true);
    end(3_000, () -> setLinks(core, others, in, out, false));
  }

  private void setLinks(
      SimHost host, List<SimHost> others, boolean in, boolean out, boolean isBlocked) {
    for (SimHost other : others) {
      if (in) {
        network.block(other.number(), host.number(), isBlocked);
      }
      if (out) {
        network.block(host.number(), other.number(), isBlocked);
      }
    }
  }

  /** Some core nodes do not reach some others, perhaps in one direction only. */
  private void split() {
    int side = random.nextInt(1 << cores.size());
    boolean oneWay = random.nextBoolean();
    sim.note("the site splits: " + Integer.toBinaryString(side) + (oneWay ? ", one way" : ""));
    setSplit(side, oneWay, true);
    end(3_000, () -> setSplit(side, oneWay, false));
  }

  private void setSplit(int side, boolean oneWay, boolean isBlocked) {
    for (SimCore from : cores) {
      for (SimCore to : cores) {
        boolean fromIn = (side >> from.number() & 1) == 1;
        boolean toIn = (side >> to.number() & 1) == 1;
        if (fromIn && !toIn || !oneWay && !fromIn && toIn) {
          network.block(from.number(), to.number(), isBlocked);
        }
      }
    }
  }

  private void end(int millisMax, Runnable what) {
    sim.after((100 + random.nextInt(millisMax)) * MILLI, what);
  }

  private void garbage() {
    sim.after(
        (5 + random.nextInt(60)) * MILLI,
        () -> {
          if (!over) {
            SimCore core = cores.get(random.nextInt(cores.size()));
            var genuine =
                new LanPacket(
                    random.nextInt(cores.size()),
                    random.nextInt(1000),
                    0,
                    new LanFrame.Beacon(new Token(1 + random.nextInt(9), 7), 1, 0));
            network.throwGarbage(core, genuine);
            if (random.nextInt(10) == 0 && core.isUp()) {
              network.connectGarbage(stranger, core, random.split());
            }
            garbage();
          }
        });
  }
}
