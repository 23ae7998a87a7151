/**
 * The blocks of a container store: append-only segment files, what of them is live, and a cache of
 * what was read. Knows nothing of trees. Depends on {@code store.log} for the disk. Start at {@link
 * io.widecast.store.segment.Segments}.
 */
package io.widecast.store.segment;
