package io.widecast.store;

import io.widecast.model.Token;
import java.util.Optional;

/**
 * How a store stands.
 *
 * @param format its name and version, such as {@code container 1}
 * @param horizon where history begins
 * @param segmentBytes in all segments; {@code liveBytes} of these are reachable
 * @param pages of all trees
 * @param pageCacheBytes pages in memory that are as on disk
 * @param blockCacheBytes other content in memory that was read
 * @param changedBytes in memory, for the next checkpoint
 * @param segmentsCleaned since the start
 * @param blocksDeleted from the middle map by deletions since the start, in {@code deleteBatches}
 * @param deleting the name of the snapshot that is being deleted
 * @param deleteProgress 0 to 1
 * @param deletesWaiting snapshots to be deleted after that
 * @param alarm what the last check found, when it was not sound: nothing is deleted or cleaned then
 */
public record StoreFigures(
    String format,
    Token horizon,
    int segments,
    long segmentBytes,
    long liveBytes,
    int pages,
    long pageCacheBytes,
    long blockCacheBytes,
    long changedBytes,
    long segmentsCleaned,
    long blocksDeleted,
    long deleteBatches,
    Optional<String> deleting,
    double deleteProgress,
    int deletesWaiting,
    Optional<String> alarm) {}
