/**
 * What a seed does to a channel: loses, doubles, reorders and delays messages, cuts connections.
 * Pure: {@code net} applies it to real channels, the simulator makes its network of it. Start at
 * {@link io.widecast.faults.FaultInjector}.
 */
package io.widecast.faults;
