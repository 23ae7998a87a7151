/**
 * The durable log: segment files of checksummed frames behind a small {@link
 * io.widecast.store.log.Disk}, written by one thread, recovered after a power cut at any moment.
 * Start at {@link io.widecast.store.log.Log}. May depend on model, wire, bus and metrics.
 */
package io.widecast.store.log;
