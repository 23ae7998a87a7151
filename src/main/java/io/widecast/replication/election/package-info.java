/**
 * Which core node orders: terms, votes, lease. Depends on model and wire. Start at {@link
 * io.widecast.replication.election.Election}.
 */
package io.widecast.replication.election;
