/**
 * Core nodes receiving what the master multicasts: order, gaps, requests. Depends on model, wire,
 * metrics and the log in memory. Start at {@link io.widecast.replication.lan.LanReceiver}.
 */
package io.widecast.replication.lan;
