/**
 * A snapshot as one file, to be kept elsewhere and restored from: {@code
 * docs/formats/snapshot-file.md}. Streams both ways: whatever the size, a block at a time is in
 * memory. Start at {@link io.widecast.store.snapfile.SnapshotFileHeader}.
 */
package io.widecast.store.snapfile;
