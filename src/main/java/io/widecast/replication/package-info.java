/**
 * S1: one master orders, core nodes receive by multicast, edge nodes by filtered streams. The parts
 * are pure cores in the packages below; {@link io.widecast.replication.CoreNode} puts a core node
 * together, and the verticles here give it sockets, a disk and time. Start at {@link
 * io.widecast.replication.CoreNode}.
 */
package io.widecast.replication;
