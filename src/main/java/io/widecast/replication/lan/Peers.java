package io.widecast.replication.lan;

import io.widecast.wire.LanFrame.Echo;
import io.widecast.wire.LanFrame.Hello;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The other core nodes as their greetings and datagrams show them: who lives, what each holds, and
 * whom our multicast does not reach, so that it must be sent to that member by itself.
 *
 * <p>Every greeting tells whose multicast its sender hears. A member that has greeted for {@link
 * #TRIAL_NANOS} and still does not hear us gets unicast until it does. Not thread-safe.
 */
public final class Peers {

  /** How long multicast has to prove itself towards a member that greets us. */
  static final long TRIAL_NANOS = 1_000_000_000L;

  /** Greetings come several times in this time; whoever was not heard in it is away. */
  static final long ALIVE_NANOS = 1_500_000_000L;

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final int self;
  private final Hello[] hellos;
  private final long[] helloNanos; // when the last greeting came
  private final long[] greetingSinceNanos; // since when it greets without a pause
  private final long[] multicastNanos; // when its multicast was last heard
  private final long[] hearsUsNanos; // when it last said that it hears ours

  public Peers(int self, int electorate) {
    this.self = self;
    hellos = new Hello[electorate];
    helloNanos = filled(electorate);
    greetingSinceNanos = filled(electorate);
    multicastNanos = filled(electorate);
    hearsUsNanos = filled(electorate);
  }

  private static long[] filled(int length) {
    var array = new long[length];
    java.util.Arrays.fill(array, NEVER);
    return array;
  }

  /** A datagram of {@code slot} came, by multicast or to this node alone. */
  public void onDatagram(int slot, boolean multicast, long nowNanos) {
    if (multicast) {
      multicastNanos[slot] = nowNanos;
    }
  }

  public void onHello(int slot, Hello hello, long nowNanos) {
    if (!isAlive(slot, nowNanos)) {
      greetingSinceNanos[slot] = nowNanos;
    }
    hellos[slot] = hello;
    helloNanos[slot] = nowNanos;
    if ((hello.heard() >>> self & 1) != 0) {
      hearsUsNanos[slot] = nowNanos;
    }
  }

  /** What to say again to newcomers that greet. */
  public List<Echo> echoes(long nowNanos) {
    var echoes = new ArrayList<Echo>();
    for (int slot = 0; slot < hellos.length; slot++) {
      if (hellos[slot] != null && hellos[slot].nonce() != 0 && isAlive(slot, nowNanos)) {
        echoes.add(new Echo(slot, hellos[slot].nonce()));
      }
    }
    return echoes;
  }

  /** Whether {@code slot} last greeted as a newcomer. */
  public boolean isNewcomer(int slot) {
    return hellos[slot] != null && hellos[slot].nonce() != 0;
  }

  public Optional<Hello> hello(int slot) {
    return Optional.ofNullable(hellos[slot]);
  }

  public boolean isAlive(int slot, long nowNanos) {
    return nowNanos - helloNanos[slot] < ALIVE_NANOS;
  }

  /** Slots whose multicast was heard lately, as bits: what our greeting says. */
  public long heard(long nowNanos) {
    long bits = 0;
    for (int slot = 0; slot < multicastNanos.length; slot++) {
      if (slot != self && nowNanos - multicastNanos[slot] < ALIVE_NANOS) {
        bits |= 1L << slot;
      }
    }
    return bits;
  }

  /** Living members that our multicast does not reach, as bits. */
  public long unreached(long nowNanos) {
    long bits = 0;
    for (int slot = 0; slot < hellos.length; slot++) {
      if (slot != self
          && isAlive(slot, nowNanos)
          && nowNanos - greetingSinceNanos[slot] > TRIAL_NANOS
          && nowNanos - hearsUsNanos[slot] > TRIAL_NANOS) {
        bits |= 1L << slot;
      }
    }
    return bits;
  }
}
