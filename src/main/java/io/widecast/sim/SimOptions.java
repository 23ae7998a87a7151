package io.widecast.sim;

import io.widecast.faults.FaultProfile;
import io.widecast.faults.FaultProfile.Bursts;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What one run is made of, and how bad its world is.
 *
 * @param cores core nodes, 1 to 9
 * @param edges edge nodes, 0 to 16
 * @param publishers clients that write, 1 to 16
 * @param lan faults of datagrams between core nodes
 * @param wan faults of connections
 * @param troubles whether nodes crash, pause and lose each other, disks fill up, and so on
 * @param troubleNanos how long the world is bad before it heals
 * @param thinkNanosMax how long a publisher waits at most before its next publish
 * @param bufferBytes cap of the master's retransmit buffer
 * @param logBytes of entries that a core node keeps in memory
 * @param diskBytes of log that a checkpoint leaves on disk
 * @param entriesBytes of entries in a datagram
 * @param staleAfterNanos patience with members that do not acknowledge
 * @param valueBytesMax greatest value that is published now and then
 * @param writeNanosMax how long a write to disk takes at most, stalls aside
 * @param realStores whether each node's own store runs too, on a disk that tears
 * @param readNanosMax how long a node waits at most before its next read at the master, 0 for none
 */
public record SimOptions(
    int cores,
    int edges,
    int publishers,
    FaultProfile lan,
    FaultProfile wan,
    boolean troubles,
    long troubleNanos,
    long thinkNanosMax,
    long bufferBytes,
    long logBytes,
    long diskBytes,
    int entriesBytes,
    long staleAfterNanos,
    int valueBytesMax,
    long writeNanosMax,
    boolean realStores,
    long readNanosMax) {

  private static final long MILLI = 1_000_000L;

  public SimOptions {
    if (cores < 1 || cores > 9 || edges < 0 || edges > 16 || publishers < 1 || publishers > 16) {
      throw new IllegalArgumentException(
          cores
              + " core nodes (1 to 9), "
              + edges
              + " edge nodes (0 to 16), "
              + publishers
              + " publishers (1 to 16)");
    }
    if (troubleNanos < 0
        || thinkNanosMax < 1
        || valueBytesMax < 1
        || writeNanosMax < 1
        || readNanosMax < 0) {
      throw new IllegalArgumentException("times and sizes must be positive");
    }
  }

  /** What {@code seed} draws. */
  public static SimOptions drawn(long seed) {
    var random = new SplittableRandom(seed ^ 0x5DEECE66DL);
    boolean large = random.nextInt(16) == 0; // values that fill the window and the buffer
    return new SimOptions(
        new int[] {3, 3, 3, 3, 3, 5, 5, 4, 2, 1}[random.nextInt(10)],
        random.nextInt(4),
        2 + random.nextInt(3),
        lan(random),
        wan(random),
        random.nextInt(12) != 0,
        (4 + random.nextInt(6)) * 1000 * MILLI,
        (5 + random.nextInt(60)) * MILLI,
        large ? 8 << 20 : (32 << 10) << random.nextInt(5),
        large ? 4 << 20 : (8 << 10) << random.nextInt(6),
        large ? 4 << 20 : (8 << 10) << random.nextInt(6),
        random.nextBoolean() ? 1_400 : 1_000 + random.nextInt(7_000),
        (800 + random.nextInt(2200)) * MILLI,
        large ? 300_000 : 9_000,
        random.nextInt(4) == 0 ? 20 * MILLI : 2 * MILLI,
        random.nextInt(8) != 0, // the others tear their logs in other places
        random.nextInt(3) == 0 ? 0 : (2 + random.nextInt(100)) * MILLI);
  }

  private static FaultProfile lan(SplittableRandom random) {
    double loss = random.nextInt(4) == 0 ? 0 : random.nextDouble(0.3);
    var bursts =
        random.nextInt(3) == 0
            ? new Bursts(random.nextDouble(0.02), 0.05 + random.nextDouble(0.3), 0.9)
            : Bursts.NONE;
    return new FaultProfile(
        random.nextBoolean() ? loss : loss / 10,
        random.nextInt(2) * random.nextDouble(0.2),
        random.nextInt(2) * random.nextDouble(0.3),
        0,
        0,
        random.nextInt(3) == 0 ? random.nextLong(3 * MILLI) : 0,
        bursts);
  }

  private static FaultProfile wan(SplittableRandom random) {
    return new FaultProfile(
        0,
        0,
        0,
        random.nextInt(2) * random.nextDouble(0.01),
        0,
        random.nextInt(2) * random.nextLong(50 * MILLI),
        Bursts.NONE);
  }

  /** As this, with the changes that {@code change} makes. */
  SimOptions with(Consumer<Changes> change) {
    var changes = new Changes(this);
    change.accept(changes);
    return changes.made();
  }

  /** As this, with that share of datagrams lost on the LAN, and no bursts. */
  public SimOptions withLoss(double loss) {
    return with(
        changed ->
            changed.lan =
                new FaultProfile(
                    loss,
                    lan.duplicate(),
                    lan.reorder(),
                    lan.cut(),
                    lan.delayNanosMin(),
                    lan.delayNanosMax(),
                    Bursts.NONE));
  }

  public SimOptions withNodes(int newCores, int newEdges) {
    return with(
        changed -> {
          changed.cores = newCores;
          changed.edges = newEdges;
        });
  }

  public SimOptions withTroubleNanos(long nanos) {
    return with(changed -> changed.troubleNanos = nanos);
  }

  /** As this, with no reads at the master. */
  public SimOptions withoutReads() {
    return with(changed -> changed.readNanosMax = 0);
  }

  /** As this, with nothing going wrong but what the channels lose. */
  public SimOptions withoutTroubles() {
    return with(changed -> changed.troubles = false);
  }

  /** What {@link #with} may change; each field stands for the component of its name. */
  static final class Changes {
    int cores;
    int edges;
    int publishers;
    FaultProfile lan;
    FaultProfile wan;
    boolean troubles;
    long troubleNanos;
    private final long thinkNanosMax;
    private final long bufferBytes;
    private final long logBytes;
    private final long diskBytes;
    private final int entriesBytes;
    private final long staleAfterNanos;
    int valueBytesMax;
    private final long writeNanosMax;
    boolean realStores;
    long readNanosMax;

    private Changes(SimOptions from) {
      cores = from.cores;
      edges = from.edges;
      publishers = from.publishers;
      lan = from.lan;
      wan = from.wan;
      troubles = from.troubles;
      troubleNanos = from.troubleNanos;
      thinkNanosMax = from.thinkNanosMax;
      bufferBytes = from.bufferBytes;
      logBytes = from.logBytes;
      diskBytes = from.diskBytes;
      entriesBytes = from.entriesBytes;
      staleAfterNanos = from.staleAfterNanos;
      valueBytesMax = from.valueBytesMax;
      writeNanosMax = from.writeNanosMax;
      realStores = from.realStores;
      readNanosMax = from.readNanosMax;
    }

    private SimOptions made() {
      return new SimOptions(
          cores,
          edges,
          publishers,
          lan,
          wan,
          troubles,
          troubleNanos,
          thinkNanosMax,
          bufferBytes,
          logBytes,
          diskBytes,
          entriesBytes,
          staleAfterNanos,
          valueBytesMax,
          writeNanosMax,
          realStores,
          readNanosMax);
    }
  }

  @Override
  public String toString() {
    return String.format(
        java.util.Locale.ROOT,
        "%d core nodes, %d edge nodes, %d publishers, %.0f s of %s; loss %.1f %%, duplicates"
            + " %.1f %%, reordering %.1f %%%s; buffer %d KiB, log %d KiB in memory and %d KiB on"
            + " disk%s, %d bytes a datagram",
        cores,
        edges,
        publishers,
        troubleNanos / 1e9,
        troubles ? "trouble" : "traffic",
        lan.loss() * 100,
        lan.duplicate() * 100,
        lan.reorder() * 100,
        lan.bursts().begin() > 0 ? ", bursts" : "",
        bufferBytes >> 10,
        logBytes >> 10,
        diskBytes >> 10,
        realStores ? " in real stores" : "",
        entriesBytes);
  }
}
