package io.widecast.sim;

import io.widecast.faults.FaultInjector;
import io.widecast.faults.FaultProfile;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.wire.LanCodec;
import io.widecast.wire.LanPacket;
import io.widecast.wire.StreamCodec;
import io.widecast.wire.StreamFrame;
import io.widecast.wire.WireException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The LAN's datagrams and everybody's connections. Nothing but bytes travels: each datagram is
 * encoded once and decoded by each receiver. Each direction of each link has fates of its own; any
 * can be cut, one way or both, and multicast can stop reaching a host while unicast does.
 */
final class SimNetwork {

  private static final long WIRE_NANOS_MIN = 30_000;
  private static final long WIRE_NANOS_SPREAD = 50_000;
  private static final int UDP_BYTES_MAX = 65_507;

  private final Simulation sim;
  private final LanCodec codec;
  private final StreamCodec streamCodec;
  private final Metrics metrics = new Metrics(); // what no node of its own counts
  private final List<SimCore> cores;
  private final int hosts;
  private final FaultInjector[] lan; // from * hosts + to
  private final FaultInjector[] wan;
  private final boolean[] blocked;
  private final boolean[] deaf; // hosts that multicast does not reach
  private final boolean[] mute; // hosts whose multicast reaches nobody
  private final SplittableRandom wire;
  private final SplittableRandom garbage;
  private final SplittableRandom copies;
  private double copyBreak;
  private long entriesLost; // entries in datagrams that a link lost, once for each receiver

  /**
   * @param cores by their slots; filled in by the caller before the first datagram
   * @param hosts how many there are at all
   */
  SimNetwork(Simulation sim, long cluster, List<SimCore> cores, int hosts) {
    this.sim = sim;
    this.codec = new LanCodec(cluster);
    this.streamCodec = new StreamCodec(cluster);
    this.cores = cores;
    this.hosts = hosts;
    this.lan = new FaultInjector[hosts * hosts];
    this.wan = new FaultInjector[hosts * hosts];
    this.blocked = new boolean[hosts * hosts];
    this.deaf = new boolean[hosts];
    this.mute = new boolean[hosts];
    this.wire = sim.random("wire");
    this.garbage = sim.random("garbage");
    this.copies = sim.random("copies");
  }

  /** From now on links are that bad. */
  void setFaults(FaultProfile lanProfile, FaultProfile wanProfile) {
    for (int link = 0; link < lan.length; link++) {
      lan[link] = FaultInjector.of(lanProfile, sim.seed(), "lan" + link);
      wan[link] = FaultInjector.of(wanProfile, sim.seed(), "wan" + link);
    }
  }

  /** From now on transfers of copies break off after that share of their pieces. */
  void setCopyBreak(double share) {
    copyBreak = share;
  }

  /** Whether the one that has just sent a piece breaks off. */
  boolean breaksCopy() {
    return copyBreak > 0 && copies.nextDouble() < copyBreak;
  }

  void block(int from, int to, boolean isBlocked) {
    blocked[from * hosts + to] = isBlocked;
  }

  void setDeaf(int host, boolean isDeaf) {
    deaf[host] = isDeaf;
  }

  void setMute(int host, boolean isMute) {
    mute[host] = isMute;
  }

  /** Everybody reaches everybody. */
  void unblockAll() {
    Arrays.fill(blocked, false);
    Arrays.fill(deaf, false);
    Arrays.fill(mute, false);
  }

  boolean isBlocked(SimHost from, SimHost to) {
    return blocked[from.number() * hosts + to.number()];
  }

  boolean cuts(SimHost from, SimHost to) {
    return wan[from.number() * hosts + to.number()].cut();
  }

  long streamDelayNanos(SimHost from, SimHost to) {
    return wireNanos() + wan[from.number() * hosts + to.number()].delayNanos();
  }

  long entriesLost() {
    return entriesLost;
  }

  /** Bytes that no codec took, wherever they arrived. */
  Metrics metrics() {
    return metrics;
  }

  // ---- datagrams

  void multicast(SimCore from, LanPacket packet) {
    byte[] datagram = encode(packet);
    if (mute[from.number()]) {
      return;
    }
    for (SimCore to : cores) {
      if (to != from && !deaf[to.number()]) {
        send(from, to, packet, datagram, true);
      }
    }
  }

