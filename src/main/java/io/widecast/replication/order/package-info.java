/**
 * The master: numbering, conditions, retransmit buffer, pending sets, commit. Depends on model,
 * wire, metrics and the log in memory. Start at {@link io.widecast.replication.order.Master}.
 */
package io.widecast.replication.order;
