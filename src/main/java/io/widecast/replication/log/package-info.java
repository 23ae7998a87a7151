/**
 * The newest entries of a core node in memory, shared by its sending and its receiving half. Start
 * at {@link io.widecast.replication.log.EntryLog}.
 */
package io.widecast.replication.log;