  void unicast(SimCore from, int slot, LanPacket packet) {
    send(from, cores.get(slot), packet, encode(packet), false);
  }

  private byte[] encode(LanPacket packet) {
    byte[] datagram = codec.encode(packet);
    if (datagram.length > UDP_BYTES_MAX) {
      throw new Violation("frame size", datagram.length + " bytes do not fit into a datagram");
    }
    return datagram;
  }

  private void send(SimCore from, SimCore to, LanPacket packet, byte[] datagram, boolean group) {
    int link = from.number() * hosts + to.number();
    long[] delays = lan[link].datagram();
    sim.fold(link * 31L + Arrays.hashCode(delays) + datagram[datagram.length - 1]);
    if (delays.length == 0 || blocked[link]) {
      if (packet.frame() instanceof io.widecast.wire.LanFrame.Entries entries) {
        entriesLost += entries.entries().size();
      }
      return;
    }
    for (long delay : delays) {
      sim.after(wireNanos() + delay, () -> to.runDatagram(() -> arrive(to, datagram, group)));
    }
  }

  private void arrive(SimCore to, byte[] datagram, boolean group) {
    LanPacket packet;
    try {
      packet = codec.decode(datagram);
    } catch (WireException e) {
      throw new Violation("codec", "a datagram of our own is refused: " + e.getMessage());
    }
    to.onPacket(packet, group);
  }

  /** What anyone can send to an open port: the codec must refuse it, and nothing else happens. */
  void throwGarbage(SimCore to, LanPacket genuine) {
    byte[] bytes = codec.encode(genuine);
    int kind = garbage.nextInt(4);
    if (kind == 0) {
      bytes = new byte[garbage.nextInt(2000)];
      garbage.nextBytes(bytes);
    } else if (kind == 1) {
      bytes = Arrays.copyOf(bytes, garbage.nextInt(bytes.length)); // cut short
    } else if (kind == 2) {
      bytes[garbage.nextInt(bytes.length)] ^= (byte) (1 << garbage.nextInt(8));
    } else {
      bytes = new LanCodec(garbage.nextLong()).encode(genuine); // another cluster's
    }
    try {
      LanPacket taken = codec.decode(bytes);
      throw new Violation("codec", "garbage is taken for " + taken + " at " + to);
    } catch (WireException e) {
      countRefused(to, e);
    }
  }

  void countRefused(SimHost at, WireException e) {
    metrics.increment(
        switch (e.kind()) {
          case MALFORMED -> Metric.FRAMES_MALFORMED;
          case FOREIGN -> Metric.FRAMES_FOREIGN;
          case WRONG_VERSION -> Metric.FRAMES_WRONG_VERSION;
        });
    sim.fold(at.number());
  }

  // ---- connections

  /**
   * Opens a connection. Frames sent at once wait for it; when the other side cannot be reached, the
   * handler hears after a while that it is closed.
   */
  SimStream.End connect(SimHost from, SimHost to, SimStream.Handler handler) {
    var stream = new SimStream(sim, this, streamCodec, wire.split(), from, to);
    stream.client().handler(handler);
    if (!to.isUp() || isBlocked(from, to) || isBlocked(to, from)) {
      stream.refuse();
    } else {
      stream.server().handler(to.onAccept(stream.server()));
    }
    return stream.client();
  }

  /** Somebody connects who speaks another language: refused, and the connection is closed. */
  void connectGarbage(SimHost stranger, SimCore to, SplittableRandom random) {
    var bytes = new byte[1 + random.nextInt(200)];
    random.nextBytes(bytes);
    SimStream.End end =
        connect(
            stranger,
            to,
            new SimStream.Handler() {
              @Override
              public void onFrame(StreamFrame frame) {
                throw new Violation("codec", to + " answers garbage with " + frame);
              }

              @Override
              public void onClosed() {}
            });
    end.sendBytes(bytes);
    sim.after(1_000_000_000L, end::close);
  }

  private long wireNanos() {
    return WIRE_NANOS_MIN + wire.nextLong(WIRE_NANOS_SPREAD);
  }
}
