/**
 * The simulator that ships: the cores on virtual time, with a network and disks that misbehave by
 * seed. {@link io.widecast.sim.SimDisk} is the disk.
 */
package io.widecast.sim;
