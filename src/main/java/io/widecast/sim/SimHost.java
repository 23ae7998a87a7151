package io.widecast.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A process: it runs, pauses (as in a long garbage collection; the kernel keeps what arrives), or
 * is down. Everything it does goes through {@link #run} or {@link #later}, so that a crash takes
 * away what it had planned.
 */
abstract class SimHost {

  private static final int HELD_DATAGRAMS_MAX = 512; // what a socket's buffer holds

  protected final Simulation sim;
  private final String name;
  private final int number;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private final List<SimStream.End> streams = new ArrayList<>();
  private boolean up;
  private boolean paused;
  private int heldDatagrams;
  private int life; // counts starts: what an earlier life planned is void

  SimHost(Simulation sim, int number, String name) {
    this.sim = sim;
    this.number = number;
    this.name = name;
  }

  /** Begins with nothing but what is on its disk. */
  protected abstract void onStart();

  /** Everything in memory is gone now. */
  protected abstract void onCrash();

  /** A connection came in; returns what takes its frames. */
  protected SimStream.Handler onAccept(SimStream.End end) {
    throw new IllegalStateException(name + " listens nowhere");
  }

  final String name() {
    return name;
  }

  /** Its place in the network's table of links. */
  final int number() {
    return number;
  }

  final boolean isUp() {
    return up;
  }

  final boolean isPaused() {
    return paused;
  }

  final void start() {
    if (!up) {
      up = true;
      life++;
      onStart();
    }
  }

  final void crash() {
    if (up) {
      up = false;
      life++;
      held.clear();
      heldDatagrams = 0;
      paused = false;
      onCrash();
      List.copyOf(streams).forEach(end -> end.stream().reset());
      streams.clear();
    }
  }

  final void pause() {
    paused = up;
  }

  final void resume() {
    paused = false;
    heldDatagrams = 0;
    var waiting = new ArrayList<>(held);
    held.clear();
    waiting.forEach(Runnable::run);
  }

  /** Has {@code task} run here now, or when the pause is over. Nothing when the host is down. */
  final void run(Runnable task) {
    if (up && paused) {
      held.add(task);
    } else if (up) {
      task.run();
    }
  }

  /** As {@link #run}, but dropped when a paused host's socket is full. */
  final void runDatagram(Runnable task) {
    if (paused && ++heldDatagrams > HELD_DATAGRAMS_MAX) {
      return;
    }
    run(task);
  }

  /** Has {@code task} run here after {@code delayNanos}, unless the host crashes before. */
  final void later(long delayNanos, Runnable task) {
    int now = life;
    sim.after(
        delayNanos,
        () -> {
          if (life == now) {
            run(task);
          }
        });
  }

  final void attach(SimStream.End end) {
    streams.add(end);
  }

  final void detach(SimStream.End end) {
    streams.remove(end);
  }

  @Override
  public String toString() {
    return name;
  }
}
