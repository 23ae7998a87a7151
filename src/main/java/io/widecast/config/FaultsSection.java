package io.widecast.config;

import java.time.Duration;

/**
 * What the built-in fault injector does to this node's channels; off by default. Rates are 0..1.
 *
 * @param seed of all its draws
 * @param loss of datagrams received
 * @param duplicate of datagrams received
 * @param reorder of datagrams received
 * @param delay added to datagrams and to frames on WAN streams
 * @param cut of frames on WAN streams, each cutting its connection
 */
public record FaultsSection(
    long seed, double loss, double duplicate, double reorder, Duration delay, double cut) {

  /** Whether anything is injected at all. */
  public boolean on() {
    return loss > 0 || duplicate > 0 || reorder > 0 || cut > 0 || !delay.isZero();
  }
}
