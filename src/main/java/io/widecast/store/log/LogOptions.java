package io.widecast.store.log;

/**
 * @param identity of the directory, see {@link StoreFormat}
 * @param segmentBytes a segment that has reached this is followed by a new one
 * @param forced whether a write is on disk before it is acknowledged; otherwise it survives the end
 *     of the process, but not a power cut
 * @param gapless whether revisions come without a hole, as in a core node
 */
public record LogOptions(long identity, long segmentBytes, boolean forced, boolean gapless) {}
