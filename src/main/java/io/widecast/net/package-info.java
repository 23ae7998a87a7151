/**
 * Datagrams on the LAN, and what the fault injector does to them and to connections. Knows bytes,
 * addresses and sockets, never what is in a datagram. Stands beside {@code bus} and {@code faults};
 * the only package that speaks to Netty. Start at {@link io.widecast.net.LanSockets}.
 */
package io.widecast.net;
