package io.widecast.watch;

/**
 * The bounds of watching.
 *
 * @param slowEvents a watcher further behind than this is slow
 * @param slowBytes or further than this, in bytes of keys and values
 * @param frameBytes a frame takes no further publish once it holds this much
 * @param recentEntries how many entries are kept in memory to resume from
 * @param recentBytes and how many bytes of them; beyond, the log is read
 * @param conflatedKeys a slow watcher with more changed keys than this begins anew
 * @param conflatedBytes or with more bytes in them
 * @param conflatedBytesAll or when so much is on its way to other slow watchers
 * @param logBytes how much of the log is read at a time
 * @param rowsPerTurn how many rows of a copy are looked at before others get their turn
 * @param bookmarkNanos a quiet watcher gets a bookmark when it has heard nothing for so long
 */
public record WatchLimits(
    long slowEvents,
    long slowBytes,
    int frameBytes,
    int recentEntries,
    long recentBytes,
    int conflatedKeys,
    long conflatedBytes,
    long conflatedBytesAll,
    int logBytes,
    int rowsPerTurn,
    long bookmarkNanos) {

  /** What the contract says where it says something; the rest keeps a node within 256 MiB. */
  public static final WatchLimits DEFAULT =
      new WatchLimits(
          10_000,
          8L << 20,
          64 << 10,
          16_384,
          8L << 20,
          16_384,
          8L << 20,
          64L << 20,
          256 << 10,
          4_096,
          4_000_000_000L);

  public WatchLimits withBookmarkNanos(long nanos) {
    return new WatchLimits(
        slowEvents,
        slowBytes,
        frameBytes,
        recentEntries,
        recentBytes,
        conflatedKeys,
        conflatedBytes,
        conflatedBytesAll,
        logBytes,
        rowsPerTurn,
        nanos);
  }
}
