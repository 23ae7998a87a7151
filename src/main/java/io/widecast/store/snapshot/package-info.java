/**
 * Snapshots, heads and what they share (systems.md S2), and how a snapshot is deleted (S3). Start
 * at {@link io.widecast.store.snapshot.Forest}.
 */
package io.widecast.store.snapshot;
