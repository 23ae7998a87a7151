/**
 * The simulator that ships: the replication cores of a whole cluster in one thread, under virtual
 * time, on a network and disks that misbehave by seed, with every promise checked at every step.
 * Depends on the cores, model, wire, bus messages, metrics and faults. Start at {@link
 * io.widecast.sim.ReplicationRun}; {@link io.widecast.sim.SimDisk} is the store's disk.
 */
package io.widecast.sim;
