package io.widecast.store.container;

/**
 * Sizes of a container store.
 *
 * @param segmentBytes of a segment
 * @param pageCacheBytes for pages that are as on disk
 * @param blockCacheBytes for segments' content that was read
 * @param changedBytesMax so much changed in memory makes a checkpoint due
 * @param deleteBufferBytes for the blocks that a deletion is about to remove
 * @param keepsHistory whether versions that were replaced stay until they are compacted; else they
 *     go at once
 */
public record ContainerOptions(
    int segmentBytes,
    long pageCacheBytes,
    long blockCacheBytes,
    long changedBytesMax,
    int deleteBufferBytes,
    boolean keepsHistory) {

  private static final long MIB = 1 << 20;

  /** For a process with so much heap: the caches take three eighths, what changed an eighth. */
  public static ContainerOptions forHeap(long heapBytes) {
    return new ContainerOptions(
        4 << 20,
        heapBytes / 4,
        heapBytes / 8,
        Math.max(8 * MIB, Math.min(128 * MIB, heapBytes / 8)),
        4 << 20,
        true);
  }

  public ContainerOptions withHistory(boolean keeps) {
    return new ContainerOptions(
        segmentBytes, pageCacheBytes, blockCacheBytes, changedBytesMax, deleteBufferBytes, keeps);
  }

  /**
   * @param bytes by which a checkpoint is due, unless memory asks for one sooner
   */
  public ContainerOptions withChangedBytesMax(long bytes) {
    return new ContainerOptions(
        segmentBytes,
        pageCacheBytes,
        blockCacheBytes,
        Math.min(bytes, changedBytesMax),
        deleteBufferBytes,
        keepsHistory);
  }
}
